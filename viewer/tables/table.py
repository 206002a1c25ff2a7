"""A table before it is written, and what of a bundle it is asked about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from exporter.bundle.errors import KerascopeError
from viewer.learned.classes import class_label, class_named, place_of
from viewer.learned.read import image_names, layer_of, pass_of, survey_of

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from exporter.bundle.schema import Survey, SurveyLayer, SurveyPass

Kind = Literal["int", "float", "bool", "text"]
Value = int | float | bool | str | None
Row = tuple[Value, ...]


@dataclass(frozen=True)
class Table:
    """Columns as (name, kind), and rows that come one by one: each can be gone through once.

    Integers have 64 bits, floats too; a value may be missing (`None`) in any column.
    """

    columns: tuple[tuple[str, Kind], ...]
    rows: Iterable[Row]


@dataclass(frozen=True)
class Asked:
    """What a table is asked for: `None`, or no classes, leave the choice to the table. `top` is how many of each."""

    bundle: Bundle
    survey_id: str | None = None
    checkpoint_id: str | None = None
    layer: str | None = None
    class_names: tuple[str, ...] = ()
    top: int | None = None

    @cached_property
    def survey(self) -> Survey:
        """The survey, by default the last."""
        return survey_of(self.bundle, self.survey_id)

    @cached_property
    def made(self) -> SurveyPass:
        """What the network of the checkpoint made of it, by default of the last one that looked at it."""
        return pass_of(self.bundle, self.survey, self.checkpoint_id)

    @cached_property
    def layers(self) -> tuple[SurveyLayer, ...]:
        """The layer that is asked for, or all."""
        return self.made.layers if self.layer is None else (layer_of(self.bundle, self.made, self.layer),)

    @cached_property
    def classes(self) -> tuple[int, ...]:
        """The classes that are asked for, each of which has images; empty: all."""
        numbers = tuple(dict.fromkeys(class_named(self.bundle, name) for name in self.class_names))
        for number in numbers:
            place_of(self.bundle, self.made, number)
        return numbers

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of all images."""
        return image_names(self.bundle, self.survey)

    def label(self, number: int) -> str:
        """What a class is called; empty where it is not known."""
        return class_label(self.bundle, number)

    def wants(self, number: int) -> bool:
        """Whether a class is among those that are asked for."""
        return not self.classes or number in self.classes

    def refuse(self, what: str, **given: object) -> None:
        """Raise `KerascopeError` for what was given and means nothing here."""
        for option, value in given.items():
            if value:
                remedy = "see `kerascope tables --help`"
                raise KerascopeError(f"--{option} means nothing for {what}", remedy=remedy, path=self.bundle.path)
