"""What is drawn in the window and what the network makes of it: its answers, attacks, and the veil over them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from exporter.bundle import KerascopeError
from viewer.inspect.samples import score_kind
from viewer.live.fed import fed_of, picture_of, picture_shape
from viewer.window.live.answers import Answers, Question
from viewer.window.live.easel import Easel
from viewer.window.live.ground import ground_of, inverted
from viewer.window.live.intake import Intake
from viewer.window.live.saving import Saving
from viewer.window.live.scene import LiveScene
from viewer.window.live.sheet import Named
from viewer.window.live.veil import telling_layers, veiled

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from viewer.live.overlay import Overlay
    from viewer.live.reply import Reply
    from viewer.state import CaptureKey
    from viewer.window.chooser import Chooser
    from viewer.window.desk import Desk
    from viewer.window.live.sheet import Colour, Spot
    from viewer.window.navigator import Navigator
    from viewer.window.player import Player
    from viewer.window.view import SceneView

    Picture = NDArray[np.uint8]

SCENE = "drawing"
BRUSH = 0.08
SAVES = "wait until the drawing is saved"
QUICK_MS = 60.0
LATER_MS, PATIENCE_SECS = 4, 1.0
NOTHING_DRAWN = "draw something first"


@dataclass(frozen=True, eq=False)
class Answered:
    """A picture (H, W, C) uint8, the question about it and what the network made of it."""

    picture: Picture
    question: Question
    reply: Reply


@dataclass(frozen=True)
class Room:
    """The parts of the window that a drawing shows itself in, the names of the scenes, and where pictures are saved."""

    desk: Desk
    view: SceneView
    player: Player
    chooser: Chooser
    navigator: Navigator
    scenes: Collection[str]
    folder: Path


class Live(QObject):
    """The drawing of a window. `drawn` tells another picture, `answered` another answer, veil or status.

    `barred` is why nothing can be drawn for this network; empty where it can. `answer` is what the network made of
    the drawing, `attacked` of what an attack made of it; `latency_ms` how long the scene took to follow the hand.
    """

    drawn = Signal()
    answered = Signal()

    def __init__(self, overlay: Overlay, on: Room, model: str | None) -> None:
        super().__init__()
        self._overlay, self._desk, self._navigator, self._chooser = overlay, on.desk, on.navigator, on.chooser
        self._scenes, self.barred = on.scenes, ""
        shape = (1, 1, 1)
        try:
            shape = picture_shape(overlay)
        except KerascopeError as error:
            self.barred = str(error)
        self.easel = Easel(shape, ground_of(overlay, shape[2]), BRUSH)
        self.kind, self._telling = score_kind(overlay), telling_layers(overlay)
        self.answer: Answered | None = None
        self.attacked: Answered | None = None
        self.is_veiled = self.shows_attacked = False
        self.latency_ms: float | None = None
        self._before: tuple[Answered | None, CaptureKey | None] = None, None
        self._due_secs: float | None = None
        self._asked_secs = 0.0
        self._later = QTimer(self, singleShot=True, interval=LATER_MS)
        self._later.timeout.connect(self._go_on)
        self.answers = Answers(overlay, model, self)
        self.scene = LiveScene(on.view, on.player, self)
        self.intake = Intake(shape, self.barred, self)
        self.intake.came.connect(self.take)
        self.saving = Saving(overlay, self.easel, self.answers, on.folder, self)
        self.saving.told.connect(on.desk.told)
        self.saving.done.connect(self._go_on)
        self.answers.replied.connect(self._on_replied)
        self.answers.changed.connect(self.answered)
        self.scene.shown.connect(self._on_shown)
        for part in (self.answers, self.intake, self.saving):
            part.failed.connect(on.desk.failed)
        on.chooser.built.connect(self._on_built)

    @property
    def is_due(self) -> bool:
        """Whether what is drawn now is still to be asked about."""
        return self._due_secs is not None

    @property
    def is_quick(self) -> bool:
        """Whether answers come as soon as a hand can tell."""
        return self.answer is not None and self.answer.reply.took_ms < QUICK_MS

    def close(self) -> None:
        """Give back whoever answers."""
        self._chooser.built.disconnect(self._on_built)
        self.intake.close()
        self.saving.close()
        self.answers.close()

    def adopt(self, easel: Easel) -> None:
        """Go on with what was drawn for another bundle, where pictures for both have one shape."""
        if not (self.barred or easel.is_empty) and easel.shape == self.easel.shape:
            self.easel.go_on_with(easel)
            self._ask(time.perf_counter())

    def open(self) -> None:
        """Let somebody get ready to answer, for the checkpoint that is wished for."""
        if not self.barred:
            self.answers.open(self._navigator.checkpoint_id)

    # --- What is drawn ------------------------------------------------------------------------------------------------

    def begin(self, spot: Spot, began_secs: float, *, erases: bool = False) -> None:
        """The hand goes down on the sheet."""
        self.intake.camera.stop()
        self.scene.hold()
        self.easel.begin(spot, erases=erases)
        self._ask(began_secs)

    def move(self, spot: Spot, began_secs: float) -> None:
        """The hand goes on."""
        if self.easel.move(spot):
            self._ask(began_secs)

    def end(self) -> None:
        """The hand is lifted: what is seen may be drawn finely."""
        self.scene.rest()

    def undo(self) -> None:
        """As it was before the last stroke, picture or clearing."""
        self.easel.undo()
        self._ask(time.perf_counter())

    def clear(self) -> None:
        """An empty sheet."""
        self.easel.clear()
        self._ask(time.perf_counter())

    def invert_ground(self) -> None:
        """A ground of the opposite colour."""
        self.easel.lay(inverted(self.easel.history.now.ground))
        self._ask(time.perf_counter())

    def take_colour(self, colour: Colour) -> None:
        """What the pencil draws in from now on."""
        self.easel.colour = colour
        self.drawn.emit()

    def take(self, picture: Picture, is_step: bool = True, named: Named | None = None) -> None:
        """A picture (H, W, C) uint8 in place of what was drawn; without `is_step` in place of the last one."""
        self.easel.take(picture, is_step=is_step, named=named)
        self._ask(time.perf_counter())

    def load(self, picture: Picture, named: Named) -> None:
        """A picture that is known in place of what was drawn, or of the one that was loaded before."""
        is_first = self.easel.known is None
        if is_first:
            self._before = self.answer, self.scene.key
        self.intake.camera.stop()
        self.take(picture, is_first, named)

    def unload(self) -> None:
        """What was drawn, and shown of it, before a known picture was loaded."""
        if self.easel.known is None:
            return
        self.easel.undo()
        self.attacked, self.shows_attacked, self._due_secs = None, False, None
        self.answer, key = self._before
        self.scene.put_back(key)
        self.drawn.emit()
        self.answered.emit()

    # --- What is asked ------------------------------------------------------------------------------------------------

    def attack(self, method: str) -> None:
        """Attack what is drawn; the drawing stays."""
        barred = NOTHING_DRAWN if self.easel.is_empty else self.answers.barred_attack
        barred = SAVES if self.saving.is_going else barred
        if barred:
            self._desk.failed.emit(barred)
            return
        picture = self.easel.picture
        fed, known = fed_of(self._overlay, picture), self.easel.known
        self.answers.ask(Question(picture, fed, time.perf_counter(), method, known=known))

    def show_attacked(self, shows: bool) -> None:
        """Show in the scene what the attack made of the drawing, or the drawing again."""
        self.shows_attacked = shows and self.attacked is not None
        self._show(time.perf_counter())
        self.answered.emit()

    def toggle_veil(self) -> None:
        """Hide what the network says, or show it: the key of whoever lets others guess first."""
        self.is_veiled = not self.is_veiled
        self._show(time.perf_counter())
        self.answered.emit()
        self._desk.told.emit("answers are hidden: Y shows them" if self.is_veiled else "answers are shown")

    def _ask(self, began_secs: float) -> None:
        """What is drawn is another picture now; an attack was on what was drawn before."""
        self.attacked, self.shows_attacked = None, False
        self.drawn.emit()
        self.open()
        self._want_scene()
        self._due_secs = began_secs
        self._go_on()

    def _go_on(self) -> None:
        """Ask about what is drawn now, once the picture before it has been seen.

        Were it asked at once, its answer would wait for the frame of the one before, and that again: each in a queue
        behind what nobody wants to see any more.
        """
        if self._due_secs is None or self.saving.is_going:
            return
        is_late = time.perf_counter() - self._asked_secs > PATIENCE_SECS
        if is_late or not (self.answers.is_waiting or self.scene.is_busy):
            began_secs, self._due_secs = self._due_secs, None
            self._asked_secs = time.perf_counter()
            picture = self.easel.picture
            fed = fed_of(self._overlay, picture)
            self.answers.ask(Question(picture, fed, began_secs, known=self.easel.known))
        elif not self._later.isActive():
            self._later.start()

    def _want_scene(self) -> None:
        """The scene that follows a drawing, where another one is shown."""
        if self._chooser.wish.scene != SCENE and SCENE in self._scenes:
            self._chooser.want(scene=SCENE)

    def _on_replied(self, question: Question, reply: Reply) -> None:
        is_gone = question.known is not None and question.known != self.easel.known
        if question.is_aside or is_gone:
            return
        if reply.problem and not self.is_veiled:
            self._desk.failed.emit(reply.problem)
        if not reply.outputs:
            self.answered.emit()
            return
        if not question.method:
            self.answer = Answered(question.picture, question, reply)
        elif question.picture is self.easel.picture:  # else it was drawn on while it was being attacked
            picture = question.picture if reply.fed is None else picture_of(self._overlay, reply.fed)
            self.attacked, self.shows_attacked = Answered(picture, question, reply), True
        self._show(question.began_secs)
        self.answered.emit()

    def _show(self, began_secs: float) -> None:
        """Bring what is to be seen into the scene; under a veil without what the network says of it."""
        shown = self.attacked if self.shows_attacked else self.answer
        if shown is None:
            return
        reply = veiled(shown.reply, self._telling) if self.is_veiled else shown.reply
        question = shown.question
        known = question.known or Named("drawing")
        label = f"{known.name} attacked by {question.method}" if question.method else known.name
        at = self.answers.checkpoint_id
        key = self._overlay.show(shown.picture, question.fed, reply, at, label, known.true_class)
        self.scene.put(key, began_secs)

    def _on_shown(self, took_ms: float) -> None:
        self.latency_ms = took_ms  # told with the next answer: a line of its own would cost a frame
        self._later.start()  # after what the hand has done meanwhile

    def _on_built(self) -> None:
        """Another checkpoint is another network: it is asked about the same drawing."""
        answers = self.answers
        if answers.checkpoint_id and answers.checkpoint_id != self._navigator.checkpoint_id:
            self.saving.interrupt("another checkpoint was chosen")
            self._ask(time.perf_counter())
