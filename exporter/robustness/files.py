"""Results as files: numbers for programs, a table for a spreadsheet, a picture for people."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from exporter.bundle.durable import write_file
from exporter.bundle.errors import KerascopeError


def check_folder(folder: Path, names: Sequence[str], *, overwrite: bool) -> None:
    """See that files of these names can be written before hours are spent on what is in them.

    Raises
    ------
    KerascopeError
        one of them is there already, or something that is no folder is.
    """
    if folder.exists() and not folder.is_dir():
        raise KerascopeError("results are written into a folder", got="a file", path=folder)
    there = [name for name in names if (folder / name).exists()]
    if there and not overwrite:
        remedy = "pass --overwrite, or choose another folder"
        raise KerascopeError("there are results at this place already", got=there[0], remedy=remedy, path=folder)


def write_all(folder: Path, contents: dict[str, bytes]) -> None:
    """Files of these names in the folder, each whole or not at all.

    Raises
    ------
    KerascopeError
        they cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            write_file(folder / name, content)
    except OSError as error:
        got, remedy = error.strerror or error, "choose a place that can be written to"
        raise KerascopeError("the results could not be written", got=got, remedy=remedy, path=folder) from error


def as_json(plain: dict[str, Any]) -> bytes:
    """Indented JSON, a line at its end; what is no number is not written as one."""
    return (json.dumps(plain, indent=2, allow_nan=False, ensure_ascii=False) + "\n").encode()


def as_csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A table with a head; `None` is an empty cell."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return stream.getvalue().encode()
