"""Which threads a net's view asks for, so that tables that serve many frames are made once. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from viewer.state import CaptureKey
from viewer.threads.gather import MOST_EDGES

if TYPE_CHECKING:
    from viewer.state import EdgeMode, Edges

SMALLEST_TABLE = 4096


@dataclass(frozen=True, slots=True)
class Wanted:
    """What tells one table of threads from another: arguments of `viewer.threads.gather`."""

    key: CaptureKey
    mode: EdgeMode
    count: int
    for_capture: bool


def wanted(edges: Edges, key: CaptureKey) -> Wanted | None:
    """The table for `edges` and a capture; `None` where only the strongest few are drawn, as ribbons.

    A number of contributions are the strongest of this capture; all other tables are the same for all inputs. Tables
    hold more than is asked, in large steps, so that more edges are seldom another table.
    """
    if edges.count is None:
        return None
    for_capture = edges.mode == "contribution" and edges.count != "all"
    cuts = tuple(mute for mute in key.mutes if mute.target is not None)
    shared = key if for_capture else CaptureKey("", key.checkpoint_id, cuts)
    return Wanted(shared, edges.mode, _table_size(edges.count) if for_capture else MOST_EDGES, for_capture)


def drawn_of(edges: Edges, held: int) -> int:
    """How many of the `held` threads of a table are drawn."""
    asked = [held if edges.count in (None, "all") else int(edges.count or 0), held]
    return max(min([*asked, held if edges.at_most is None else edges.at_most]), 0)


def _table_size(count: int | str | None) -> int:
    size = SMALLEST_TABLE
    while size < min(int(count or 0), MOST_EDGES):
        size *= 4
    return min(size, MOST_EDGES)
