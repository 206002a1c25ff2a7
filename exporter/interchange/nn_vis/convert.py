"""A bundle as the two files that nn_vis loads: importance and weights, and the bundled network."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import IO

from exporter.bundle.read import Bundle
from exporter.bundle.schema import Sculpture
from exporter.interchange.nn_vis.archive import MOST_BYTES
from exporter.interchange.nn_vis.errors import NnVisError
from exporter.interchange.nn_vis.forms import (
    CONTAINER_EDGES,
    IMPORTANCE_END,
    MOST_BUFFER_BYTES,
    MOST_CLASSES_SHOWN,
    PROCESSED_END,
    Importances,
    Processed,
    edge_row,
    node_row,
)
from exporter.interchange.nn_vis.place import appearing, appearing_file, check_place, is_one_file
from exporter.interchange.nn_vis.rows import layer_edges
from exporter.interchange.nn_vis.source import Found, check_model, importances_from, last_sculpture, processed_from
from exporter.interchange.nn_vis.writing import Progress, write_importances, write_processed
from exporter.interchange.report import Report

_LARGE_BYTES = 200 * 10**6
Content = Found | Processed


def convert_nn_vis(
    bundle: Bundle,
    out: Path,
    *,
    checkpoint_ids: tuple[str, ...] = (),
    overwrite: bool = False,
    progress: Progress | None = None,
    tell: Callable[[str], None] | None = None,
) -> Report:
    """What was written to `out`, whole or not at all.

    Parameters
    ----------
    bundle : what to show.
    out : a file whose name ends in `.imp.npz` (importance and sizes of the weights) or `.pro.npz` (the sculpture), or a
        folder, which gets both of each checkpoint. The folder it lies in must be there.
    checkpoint_ids : whose weights and sculptures; empty: the last checkpoint that has a sculpture, else the last one.
    overwrite : whether earlier files of nn_vis are replaced.
    progress : is told how far the writing is.
    tell : is told a line before large files are written.

    Raises
    ------
    KerascopeError
        the place cannot be used, an id is not known, the network is no chain of layers, there is no sculpture or no
        importance of all classes, or it is too large. Nothing has been written then.
    """
    place = check_place(out, overwrite=overwrite)
    chosen = tuple(bundle.checkpoint(each).id for each in dict.fromkeys(checkpoint_ids)) or (_latest(bundle),)
    if is_one_file(place) and len(chosen) > 1:
        remedy = "name one checkpoint, or a folder"
        raise NnVisError("one file holds one checkpoint", got=", ".join(chosen), remedy=remedy)
    contents = _contents(bundle, place, chosen)
    expected = sum(_check_size(content) for content in contents.values())
    if tell is not None and expected > _LARGE_BYTES:
        tell(f"writing about {expected / 1e6:.0f} MB")
    if is_one_file(place):
        with appearing_file(place, overwrite=overwrite) as stream:
            _write(stream, next(iter(contents.values())), progress or _silent)
    else:
        _write_folder(place, contents, overwrite, progress or _silent)
    files = [place] if is_one_file(place) else [place / name for name in contents]
    n_bytes = sum(file.stat().st_size for file in files)
    notes = tuple(note for name, content in contents.items() for note in _notes(name, content))
    return Report(place, n_bytes, len(files), (_checkpoints(bundle, chosen), *notes), _advice(contents))


def _latest(bundle: Bundle) -> str:
    """The last checkpoint that has a sculpture, else the last one."""
    ids = [checkpoint.id for checkpoint in bundle.manifest.checkpoints]
    return next((each for each in reversed(ids) if last_sculpture(bundle, each) is not None), ids[-1])


def _contents(bundle: Bundle, place: Path, chosen: tuple[str, ...]) -> dict[str, Content]:
    """What each file will hold, by its name."""
    check_model(bundle.manifest)
    if place.name.endswith(IMPORTANCE_END):
        return {place.name: importances_from(bundle, chosen[0])}
    if place.name.endswith(PROCESSED_END):
        return {place.name: processed_from(bundle, _sculpture(bundle, chosen[0]))}
    stem = re.sub(r"[^A-Za-z0-9._-]", "_", bundle.path.stem) or "network"
    contents: dict[str, Content] = {}
    for each in chosen:
        name = f"{stem}-{each}" if len(chosen) > 1 else stem
        contents[f"{name}{IMPORTANCE_END}"] = importances_from(bundle, each)
        contents[f"{name}{PROCESSED_END}"] = processed_from(bundle, _sculpture(bundle, each))
    return contents


def _sculpture(bundle: Bundle, checkpoint_id: str) -> Sculpture:
    sculpture = last_sculpture(bundle, checkpoint_id)
    if sculpture is None:
        what = f"there is no sculpture of checkpoint {checkpoint_id!r}"
        raise NnVisError(what, remedy=f"run `kerascope sculpt {bundle.path}`", path=bundle.path)
    return sculpture


def _write_folder(place: Path, contents: dict[str, Content], overwrite: bool, progress: Progress) -> None:
    with appearing(place, overwrite=overwrite) as work:
        for name, content in contents.items():
            with appearing_file(work / name, overwrite=False) as stream:
                _write(stream, content, progress)


def _write(stream: IO[bytes], content: Content, progress: Progress) -> None:
    if isinstance(content, Found):
        write_importances(stream, content.held)
    else:
        write_processed(stream, content, progress)


def _check_size(content: Content) -> int:
    """About how many bytes the file will have. Raises `NnVisError` where nn_vis could not load it."""
    buffers = {"the table of units": 0, "the points of 1000 edges": 0, "1000 edges": 0}
    if isinstance(content, Found):
        total = 4 * sum(table.size for table in (*content.held.units, *content.held.edges))
    else:
        classes, edges = content.importance.shape[1], len(content.edges)
        fullest = min(edges, CONTAINER_EDGES)
        buffers["the table of units"] = 4 * node_row(classes) * len(content.positions)
        buffers["the points of 1000 edges"] = 16 * content.slots * fullest
        buffers["1000 edges"] = 4 * edge_row(classes) * fullest
        total = buffers["the table of units"] + edges * (16 * content.slots + 4 * edge_row(classes))
    for what, n_bytes in buffers.items():
        if n_bytes > MOST_BUFFER_BYTES:
            expected, got = f"at most {MOST_BUFFER_BYTES} bytes", f"{n_bytes} bytes"
            raise NnVisError(f"{what} would not fit into a buffer of nn_vis", expected=expected, got=got)
    if total > MOST_BYTES:
        remedy = "sculpt it with fewer edges (`kerascope sculpt --edges`)"
        raise NnVisError("the file would be too large", expected=f"{MOST_BYTES} bytes", got=total, remedy=remedy)
    return total


def _checkpoints(bundle: Bundle, chosen: tuple[str, ...]) -> str:
    return "checkpoint " + ", ".join(f"{each} ({bundle.checkpoint(each).label})" for each in chosen)


def _notes(name: str, content: Content) -> tuple[str, ...]:
    if isinstance(content, Found):
        sizes = "-".join(str(len(layer)) for layer in content.held.units)
        return (f"{name}: {sizes} units, importance by {content.method}", *content.notes)
    sizes = "-".join(str(size) for size in content.sizes)
    possible = sum(one * other for one, other in pairwise(content.sizes))
    return (f"{name}: {sizes} units, {len(content.edges)} of {possible} edges",)


def _advice(contents: dict[str, Content]) -> tuple[str, ...]:
    """What nn_vis will not do well with the files."""
    lines = {}
    for name, content in contents.items():
        held = content.held if isinstance(content, Found) else content
        classes = held.units[0].shape[1] if isinstance(held, Importances) else held.importance.shape[1]
        if classes > MOST_CLASSES_SHOWN:
            lines["classes"] = f"nn_vis fails on more than {MOST_CLASSES_SHOWN} classes, and here are {classes}"
        if isinstance(held, Processed):
            counts = [part.stop - part.start for part in layer_edges(held)]
            lost = sum((count - 1) // CONTAINER_EDGES for count in counts if count)
            if lost:
                lines[f"{name} lost"] = f"{name}: nn_vis loses {lost} edges on loading, one at every {CONTAINER_EDGES}"
            if not counts[0]:
                lines[f"{name} none"] = f"{name}: nn_vis fails where no edge leaves the first layer"
    return tuple(lines.values())


def _silent(what: str, done: int, total: int) -> None:
    """Tell nobody."""
