"""How finely the scene is drawn while things move, and with how many edges, so that the hand is followed on slow
machines too. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import log2
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from viewer.state import ViewState

DETAILS = (0.35, 0.5, 0.7, 1.0, 2.0)
FINEST = DETAILS[-1]
SLOW_MS, AIM_MS = 40.0, 34.0
FEWEST_EDGES, MOST_EDGES = 2048, 2**22


def next_detail(detail: float, took_ms: float) -> float:
    """The detail for the next moving frame after one that took `took_ms` at `detail`: a step down, up, or the same.

    A step up draws more pixels by the square of its size, so it is only taken where the frame should still be quick.

    >>> next_detail(1.0, 160.0), next_detail(1.0, 20.0), next_detail(1.0, 2.0), next_detail(0.35, 999.0)
    (0.7, 1.0, 2.0, 0.35)
    """
    at = DETAILS.index(detail)
    if took_ms > SLOW_MS:
        return DETAILS[max(at - 1, 0)]
    finer = DETAILS[min(at + 1, len(DETAILS) - 1)]
    return finer if took_ms * (finer / detail) ** 2 < AIM_MS else detail


def next_budget(budget: int, took_ms: float) -> int:
    """How many edges of each net the next moving frame may have after one that took `took_ms` with `budget` of them.

    Halves and doubles, so that few different numbers are drawn; far too slow a frame halves several times at once.

    >>> next_budget(65536, 60.0), next_budget(65536, 400.0), next_budget(65536, 30.0), next_budget(65536, 10.0)
    (32768, 8192, 65536, 131072)
    """
    if took_ms > SLOW_MS:
        halvings = max(int(log2(took_ms / AIM_MS)), 1)
        return max(budget >> halvings, FEWEST_EDGES)
    return min(2 * budget, MOST_EDGES) if 2 * took_ms < AIM_MS else budget


@dataclass(frozen=True, slots=True)
class Pace:
    """What a moving frame is drawn with: its detail, and how many edges each net has at most."""

    detail: float = 1.0
    edges: int = 2**14


def next_pace(pace: Pace, took_ms: float, most_edges: int) -> Pace:
    """The pace after a moving frame that took `took_ms`, of nets with `most_edges` edges to draw; 0: only ribbons.

    Edges go before pixels and come back before them: a mass of edges is read by its shape, and each costs a line.
    """
    edges = next_budget(pace.edges, took_ms)
    if edges < pace.edges and min(pace.edges, most_edges) > FEWEST_EDGES:
        # Those beyond what there is to draw cost nothing: a budget of them would shrink for nothing.
        return replace(pace, edges=min(edges, max(most_edges // 2, FEWEST_EDGES)))
    if pace.edges < most_edges and edges > pace.edges:
        return replace(pace, edges=edges)
    return replace(pace, detail=next_detail(pace.detail, took_ms))


def within(state: ViewState, budget: int) -> ViewState:
    """`state` with at most `budget` edges in each net that has more; the same state where none has."""
    if all(net.edges.count is None for net in state.nets):
        return state
    return replace(state, nets=tuple(replace(net, edges=replace(net.edges, at_most=budget)) for net in state.nets))


def lean(state: ViewState) -> ViewState:
    """`state` without edges and bloom: plates and words alone, which need no more than their values.

    For frames that follow a hand from one drawing to the next where drawing is slow: each drawing has edges of its own,
    that have to be found first.
    """
    return replace(state, nets=tuple(replace(net, edge_alpha=0.0) for net in state.nets), bloom=0.0)
