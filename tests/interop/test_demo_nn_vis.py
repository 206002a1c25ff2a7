"""The network of the demo as files of nn_vis, and back."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from nn_vis_bundles import assert_is_the_sculpture
from nn_vis_reader import read_importance, read_processed

from exporter.bundle import Bundle, read_bundle, validate_bundle
from exporter.interchange.nn_vis.convert import convert_nn_vis
from exporter.interchange.nn_vis.open import open_nn_vis
from exporter.sculpting import sculpt_bundle


@pytest.fixture(scope="module")
def sculpted(demo_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """A copy of the demo's bundle with a sculpture of its first and its last checkpoint."""
    path = Path(shutil.copytree(demo_bundle, tmp_path_factory.mktemp("nn-vis") / "demo.bundle"))
    sculpt_bundle(path)
    return read_bundle(path)


def test_channels_are_units_and_every_edge_is_there(sculpted: Bundle, tmp_path: Path) -> None:
    folder = convert_nn_vis(sculpted, tmp_path / "files").path
    processed, importance = read_processed(folder / "demo.pro.npz"), read_importance(folder / "demo.imp.npz")
    assert processed.sizes == [len(layer) for layer in importance.units]
    assert processed.sizes[0] == 1
    assert processed.sizes[-1] == 10
    last = [
        place
        for place, each in enumerate(sculpted.manifest.sculptures)
        if each.checkpoint == sculpted.final_checkpoint.id
    ]
    assert_is_the_sculpture(processed, sculpted, last[-1])


def test_there_and_back_every_byte_is_the_same(sculpted: Bundle, tmp_path: Path) -> None:
    file = convert_nn_vis(sculpted, tmp_path / "demo.pro.npz").path
    opened = open_nn_vis(file, tmp_path / "opened.bundle")
    assert validate_bundle(opened) == []
    assert convert_nn_vis(read_bundle(opened), tmp_path / "again.pro.npz").path.read_bytes() == file.read_bytes()
