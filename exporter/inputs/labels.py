"""Class names out of a file, or those of ImageNet."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from exporter.inputs.errors import InputError
from exporter.inputs.imagenet import INSTALL, imagenet_names

IMAGENET = "imagenet"
_EXPECTED = "one name a line, a JSON list, or a JSON object of class number to name"
_LARGEST_FILE_BYTES = 16 * 2**20


def read_labels(labels: Path | str | Sequence[str] | None, classes: int | None) -> tuple[str, ...]:
    """Class names, in the order of the model's output.

    Parameters
    ----------
    labels : a file, the names themselves, or `None` for none. The file has one name a line, or is a JSON list, or a
        JSON object such as Keras' `imagenet_class_index.json` (`{"0": ["n01440764", "tench"], ...}`). `imagenet` stands
        for the names of ImageNet's 1000 classes, unless there is a file of that name.
    classes : how many the model tells apart, where known.

    Raises
    ------
    InputError
        no such file, another form, another number of names, or `imagenet` without the package that has them.
    """
    if labels is None:
        return ()
    path: Path | None
    if str(labels) == IMAGENET and not Path(IMAGENET).exists():
        path, names = None, _of_imagenet()
    elif isinstance(labels, str | Path):
        path = Path(labels)
        names = _from_file(Path(labels))
    else:
        path, names = None, tuple(map(str, labels))
    if classes is not None and len(names) != classes:
        raise InputError("the labels do not fit the model", expected=f"{classes} names", got=len(names), path=path)
    return names


def _of_imagenet() -> tuple[str, ...]:
    names = imagenet_names()
    if not names:
        raise InputError("the names of ImageNet's classes are not installed", remedy=INSTALL)
    return names


def _from_file(path: Path) -> tuple[str, ...]:
    try:
        if path.stat().st_size > _LARGEST_FILE_BYTES:
            raise InputError(
                "the labels are over the limit", expected=f"at most {_LARGEST_FILE_BYTES} bytes", path=path
            )
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("the labels cannot be read", expected=_EXPECTED, got=error, path=path) from error
    if not text.lstrip().startswith(("[", "{")):
        return tuple(line.strip() for line in text.splitlines() if line.strip())
    try:
        return _from_json(json.loads(text))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError("the labels cannot be read", expected=_EXPECTED, got=error, path=path) from error


def _from_json(value: Any) -> tuple[str, ...]:
    if isinstance(value, dict):
        by_number = {int(key): entry for key, entry in value.items()}
        value = [by_number[number] for number in range(len(by_number))]
    return tuple(str(entry[-1] if isinstance(entry, list) else entry) for entry in value)
