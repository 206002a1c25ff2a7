"""What a person asks of scenes that show how one value is computed: of this layer, of that cell."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from viewer.state import ViewState
from viewer.window.how import OF_ONE_LAYER, ways_of

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
        self._goal: tuple[Cell, int | None, bool] | None = None
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
        self._goal = None if not place.position else (place.position, None, True)
        self._window.chooser.want(scene=scene, layer=place.layer, channel=place.channel, at=place.position)

    def keep(self, told: ViewState) -> None:
        """The scene about the cell of a state, where that is worked out."""
        chooser, cell = self._window.chooser, told.about
        if cell is None or chooser.wish.scene not in OF_ONE_LAYER:
            return
        self._goal = cell, told.about_channel, False
        channel = chooser.wish.channel if told.about_channel is None else told.about_channel
        if chooser.is_idle and (chooser.wish.at or (), chooser.wish.channel) == (cell, channel):
            self.arrive(self._window.player.playable)
        else:
            chooser.want(at=cell or None, channel=channel)

    def arrive(self, playable: Playable | None) -> None:
        """What was asked for is there: rest where its cell is begun, or worked out."""
        goal, self._goal = self._goal, None
        if goal is None or playable is None:
            return
        cell, channel, is_beginning = goal
        stops = stops_about(playable, cell, channel)
        if stops:
            self._window.player.rest_at(stops[0] if is_beginning else stops[-1])

    def _hint(self) -> None:
        told = self._window.pointing.told
        is_cell = told is not None and told.about is not None and self._window.chooser.wish.scene in OF_ONE_LAYER
        self._window.words.point(f"{told_words(told)}   a click keeps it".strip() if told and is_cell else "")


def stops_about(playable: Playable, cell: Cell, channel: int | None = None) -> tuple[float, ...]:
    """The last stops in a row of a scene at which it is about a cell (and, where one is given, a channel), in order;
    none where it never is.
    """
    found: list[float] = []
    for at_secs in reversed(playable.stops_secs):
        state = playable.state_at(at_secs)
        if state.about == cell and channel in (None, state.about_channel):
            found.append(at_secs)
        elif found:
            break
    return tuple(reversed(found))


def told_words(state: ViewState) -> str:
    """What a state is about, in words.

    >>> from viewer.state import Camera
    >>> [told_words(ViewState(Camera(), (), about=cell)) for cell in ((3, 1), (7,), ())]
    ['row 3, column 1', 'place 7', '']
    >>> told_words(ViewState(Camera(), (), about=(), about_channel=5))
    'unit 5'
    """
    cell, words = state.about or (), []
    if cell:
        words.append(f"row {cell[0]}, column {cell[1]}" if len(cell) == 2 else f"place {', '.join(map(str, cell))}")
    if state.about_channel is not None:
        words.append(f"unit {state.about_channel}")
    return ", ".join(words)
