"""Which tables there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING

from exporter.bundle.errors import KerascopeError
from viewer.tables.answers import classes_table, confusion_table, predictions_table
from viewer.tables.of_channels import apart_table, channels_table, patches_table, statistics_table
from viewer.tables.of_nearness import landed_table, neighbours_table

if TYPE_CHECKING:
    from viewer.tables.table import Asked, Table

TABLES: Mapping[str, Callable[[Asked], Table]] = {
    "predictions": predictions_table,
    "confusion": confusion_table,
    "classes": classes_table,
    "channels": channels_table,
    "apart": apart_table,
    "patches": patches_table,
    "neighbours": neighbours_table,
    "statistics": statistics_table,
    "landed": landed_table,
}


def table_of(of: str, asked: Asked) -> Table:
    """The table of that name.

    Raises
    ------
    KerascopeError
        There is no such table, or nothing in the bundle for it: says what makes it.
    """
    if of not in TABLES:
        near = get_close_matches(of, TABLES, 1)
        remedy = f"did you mean {near[0]}?" if near else ""
        raise KerascopeError("no such table", expected=f"one of {', '.join(TABLES)}", got=repr(of), remedy=remedy)
    if asked.top is not None and asked.top < 1:
        raise KerascopeError("a table has at least one of each", expected="--top 1 or more", got=asked.top)
    return TABLES[of](asked)
