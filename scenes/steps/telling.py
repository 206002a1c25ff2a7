"""A step scene in time: its walk told page by page, and what it shows of a cell that is pointed at. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scenes.steps.walk import Moment
from scenes.timeline import Timeline

if TYPE_CHECKING:
    from scenes.steps.board import Board, Point
    from scenes.steps.scenery import Scenery
    from scenes.steps.walk import Walk
    from viewer.state import Hud, ViewState


@dataclass(frozen=True, slots=True)
class Page:
    """What is shown at a moment.

    Attributes
    ----------
    title : the title, and what is said behind it.
    says : the sentence under the board.
    about : the position of the cell that the page is about, without its channel.
    channel : its channel or unit, where that may be another than the one that the scene is about.
    """

    board: Board
    title: tuple[str, str]
    says: str
    about: tuple[int, ...]
    channel: int | None = None


def told(
    scenery: Scenery,
    walk: Walk,
    page: Callable[[Moment], Page],
    legends: Sequence[Hud],
    under: Callable[[Point], int | None],
    page_at: Callable[[Moment, Point], Page] | None = None,
) -> Timeline:
    """The timeline of a walk.

    Parameters
    ----------
    page : what is shown at a moment.
    under : the number of the cell that lies at a point of the picture while the board is there, or `None`.
    page_at : what is shown of the cell at a point; without it what is shown when its working is over.
    """

    def shown(moment: Moment, made: Page) -> ViewState:
        state = scenery.state(moment.away, made.board, made.title, legends, made.says)
        if not made.board.loupes:
            return state
        return replace(state, about=made.about, about_channel=made.channel)

    def pointed(t_secs: float, at_px: Point) -> ViewState | None:
        cell = under(at_px) if walk.at(t_secs).away >= 1 else None
        if cell is None:
            return None
        moment = Moment(1.0, cell, float(walk.stages), walk.cells)
        return shown(moment, page(moment) if page_at is None else page_at(moment, at_px))

    def state_at(t_secs: float) -> ViewState:
        moment = walk.at(t_secs)
        return shown(moment, page(moment))

    return Timeline(
        walk.duration_secs,
        state_at,
        loops=True,
        markers=walk.markers,
        stops_secs=walk.stops_secs,
        pointed=pointed,
    )
