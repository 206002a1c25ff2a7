"""What a person asks of scenes that show how one value is computed: of this layer, of that cell."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from viewer.window.how import ways_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from viewer.inspect.pick import Hit
    from viewer.window.parts import Offer, Parts
    from viewer.window.playable import Playable

    Cell = tuple[int, ...]


class Steps(QObject):
    """Opens such a scene from the menu of a plate, and keeps the cell that is clicked in it."""

    def __init__(self, window: Parts, scenes: Collection[str]) -> None:
        super().__init__()
        self._window, self._scenes = window, scenes
        self._goal: tuple[Cell, bool] | None = None
        window.pointing.kept.connect(self.keep)
        window.pointing.changed.connect(self._hint)
        window.offers.append(self.offers)

    def offers(self, hit: Hit) -> Iterator[Offer]:
        """Lines of the menu for what was hit, and what they do."""
        if hit.edge is None and not hit.place.output:
            for way in ways_of(self._window.desk.bundle.layer(hit.place.layer)):
                if way.scene in self._scenes:
                    yield way.words, partial(self.show, way.scene, hit)

    def show(self, scene: str, hit: Hit) -> None:
        """The scene about what was hit, where it begins with that; a cell of a map where it comes to it."""
        place = hit.place
        self._goal = None if not place.position else (place.position, True)
        self._window.chooser.want(scene=scene, layer=place.layer, channel=place.channel, at=place.position)

    def keep(self, cell: Cell) -> None:
        """The scene about this cell, where that is worked out."""
        chooser = self._window.chooser
        self._goal = cell, False
        if chooser.wish.at == cell and chooser.is_idle:
            self.arrive(self._window.player.playable)
        else:
            chooser.want(at=cell)

    def arrive(self, playable: Playable | None) -> None:
        """What was asked for is there: rest where its cell is begun, or worked out."""
        goal, self._goal = self._goal, None
        if goal is None or playable is None:
            return
        cell, is_beginning = goal
        stops = stops_about(playable, cell)
        if stops:
            self._window.player.rest_at(stops[0] if is_beginning else stops[-1])

    def _hint(self) -> None:
        told = self._window.pointing.told
        cell = None if told is None else told.about
        self._window.words.point("" if cell is None else f"{cell_words(cell)}   a click keeps it")


def stops_about(playable: Playable, cell: Cell) -> tuple[float, ...]:
    """The last stops in a row of a scene at which it is about a cell, in order; none where it never is."""
    found: list[float] = []
    for at_secs in reversed(playable.stops_secs):
        if playable.state_at(at_secs).about == cell:
            found.append(at_secs)
        elif found:
            break
    return tuple(reversed(found))


def cell_words(cell: Cell) -> str:
    """A cell as it is told.

    >>> cell_words((3, 1)), cell_words((7,)), cell_words(())
    ('row 3, column 1', 'place 7', 'unit')
    """
    if len(cell) == 2:
        return f"row {cell[0]}, column {cell[1]}"
    return f"place {', '.join(map(str, cell))}" if cell else "unit"
