"""Files for other programs: the four scenes of a tiny bundle, made in a moment, and of the demo."""

from __future__ import annotations

from pathlib import Path

import pytest

from exporter.bundle import read_bundle
from scenes.gltf.convert import convert_glb

SCENES = ("structure", "training", "flow", "adversarial")


def scenes_of(bundle: Path, folder: Path) -> dict[str, Path]:
    """A GLB of every scene."""
    opened = read_bundle(bundle)
    return {name: convert_glb(opened, folder / f"{name}.glb", scene=name).path for name in SCENES}


@pytest.fixture(scope="session")
def tiny_glbs(tiny_bundle_path: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The scenes of the tiny bundle."""
    return scenes_of(tiny_bundle_path, tmp_path_factory.mktemp("tiny-glb"))


@pytest.fixture(scope="session")
def demo_bundle(demo_dir: Path) -> Path:
    """The bundle of the demo."""
    (path,) = demo_dir.glob("*.bundle")
    return path


@pytest.fixture(scope="session")
def demo_glbs(demo_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The scenes of the demo."""
    return scenes_of(demo_bundle, tmp_path_factory.mktemp("demo-glb"))
