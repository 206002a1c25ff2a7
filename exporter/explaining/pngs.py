"""Explanations as PNG files, one a run, for people who want a picture."""

from __future__ import annotations

import os
from collections.abc import Sequence

from exporter.attacking.pictures import Pictures
from exporter.bundle import Bundle
from exporter.bundle.errors import KerascopeError
from exporter.bundle.schema import Input
from exporter.explaining.card import card


def check_pngs(pictures: Pictures, bundle: Bundle, inputs: Sequence[Input], run_ids: Sequence[str]) -> None:
    """Raise `KerascopeError` where an input is no picture, a file is there already and is not to be replaced, or
    nothing can be written there: before the long work, and not after it.
    """
    for each in inputs:
        if bundle.input(each.id).image is None:
            what = f"input {each.id} cannot be saved as a PNG file"
            raise KerascopeError(what, expected="a picture", got="values", remedy="leave --png away")
    pictures.check_free(run_ids)
    folder = pictures.folder.absolute()
    there = next(place for place in (folder, *folder.parents) if os.path.lexists(place))
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        got = "a folder that nobody may write in" if there.is_dir() else "a file"
        raise KerascopeError("no pictures can be saved there", expected="a folder", got=got, path=pictures.folder)


def save_pngs(pictures: Pictures, bundle: Bundle, run_ids: Sequence[str]) -> None:
    """Write the pictures of some runs, each whole or not at all."""
    for run_id in run_ids:
        pictures.save(run_id, card(bundle, run_id))
