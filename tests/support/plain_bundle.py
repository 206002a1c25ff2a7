"""The smallest bundles there are: arrays as the weights of a single layer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from exporter.bundle import BundleWriter
from exporter.bundle.npz_write import Storable
from exporter.bundle.schema import Checkpoint, Layer, Manifest, Model, Output, Preprocessing, Producer, TensorRef


def plain_manifest(refs: Mapping[str, TensorRef], **changes: Any) -> Manifest:
    """A manifest whose only layer `a` has these weights at checkpoint `000`; `changes` replace whole members."""
    layer = Layer(
        name="a",
        kind="dense",
        class_name="Dense",
        outputs=(Output(shape=(2,), dtype="float32"),),
        value="value",
        variables=tuple(refs),
    )
    members: dict[str, Any] = {
        "producer": Producer(name="test", version="0", keras="none", backend="numpy"),
        "model": Model(name="m", class_name="Sequential", inputs=("a",), outputs=("a",), parameters=0),
        "layers": (layer,),
        "edges": (),
        "checkpoints": (Checkpoint(id="000", label="start", weights={f"a/{key}": ref for key, ref in refs.items()}),),
        "preprocessing": Preprocessing(),
        **changes,
    }
    return Manifest(format="kerascope-bundle", version=1, **members)


def write_plain(path: Path, arrays: Mapping[str, Storable], *, overwrite: bool = False, compress: bool = False) -> Path:
    """The path of a bundle with these arrays, all in `weights/000.npz`."""
    with BundleWriter.create(path, overwrite=overwrite) as writer:
        writer.commit(plain_manifest(writer.write("weights/000.npz", arrays, compress=compress)))
    return path


def names_in(folder: Path) -> list[str]:
    """The names of all files and folders below a folder, sorted."""
    return sorted(entry.relative_to(folder).as_posix() for entry in folder.rglob("*"))
