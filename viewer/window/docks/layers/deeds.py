"""What the docks and the menu do to a layer or a part of it: pin, isolate, mute, show its channels, fly there."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt

from viewer.inspect.path import path_through
from viewer.window.docks.layers.shown import fold_that_shows, shown_open
from viewer.window.docks.muting.muter import Muter
from viewer.window.docks.muting.mutes import mute_action, mutes_at
from viewer.window.switches import closed_again, opened_too

if TYPE_CHECKING:
    from collections.abc import Iterator

    from viewer.inspect.pick import Hit
    from viewer.study import EdgePlace, Place
    from viewer.window.parts import Offer, Parts


def deeds_of(window: Parts, dock: QObject) -> Deeds:
    """The deeds that all docks of a window share; the first dock that asks owns them."""
    made = (deeds for deeds in window.findChildren(Deeds) if deeds.desk is window.desk)
    return next(made, None) or Deeds(window, dock)


class Deeds(QObject):
    """Changes the study of a window; `muter` does so with what is muted."""

    def __init__(self, window: Parts, parent: QObject) -> None:
        super().__init__(parent)
        self._window, self.desk = window, window.desk
        self.muter = Muter(window, self)
        self._flight: Place | None = None
        self._path: tuple[tuple[str, ...], str | None] = (), None
        # Queued, so that the view has the new layout by then.
        window.chooser.built.connect(self._arrive, Qt.ConnectionType.QueuedConnection)

    def pin(self, place: Place | None, edge: EdgePlace | None = None) -> None:
        """Keep a place in the inspector; `None` lets it follow the pointer again."""
        self.desk.set(pinned=place, pinned_edge=edge)

    def toggle_channels(self, layer: str) -> None:
        """Show every channel of a layer, or only their mean."""
        change = closed_again if layer in shown_open(self._window.view.layout) else opened_too
        self.desk.put(change(self.desk.study, layer))

    def isolated_layer(self) -> str | None:
        """The layer whose path stays bright; `None` where there is no such layer."""
        isolated, manifest = self.desk.study.isolated, self.desk.bundle.manifest
        if isolated != self._path[0]:
            layer = next((layer for layer in isolated if path_through(manifest, layer) == isolated), None)
            self._path = isolated, layer
        return self._path[1]

    def toggle_isolated(self, layer: str) -> None:
        """Keep only what leads to a layer and from it bright, or all again; says so where that is the whole network."""
        manifest = self.desk.bundle.manifest
        path = () if self.isolated_layer() == layer else path_through(manifest, layer)
        if len(path) == len(manifest.layers):
            self.desk.told.emit(f"every path of this network goes through {layer}")
            return
        self._path = path, layer if path else None
        self.desk.set(isolated=path)

    def fly_to(self, place: Place) -> None:
        """Bring a place before the eye; the folded group that hides it opens first."""
        layout = self._window.view.layout
        if layout is None:
            return
        fold = fold_that_shows(layout, self.desk.bundle.manifest.groups, place.layer)
        if fold is None:
            self._window.view.fly_to(place)
        else:
            self._flight = place
            self._window.chooser.want(fold=fold)

    def offers(self, hit: Hit) -> Iterator[Offer]:
        """Lines of the menu for what was hit beside those of the window itself, and what they do."""
        study, layer = self.desk.study, hit.place.layer
        if study.pinned is not None or study.pinned_edge is not None:
            yield "Unpin", partial(self.pin, None)
        is_alone = self.isolated_layer() == layer
        words = "Show all paths again" if is_alone else f"Isolate the path through {layer}"
        yield words, partial(self.toggle_isolated, layer)
        for mute in mutes_at(hit.place, hit.edge):
            yield mute_action(mute, study.muted), partial(self.muter.toggle, mute)

    def _arrive(self) -> None:
        """What was hidden is there now: go on flying."""
        place, self._flight = self._flight, None
        if place is not None:
            self._window.view.fly_to(place)
