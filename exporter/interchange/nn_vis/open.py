"""A file of nn_vis as a bundle: the layers that it names, the importance of their units, and a sculpture."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from exporter.bundle.producer import producer
from exporter.bundle.schema import (
    Checkpoint,
    Derived,
    Edge,
    Layer,
    Manifest,
    Model,
    Output,
    Preprocessing,
    Sculpture,
    TensorRef,
    UnitLayer,
)
from exporter.bundle.write import BundleWriter
from exporter.interchange.nn_vis.archive import holds_objects
from exporter.interchange.nn_vis.errors import about
from exporter.interchange.nn_vis.forms import IMPORTANCE_END, PROCESSED_END, Floats, Importances, Processed
from exporter.interchange.nn_vis.reading import read_nn_vis
from exporter.interchange.nn_vis.sculpted import Shaped, bundled_importances, shaped_processed
from exporter.interchange.nn_vis.writing import Progress

METHOD = "nn_vis"
"""What the importance of such a file is called: the file does not say how it was found."""
_CHECKPOINT = "000"


@dataclass(frozen=True)
class _Entries:
    """What was written of a file, as the manifest names it."""

    derived: tuple[Derived, ...]
    sculpture: Sculpture


def is_nn_vis_file(path: Path | str) -> bool:
    """Whether `path` is a file for `open_nn_vis`: its name says so, or it is a `.npz` of one row of objects.

    A name is enough, so that a damaged file is told to be one; nothing in the file is executed.
    """
    path = Path(path)
    if path.is_dir():
        return False
    is_named = path.name.endswith((IMPORTANCE_END, PROCESSED_END))
    return is_named or (path.suffix == ".npz" and path.is_file() and holds_objects(path))


def open_nn_vis(
    path: Path | str,
    out: Path | str,
    *,
    name: str | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
    warn: Callable[[str], None] | None = None,
) -> Path:
    """The bundle that was written to `out`: layers, importance and a sculpture, but neither weights nor inputs.

    A `.pro.npz` becomes a sculpture as it is; of an `.imp.npz` the edges are bundled first, with the defaults.

    Parameters
    ----------
    path : a file of nn_vis; which of the two it is, is told by its content.
    name : of the network; `None`: that of the file.
    overwrite : whether an earlier bundle is replaced.
    progress : is told how far the bundling is.
    warn : is told what could not be kept, a line each.

    Raises
    ------
    NnVisError
        the file is damaged, or is not as nn_vis writes it; a pickle that names anything else than numpy's arrays is
        refused with that name. Nothing has been executed, and nothing is left behind.
    KerascopeError
        the bundle cannot be written.
    """
    path, out = Path(path), Path(out)
    BundleWriter.check_place(out, overwrite=overwrite)
    held = read_nn_vis(path)
    tell = warn or _unheard
    if isinstance(held, Processed) and held.strange:
        tell(f"{held.strange} rows hold numbers that do not follow from units and paths: those are computed anew")
    with about(path):
        shaped = shaped_processed(held) if isinstance(held, Processed) else bundled_importances(held, progress)
    with BundleWriter.create(out, overwrite=overwrite) as writer:
        entries = _write(writer, held, shaped)
        writer.commit(_manifest(name or _stem(path), shaped.sizes, entries))
    return writer.path


def _write(writer: BundleWriter, held: Importances | Processed, shaped: Shaped) -> _Entries:
    names = layer_names(shaped.sizes)
    tables: dict[str, Floats] = {}
    first = 0
    for place, (layer, units) in enumerate(zip(names, shaped.sizes, strict=True)):
        tables[f"{layer}/units"] = shaped.arrays["importance"][first : first + units]
        first += units
        if isinstance(held, Importances) and place:
            tables[f"{layer}/edges"] = held.edges[place - 1]
    refs = writer.write(f"derived/importance-{METHOD}.npz", tables)
    derived = tuple(_derived(layer, refs) for layer in names)
    tensors = writer.write(f"derived/sculpture-{_CHECKPOINT}.npz", shaped.arrays)
    layers = tuple(
        UnitLayer(name=layer, units=units, plane=plane)
        for plane, (layer, units) in enumerate(zip(names, shaped.sizes, strict=True))
    )
    sculpture = Sculpture(
        id=f"{_CHECKPOINT}-{METHOD}", checkpoint=_CHECKPOINT, method=METHOD, layers=layers, options=shaped.options,
        result=shaped.result, tensors=tensors,
    )  # fmt: skip
    return _Entries(derived, sculpture)


def layer_names(sizes: tuple[int, ...]) -> tuple[str, ...]:
    """A name for each layer.

    >>> layer_names((784, 81, 10))
    ('input', 'dense_1', 'dense_2')
    """
    return ("input", *(f"dense_{place}" for place in range(1, len(sizes))))


def _derived(layer: str, refs: dict[str, TensorRef]) -> Derived:
    tensors = {key.removeprefix(f"{layer}/"): ref for key, ref in refs.items() if key.startswith(f"{layer}/")}
    return Derived(kind="importance", layer=layer, checkpoint=_CHECKPOINT, tensors=tensors, method=METHOD)


def _manifest(name: str, sizes: tuple[int, ...], entries: _Entries) -> Manifest:
    names = layer_names(sizes)
    parameters = (0, *(one * other for one, other in pairwise(sizes)))
    layers = tuple(_layer(*each) for each in zip(names, sizes, parameters, strict=True))
    model = Model(
        name=name, class_name="Sequential", inputs=names[:1], outputs=names[-1:], parameters=sum(parameters)
    )  # fmt: skip
    return Manifest(
        format="kerascope-bundle", version=1, producer=producer(), model=model, layers=layers,
        edges=tuple(Edge(source=one, target=other) for one, other in pairwise(names)),
        checkpoints=(Checkpoint(id=_CHECKPOINT, label="as in the file of nn_vis", weights={}),),
        preprocessing=Preprocessing(), derived=entries.derived, sculptures=(entries.sculpture,),
    )  # fmt: skip


def _layer(name: str, units: int, parameters: int) -> Layer:
    output = (Output(shape=(units,), dtype="float32"),)
    if name == "input":
        return Layer(name=name, kind="input", class_name="InputLayer", outputs=output, value="input")
    return Layer(
        name=name, kind="dense", class_name="Dense", outputs=output, value="value", parameters=parameters,
        variables=("kernel",), units=units,
    )  # fmt: skip


def _stem(path: Path) -> str:
    """The file's name without what says its kind."""
    return re.sub(r"(\.(imp|pro))?\.npz$", "", path.name) or METHOD


def _unheard(line: str) -> None:
    """Tell nobody."""
