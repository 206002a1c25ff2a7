"""A second bundle beside the first: its own input, but the same scene, time, camera and study."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from viewer.foreign import native
from viewer.window.choice import Choice
from viewer.window.desk import Desk
from viewer.window.offer import input_items
from viewer.window.playable import PLACE
from viewer.window.view import SceneView
from viewer.window.workshop import Workshop

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from viewer.state import Theme, ViewState
    from viewer.study import Study
    from viewer.window.parts import Parts
    from viewer.window.playable import Catalogue, Playable, Wish

RESIZE_MS = 180


class Beside(QObject):
    """The second scene, with its `view` and a `head` that names it; follows the window's chooser, player and desk."""

    def __init__(self, window: Parts, bundle: Bundle, catalogue: Catalogue, theme: Theme) -> None:
        super().__init__()
        self.bundle = bundle
        self._window = window
        self._playable: Playable | None = None
        self._input_id: str | None = None
        self._desk = Desk(bundle, native(window.desk.study, bundle.manifest))
        self.view = SceneView(self._desk, self._state, theme)
        self.head, self.title, self.input, self.closing = QWidget(), QLabel(), Choice(210), QToolButton()
        self._workshop = Workshop(catalogue)
        self._resizing = QTimer(self, singleShot=True, interval=RESIZE_MS)
        self._arrange()
        self._connect()
        self._ask()

    def close(self) -> None:
        """Give everything back, and follow no more."""
        window = self._window
        window.chooser.built.disconnect(self._ask)
        window.player.moved.disconnect(self._on_moved)
        window.desk.changed.disconnect(self._on_study)
        window.view.looked.disconnect(self._follow)
        self._resizing.stop()
        self._workshop.made.disconnect(self._on_made)
        self._workshop.close()
        self.view.close()

    def show_theme(self, theme: Theme) -> None:
        """Another theme of the window."""
        self.view.theme = theme

    def _arrange(self) -> None:
        self.title.setObjectName("paneTitle")
        self.title.setText(self.bundle.path.name)
        self.closing.setText("Close")
        self.closing.setToolTip("show only the first bundle")
        self.input.offer(input_items(self.bundle))
        row = QHBoxLayout(self.head)
        row.setContentsMargins(0, 0, 8, 0)
        row.addWidget(self.title, 1)
        row.addWidget(self.input)
        row.addWidget(self.closing)

    def _connect(self) -> None:
        window = self._window
        window.chooser.built.connect(self._ask)
        window.player.moved.connect(self._on_moved)
        window.desk.changed.connect(self._on_study)
        window.view.looked.connect(self._follow)
        self.view.looked.connect(self._lead)
        self.view.resized.connect(self._resizing.start)
        self.view.failed.connect(window.desk.failed)
        self.view.hand.clicked.connect(self._on_clicked)
        self.view.hand.doubled.connect(self._on_doubled)
        self._resizing.timeout.connect(self._ask)
        self._workshop.made.connect(self._on_made)
        self.input.chosen.connect(self._choose)

    def _choose(self, id_: str | None) -> None:
        self._input_id = id_
        self._ask()

    def _ask(self) -> None:
        """Build what the window shows, of this bundle."""
        wish, manifest = self._window.chooser.wish, self.bundle.manifest
        study = self._desk.study
        known = {checkpoint.id for checkpoint in manifest.checkpoints}
        groups = {group.name for group in manifest.groups}
        is_there = wish.layer is None or any(layer.name == wish.layer for layer in manifest.layers)
        place: dict[str, Any] = {} if is_there else dict.fromkeys(PLACE)
        self._workshop.ask(
            replace(
                wish,
                size_px=self.view.size_px,
                input_id=self._input_id,
                checkpoint_id=wish.checkpoint_id if wish.checkpoint_id in known else None,
                fold=wish.fold if isinstance(wish.fold, str) or set(wish.fold) <= groups else "auto",
                opened=study.opened,
                closed=study.closed,
                **place,
            )
        )

    def _on_made(self, _: Wish, made: Playable | str) -> None:
        if isinstance(made, str):
            self.title.setText(f"{self.bundle.path.name}: {made}")
            return
        self.title.setText(self.bundle.path.name)
        self._playable = made
        self.view.layout = made.layout
        self.view.stir()

    def _state(self) -> ViewState | None:
        """The scene at the same part of its time."""
        first, own = self._window.player.playable, self._playable
        if own is None or first is None:
            return None
        return own.state_at(self._window.player.at_secs / first.duration_secs * own.duration_secs)

    def _on_moved(self) -> None:
        self.view.is_playing = self._window.player.head.is_playing
        self.view.stir()

    def _on_study(self, _: Study, study: Study) -> None:
        before = self._desk.study
        self._desk.put(native(study, self.bundle.manifest))
        if (before.opened, before.closed) != (self._desk.study.opened, self._desk.study.closed):
            self._ask()
        self.view.stir()

    def _follow(self) -> None:
        if self.view.offset != self._window.view.offset:
            self.view.put_offset(self._window.view.offset)

    def _lead(self) -> None:
        if self.view.offset != self._window.view.offset:
            self._window.view.put_offset(self.view.offset)

    def _on_clicked(self, at_px: tuple[float, float]) -> None:
        """What is clicked here is pinned in the first bundle, where it has that layer."""
        hit = self.view.hit_at(at_px)
        known = {layer.name for layer in self._window.desk.bundle.manifest.layers}
        place = hit.place if hit is not None and hit.edge is None and hit.place.layer in known else None
        self._window.desk.set(pinned=place, pinned_edge=None)

    def _on_doubled(self, at_px: tuple[float, float]) -> None:
        hit = self.view.hit_at(at_px)
        if hit is None:
            self._window.view.reset()
        else:
            self.view.fly_to(hit.place)
