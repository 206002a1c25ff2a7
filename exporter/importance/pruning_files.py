"""Curves of pruning as files: numbers for programs, a table for a spreadsheet, a picture for people."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from exporter.bundle.durable import write_file
from exporter.bundle.errors import KerascopeError
from exporter.importance.pruning_curves import Curves, at_fraction

NAMES = ("curves.json", "curves.csv", "curves.png")
_HEAD = ("network", "pruned", "method", "run", "fraction", "class", "accuracy", "balanced accuracy")


def check_folder(folder: Path, *, overwrite: bool = False) -> None:
    """See that the files can be written before hours are spent on what is in them.

    Raises
    ------
    KerascopeError
        there are such files already, something that is no folder is there, or matplotlib is missing.
    """
    if folder.exists() and not folder.is_dir():
        raise KerascopeError("curves are written into a folder", got="a file", path=folder)
    if not overwrite and any((folder / name).exists() for name in NAMES):
        raise KerascopeError("there are curves at this place already", remedy="choose another folder", path=folder)
    _picture_of()


def write_curves(curves: Curves | Sequence[Curves], folder: Path | str, *, overwrite: bool = False) -> tuple[Path, ...]:
    """The paths of `curves.json`, `curves.csv` and `curves.png` in a folder, each written whole or not at all.

    Several `Curves`, of one network each, stand beside each other in the picture.

    Raises
    ------
    KerascopeError
        there are such files already, they cannot be written, or matplotlib is missing.
    """
    folder = Path(folder)
    every = (curves,) if isinstance(curves, Curves) else tuple(curves)
    check_folder(folder, overwrite=overwrite)
    contents = (as_json(every), as_csv(every), _picture_of()(every))
    paths = tuple(folder / name for name in NAMES)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, content in zip(paths, contents, strict=True):
            write_file(path, content)
    except OSError as error:
        got, remedy = error.strerror or error, "choose a place that can be written to"
        raise KerascopeError("the curves could not be written", got=got, remedy=remedy, path=folder) from error
    return paths


def _picture_of() -> Any:
    try:
        from exporter.importance.pruning_plot import picture_of  # noqa: PLC0415 - an optional dependency, and slow
    except ImportError as error:
        raise KerascopeError(
            "the curves are drawn by matplotlib, which is missing", remedy="pip install 'kerascope[plots]'"
        ) from error
    return picture_of


def as_json(every: Sequence[Curves]) -> bytes:
    """All numbers, and of each network what is left of it at half."""
    networks = [{**_plain(curves), "at half": _at_half(curves)} for curves in every]
    lines = ",\n".join(json.dumps(network) for network in networks)
    return f'{{"networks": [\n{lines}\n]}}\n'.encode()


def _plain(curves: Curves) -> dict[str, Any]:
    said = {
        name: getattr(curves, name)
        for name in ("title", "scope", "fractions", "classes", "held_out", "answers", "runs")
    }
    of_methods = {
        curve.method: {part: getattr(curve, part).round(4).tolist() for part in ("overall", "recall", "balanced")}
        for curve in curves.curves
    }
    return {**said, "curves": of_methods}


def _at_half(curves: Curves) -> dict[str, Any]:
    return {
        method: {
            part: {name: round(value, 4) for name, value in asdict(share).items()} for part, share in parts.items()
        }
        for method, parts in at_fraction(curves).items()
    }


def as_csv(every: Sequence[Curves]) -> bytes:
    """A row a network, method, run, fraction and class; of all classes together the class is empty."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(_HEAD)
    for curves in every:
        writer.writerows(_rows(curves))
    return stream.getvalue().encode()


def _rows(curves: Curves) -> Iterator[tuple[object, ...]]:
    for curve in curves.curves:
        for run, overall in enumerate(curve.overall):
            for place, fraction in enumerate(curves.fractions):
                about = (curves.title, curves.scope, curve.method, run, fraction)
                yield (*about, "", round(float(overall[place]), 4), "")
                shares = zip(curves.classes, curve.recall[run, place], curve.balanced[run, place], strict=True)
                for name, recall, balanced in shares:
                    yield (*about, name, round(float(recall), 4), round(float(balanced), 4))
