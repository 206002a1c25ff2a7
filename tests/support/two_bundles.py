"""Two small bundles whose models have names of their own: other weights, other pictures, the same classes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from msgspec import structs
from tiny_bundle import make_tiny_bundle

from exporter.bundle import Bundle, BundleWriter, read_bundle


def make_other_bundle(path: Path, *, name: str = "other", **options: Any) -> Path:
    """The path of a bundle that is like the tiny one, of a model of another name."""
    make_tiny_bundle(path, **{"seed": 3, **options})
    return renamed(path, name)


def renamed(path: Path, name: str) -> Path:
    """The same bundle, its model called `name` from now on."""
    with BundleWriter.append(path) as writer:
        manifest = read_bundle(writer.path).manifest
        writer.commit(structs.replace(manifest, model=structs.replace(manifest.model, name=name)))
    return path


def two_bundles(folder: Path) -> tuple[Bundle, Bundle]:
    """`tiny` with an attack, and `other` without one."""
    one, two = make_tiny_bundle(folder / "one.bundle"), make_other_bundle(folder / "two.bundle", attack=False)
    return read_bundle(one), read_bundle(two)
