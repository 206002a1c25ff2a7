"""What of a bundle a sheet is about: which checkpoint, which input, and what these are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from viewer.sheets.sheet import Rgb, Tile

if TYPE_CHECKING:
    from collections.abc import Callable

    from exporter.bundle import Bundle
    from viewer.state import Theme

SMOOTH_FROM_PX = 64
"""Pictures with fewer pixels along a side are shown as squares, so that each can be seen."""


@dataclass(frozen=True)
class Subject:
    """What is asked for. `tell` is told a line about what is found.

    `survey_id`, `channels` of a layer (none: the sheet's choice) and `top`, how many pictures of each, are of sheets of
    surveys.
    """

    bundle: Bundle
    theme: Theme
    layer: str | None
    input_id: str | None
    checkpoint_id: str
    run_ids: Sequence[str]
    tell: Callable[[str], None]
    survey_id: str | None = None
    channels: tuple[int, ...] = ()
    top: int | None = None

    @property
    def model_name(self) -> str:
        """The name of the model, for titles."""
        return self.bundle.manifest.model.name.replace("_", " ")

    def class_name(self, number: object) -> str:
        """What a class is called; `class 3` where it has no name, empty where it is none."""
        if isinstance(number, bool) or not isinstance(number, int):
            return ""
        names = self.bundle.manifest.model.class_names
        return names[number] if 0 <= number < len(names) else f"class {number}"


def rgb_of(picture: Rgb) -> Rgb:
    """A picture (H, W, 1 or 3) with three channels."""
    return np.broadcast_to(picture, (*picture.shape[:2], 3)).copy()


def picture_tile(subject: Subject, input_id: str, name: str, lines: Sequence[str] = ()) -> Tile | None:
    """The picture of an input; `None` where it is none."""
    picture = subject.bundle.image(input_id)
    if picture is None:
        return None
    return Tile(rgb_of(picture), name, tuple(lines), is_smooth=min(picture.shape[:2]) >= SMOOTH_FROM_PX)


def percent(share: float) -> str:
    """A share in per cent, never 0 or 100 where it is not.

    >>> percent(0.4321), percent(0.0), percent(0.00001), percent(0.99999), percent(1.0)
    ('43.2 %', '0 %', '< 0.1 %', '> 99.9 %', '100 %')
    """
    if share in (0.0, 1.0):
        return f"{share * 100:.0f} %"
    if share < 0.001:
        return "< 0.1 %"
    return "> 99.9 %" if share > 0.999 else f"{share * 100:.1f} %"
