"""Keeps a drawing: as a run in the bundle with what the network answers to its moments, or as a picture file."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from exporter.bundle import KerascopeError
from viewer.live.moments import Moment, asked_of
from viewer.live.saving import save_drawing
from viewer.window.errand import Errand
from viewer.window.live.answers import Question
from viewer.window.snapshot import free_path, write_picture

if TYPE_CHECKING:
    from pathlib import Path

    from exporter.bundle import Bundle
    from viewer.live.moments import Asked
    from viewer.live.reply import Reply
    from viewer.window.live.answers import Answers
    from viewer.window.live.easel import Easel
    from viewer.window.live.sheet import Drawn

REOPENS = "Ctrl L shows it among the inputs"


class Saving(QObject):
    """Asks about the moments of a drawing one by one, and writes them; the bundle is as it was where that fails.

    `told` brings a line about what was saved, `failed` why nothing was, `done` that the network is free again.
    """

    told = Signal(str)
    failed = Signal(str)
    done = Signal()

    def __init__(self, bundle: Bundle, easel: Easel, answers: Answers, folder: Path, parent: QObject) -> None:
        super().__init__(parent)
        self._bundle, self._easel, self._answers, self._folder = bundle, easel, answers, folder
        self._drawn: Drawn | None = None
        self._asked: list[Asked] = []
        self._moments: list[Moment] = []
        self._question: Question | None = None
        self._errand = Errand("saving", self)
        self._errand.done.connect(self._on_done)
        self._errand.failed.connect(lambda _what, line: self._give_up(line))
        answers.replied.connect(self._on_replied)
        answers.failed.connect(self._on_failed)

    @property
    def is_going(self) -> bool:
        """Whether a drawing is being saved, and nothing else may be asked."""
        return self._drawn is not None

    def interrupt(self, line: str) -> None:
        """Give up what is being saved, for a reason."""
        if self.is_going:
            self._errand.drop()
            self._give_up(line)

    def close(self) -> None:
        """Save nothing more; what is being written is finished."""
        self._errand.stop()

    def save_as_png(self) -> None:
        """The picture as the network takes it, under a free name beside the person."""
        picture, path = self._easel.picture, free_path(self._folder, f"{self._bundle.path.stem}-drawing")
        try:
            write_picture(picture[..., 0] if picture.shape[2] == 1 else picture, path)
            self.told.emit(f"saved {path}")
        except KerascopeError as error:
            self.failed.emit(str(error))

    def save_into_bundle(self) -> None:
        """The strokes, the moments that are worth keeping, and what the network answers to each."""
        if self.is_going:
            return
        drawn = self._drawn = self._easel.history.now
        background = drawn.ground if drawn.under is None else drawn.under
        self._moments = []
        self._errand.ask("moments", partial(asked_of, self._bundle, drawn.strokes, background))

    def _on_done(self, what: str, result: object) -> None:
        if what == "moments":
            self._asked = list(result)  # type: ignore[call-overload]
            self._ask()
        else:
            self._end()
            self.told.emit(f"saved into the bundle as {result!r}: {REOPENS}")

    def _ask(self) -> None:
        """The next moment; after the last one all of them are written."""
        if len(self._moments) < len(self._asked):
            moment = self._asked[len(self._moments)]
            self._question = Question(moment.picture, moment.fed, time.perf_counter(), is_aside=True)
            self._answers.ask(self._question)
            return
        drawn = self._drawn
        if drawn is not None:
            work = partial(
                save_drawing,
                self._bundle.path,
                drawn.strokes,
                tuple(self._moments),
                background=drawn.ground if drawn.under is None else None,
                checkpoint_id=self._answers.checkpoint_id,
            )
            self._errand.ask("saved", work)

    def _on_replied(self, question: Question, reply: Reply) -> None:
        if question is not self._question:
            return
        self._question = None
        if not reply.outputs:
            self._give_up(reply.problem)
            return
        self._moments.append(Moment(self._asked[len(self._moments)], reply))
        self._ask()

    def _on_failed(self, line: str) -> None:
        if self._question is not None:
            self._give_up(line)

    def _give_up(self, line: str) -> None:
        self._end()
        self.failed.emit(f"the drawing was not saved: {line}")

    def _end(self) -> None:
        self._drawn = self._question = None
        self.done.emit()
