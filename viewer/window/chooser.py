"""What is wished for and what came of it: keeps the choices of the top bar, the wish and the workshop in step."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from viewer.layout.fold import opened, refolded
from viewer.window.offer import BY_HAND, checkpoint_items, fold_items, input_items, scene_items
from viewer.window.pictures import input_icon
from viewer.window.playable import PLACE, Playable, Wish
from viewer.window.workshop import Workshop

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from viewer.window.bars import TopBar
    from viewer.window.choice import Choice
    from viewer.window.playable import Catalogue

RESIZE_MS = 180
MOST_PICTURES = 400
SAMPLED_TIMES = 6
NOWHERE: dict[str, Any] = dict.fromkeys(PLACE)
"""A scene that is chosen by its name chooses its own layer, channel and cell: those of another are rarely its own."""


class Chooser(QObject):
    """`built` brings a playable, its wish and whether the scene is another; `failed` a line; `noted` a remark."""

    built = Signal(object, object, bool)
    failed = Signal(str)
    noted = Signal(str)

    def __init__(self, bundle: Bundle, catalogue: Catalogue, bar: TopBar, wish: Wish) -> None:
        super().__init__()
        self.wish = wish
        self.shown: Wish | None = None
        self._bundle, self._bar = bundle, bar
        self._folded: tuple[str, ...] = ()
        self._allowed_at: str | None = None
        self._untried = [name for name in catalogue.summaries if name != wish.scene]
        self._workshop = Workshop(catalogue)
        self._workshop.made.connect(self._on_made)
        self._resizing = QTimer(self, singleShot=True, interval=RESIZE_MS)
        self._resizing.timeout.connect(self._ask)
        self._pictured = [shown.id for shown in bundle.manifest.inputs[:MOST_PICTURES]]
        bar.scene.offer(scene_items(catalogue.summaries))
        bar.input.offer(input_items(bundle))
        bar.checkpoint.offer(checkpoint_items(bundle))
        self._offer_folds()
        bar.fold.chosen.connect(lambda which: self.want(fold=which))
        bar.scene.chosen.connect(lambda name: self.want(scene=name, **NOWHERE))
        bar.input.chosen.connect(lambda id_: self.want(input_id=id_))
        bar.checkpoint.chosen.connect(lambda id_: self.want(checkpoint_id=id_))
        self._put_choices()

    @property
    def is_idle(self) -> bool:
        """Whether what is wished for is what is shown."""
        return self.shown == self.wish and not self._resizing.isActive()

    def want(self, **changes: Any) -> None:
        """Wish for something else (fields of `Wish`)."""
        self.wish = replace(self.wish, **changes)
        self._put_choices()
        self._ask()

    def want_size(self, size_px: tuple[int, int]) -> None:
        """Wish for the same in another size, once the size stays what it is."""
        if size_px == self.wish.size_px and self.shown is not None:
            return
        self.wish = replace(self.wish, size_px=size_px)
        if self.shown is None:
            self._ask()
        else:
            self._resizing.start()

    def next_scene(self) -> None:
        """The next scene that this bundle allows, going round."""
        self._step(self._bar.scene, 1)

    def previous_scene(self) -> None:
        """The scene before."""
        self._step(self._bar.scene, -1)

    def next_input(self) -> None:
        """The next input."""
        self._step(self._bar.input, 1)

    def previous_input(self) -> None:
        """The input before."""
        self._step(self._bar.input, -1)

    def next_checkpoint(self) -> None:
        """The next checkpoint."""
        self._step(self._bar.checkpoint, 1)

    def previous_checkpoint(self) -> None:
        """The checkpoint before."""
        self._step(self._bar.checkpoint, -1)

    def next_fold(self) -> None:
        """The next way to fold groups of layers."""
        self._step(self._bar.fold, 1)

    def open_group(self, name: str) -> None:
        """Show what is inside a folded group: its layers, and the groups right inside it folded."""
        self.want(fold=opened(self._bundle.manifest.groups, self._folded, name))

    def fold_group(self, name: str) -> None:
        """Show a group as one plate."""
        self.want(fold=refolded(self._bundle.manifest.groups, self._folded, name))

    def close(self) -> None:
        """Build nothing more."""
        self._resizing.stop()
        self._untried, self._pictured = [], []
        self._workshop.made.disconnect(self._on_made)
        self._workshop.close()

    def _offer_folds(self) -> None:
        """What was folded by hand is shown, and cannot be chosen. Without groups there is nothing to choose."""
        items, choice = fold_items(self._bundle), self._bar.fold
        choice.offer(items)
        choice.setVisible(bool(items))
        if items:
            choice.allow(BY_HAND, items[-1].tip)

    def _step(self, choice: Choice, steps: int) -> None:
        item = choice.beside(steps)
        if item is not None:
            choice.chosen.emit(item.id)

    def _ask(self) -> None:
        self._workshop.ask(self.wish)

    def _on_made(self, wish: Wish, made: Playable | str) -> None:
        if isinstance(made, str):
            self._deny(wish, made)
        elif wish == self.wish:
            is_other = self.shown is None or self.shown.scene != wish.scene
            self.shown = wish
            self._folded = tuple(plate.group for plate in made.layout.plates if plate.group)
            self.built.emit(made, wish, is_other)
            self._remark(wish, made)
        if self.shown == self.wish:
            self._try_next()

    def _deny(self, wish: Wish, line: str) -> None:
        """Back to what is shown; a scene that cannot be built whatever the choices is greyed out."""
        if replace(wish, input_id=None, checkpoint_id=None, **NOWHERE) == wish:
            self._bar.scene.allow(wish.scene, line)
        if wish != self.wish:
            return
        if self.shown is not None:
            self.wish = replace(self.shown, size_px=self.wish.size_px, theme=self.wish.theme)
            self._put_choices()
            if self.wish != self.shown:
                self._ask()
        self.failed.emit(line)
        if self.shown is None and self._untried:
            self.want(scene=self._untried.pop(0), **NOWHERE)

    def _try_next(self) -> None:
        """In the time that is left: find out which scenes this bundle allows, and load the inputs' pictures."""
        if self._untried:
            name = self._untried.pop(0)
            self._workshop.ask(replace(self.wish, scene=name, input_id=None, checkpoint_id=None, **NOWHERE))
        elif self._pictured:
            QTimer.singleShot(0, self._load_picture)

    def _load_picture(self) -> None:
        if self._pictured:
            id_ = self._pictured.pop(0)
            self._bar.input.picture(id_, input_icon(self._bundle, id_))
            QTimer.singleShot(0, self._load_picture)

    def _remark(self, wish: Wish, made: Playable) -> None:
        """Say so where a scene does not show the input that was chosen."""
        if wish.input_id is None:
            return
        times = [made.duration_secs * k / SAMPLED_TIMES for k in range(SAMPLED_TIMES)]
        nets = [net for t_secs in times for net in made.state_at(t_secs).nets]
        if not nets:
            self.noted.emit(f"{wish.scene} shows the network alone: no input changes it")
            return
        shown = {key.input_id for net in nets for key in (net.capture, net.toward) if key is not None}
        if wish.input_id not in shown:
            label = self._bundle.input(wish.input_id).label
            self.noted.emit(f"{wish.scene} chooses its own inputs: {label!r} is not among them")

    def _put_choices(self) -> None:
        """The bar shows the wish, and greys out what the bundle has not captured beside it."""
        bar, wish = self._bar, self.wish
        bar.scene.put(wish.scene)
        bar.input.put(wish.input_id)
        bar.checkpoint.put(wish.checkpoint_id)
        if self._bundle.manifest.groups:
            bar.fold.put(wish.fold if isinstance(wish.fold, str) else BY_HAND)
        at = wish.checkpoint_id or self._bundle.final_checkpoint.id
        if at != self._allowed_at:  # there may be very many inputs, and each step from one to the next comes by here
            self._allowed_at, captured = at, self._bundle.inputs_at(at)
            for shown in self._bundle.manifest.inputs:
                bar.input.allow(shown.id, "" if shown.id in captured else f"not captured at checkpoint {at}")
        for checkpoint in self._bundle.manifest.checkpoints:
            is_there = wish.input_id is None or wish.input_id in self._bundle.inputs_at(checkpoint.id)
            bar.checkpoint.allow(checkpoint.id, "" if is_there else "this input was not captured here")
