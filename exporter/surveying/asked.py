"""What can be asked of a survey."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from exporter.bundle.errors import KerascopeError
from exporter.inputs import PreprocessingOptions

Pictures = Literal["all", "top", "none"]

SHOWN = 10
PICTURE_BYTES = 512 * 2**20
"""How many bytes of pictures are kept at most, unless all of them are asked for."""


@dataclass(frozen=True)
class Asked:
    """What is asked of a survey; see `exporter.surveying.survey.survey_bundle`."""

    layers: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    top: int = 9
    thumbnails: int = 32
    pictures: Pictures | None = None
    shown: int | None = None
    shard: int | None = None
    skip_bad: bool = False
    labels: Path | str | Sequence[str] | None = None
    preprocessing: PreprocessingOptions = field(default_factory=PreprocessingOptions)

    def check(self) -> None:
        """Raise `KerascopeError` where a number makes no sense."""
        for what, number, least in (
            ("images of a channel", self.top, 1),
            ("pixels of a thumbnail", self.thumbnails, 0),
            ("shown images", self.shown, 1),
            ("images of a shard", self.shard, 1),
        ):
            if number is not None and number < least:
                raise KerascopeError(f"so many {what} cannot be had", expected=f"at least {least}", got=number)
        if self.pictures not in (None, "all", "top", "none"):
            raise KerascopeError("no such choice of pictures", expected="all, top or none", got=repr(self.pictures))


PLAIN = Asked()
"""Nothing in particular."""
