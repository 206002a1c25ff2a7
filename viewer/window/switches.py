"""What is open or closed in a study, after one layer of it was switched. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from viewer.layout import Plate
    from viewer.study import Study


def layer_is_open(plate: Plate) -> bool | None:
    """Whether a plate shows its channels; `None` where it has none to show or to hide."""
    if plate.form.kind == "closed":
        return False
    return True if plate.form.kind == "maps" and plate.form.channels > 1 else None


def opened_too(study: Study, layer: str) -> Study:
    """The study with the channels of `layer` shown."""
    return msgspec.structs.replace(study, opened=_with(study.opened, layer), closed=_without(study.closed, layer))


def closed_again(study: Study, layer: str) -> Study:
    """The study with only the mean of `layer` shown."""
    return msgspec.structs.replace(study, opened=_without(study.opened, layer), closed=_with(study.closed, layer))


def _with(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    return names if name in names else (*names, name)


def _without(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    return tuple(other for other in names if other != name)
