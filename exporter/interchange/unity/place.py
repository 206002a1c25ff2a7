"""The place of a folder of nn-visualizer: where it can be, what it may replace, and how it appears whole."""

from __future__ import annotations

import os
import re
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

from exporter.bundle.durable import recover
from exporter.interchange.appearing import appearing_folder, telling
from exporter.interchange.unity.errors import UnityError

_WORDS = ("activation", "weights", "structure")
_OURS = re.compile(r"model_(structure|(weights|activations)_epoch\d+)\.json(\.meta)?")
_STRUCTURE = "model_structure.json"
_LITTER = frozenset((".DS_Store", "Thumbs.db", "desktop.ini"))
"""What systems put into folders by themselves."""
WHAT = "the folder"


def check_place(out: Path, *, overwrite: bool) -> Path:
    """The place with its links followed, after it was seen that a folder may be written there.

    The loader tells its files apart by words that it looks for in their whole path, so these must not be in the path of
    the folder, neither as it is written nor as links lead.

    Raises
    ------
    UnityError
        such a word, no folder to put it in, something there that is not to be or must not be replaced.
    """
    for path in dict.fromkeys((os.path.normpath(Path.cwd() / out), os.path.realpath(out))):
        for word in _WORDS:
            if word in path:
                what = f"the loader would take its files for others: it looks for {word!r} in their whole path"
                remedy = f"choose a folder whose path has no {', '.join(_WORDS)} in it"
                raise UnityError(what, remedy=remedy, path=path)
    place = Path(os.path.realpath(out))
    with telling(place, WHAT, UnityError):
        if not place.parent.is_dir():
            raise UnityError("no such folder to write into", remedy="create it first", path=place.parent)
        recover(place)
        _check_replaceable(place, overwrite=overwrite)
    return place


def _check_replaceable(place: Path, *, overwrite: bool) -> None:
    if not os.path.lexists(place):
        return
    if not place.is_dir():
        raise UnityError("the place is taken", expected="a folder", got="a file", path=place)
    names = {entry.name for entry in place.iterdir()}
    if not names:
        return
    if not overwrite:
        raise UnityError("there is something at this place already", remedy="pass --overwrite", path=place)
    strange = sorted(name for name in names - _LITTER if not _OURS.fullmatch(name))
    if _STRUCTURE not in names or strange:
        got = f"a folder with {strange[0]}" if strange else f"a folder without {_STRUCTURE}"
        remedy = "remove it yourself or choose another place"
        raise UnityError("what is there is no folder of nn-visualizer", got=got, remedy=remedy, path=place)


def appearing(place: Path, *, overwrite: bool) -> AbstractContextManager[Path]:
    """A hidden folder beside the place to write into, as `exporter.interchange.appearing.appearing_folder` has it."""
    check = partial(_check_replaceable, place, overwrite=overwrite)
    return appearing_folder(place, WHAT, UnityError, check)
