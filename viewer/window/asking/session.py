"""All that is asked of the model in a window: who is asked, what came of it, and which of it is looked at."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from exporter.bundle import KerascopeError
from viewer.live.asking import NOT_YET, Asker
from viewer.live.overlay import PREFIX as DRAWN
from viewer.live.responder import Status
from viewer.window.asking.about import image_ask, pixels_ask
from viewer.window.asking.laying import Laying
from viewer.window.asking.results import Result, Results, with_new, with_news

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from exporter.bundle import Bundle
    from viewer.live.asked import Ask, Progress
    from viewer.live.overlay import Overlay
    from viewer.window.asking.about import About
    from viewer.window.desk import Desk
    from viewer.window.navigator import Navigator
    from viewer.window.view import SceneView

    Make = Callable[[Bundle, str, str], Asker]

BUSY_MS, SLOWEST_MS, IDLE_MS = 30, 300, 200
REST_PART = 2.0
"""Where the window takes long to put itself together, it has so many times that for whoever uses it meanwhile."""
WITHOUT_MODEL = "asking needs the model: kerascope view {bundle} --model MODEL"
A_DRAWING = "a drawing cannot be explained: save it into the bundle, then open that anew (Ctrl L)"
NOTHING_SHOWN = "no input is shown that could be explained"
REOPENS = "Ctrl L shows it"


@dataclass(frozen=True)
class Taken:
    """What is taken from one session into the next: of which bundle, who is asked, and all that can be seen."""

    path: Path
    asker: Asker | None
    results: Results
    number: int
    chosen: int | None
    method: str
    is_laid: bool


def make_asker(bundle: Bundle, model: str, checkpoint_id: str) -> Asker:
    """Who is asked."""
    return Asker(bundle, model, checkpoint_id)


class Asking(QObject):
    """Asks, and polls what comes of it; nothing here waits.

    `changed` tells other `results`, another `chosen` or `status`; `asked` that somebody has asked, and wants to see
    what comes of it. `method` is how pixels are explained, `is_laid` whether the chosen map lies over the scene.
    """

    changed = Signal()
    asked = Signal()

    def __init__(
        self,
        overlay: Overlay,
        desk: Desk,
        view: SceneView,
        navigator: Navigator,
        model: str | None,
        make: Make = make_asker,
    ) -> None:
        super().__init__()
        self._overlay, self._desk, self._navigator = overlay, desk, navigator
        self._model, self.make = model, make
        self._asker: Asker | None = None
        self.results: Results = ()
        self._number = 0
        self._chosen: int | None = None
        self.method = "saliency"
        self.is_laid = True
        self._told = Status("starting")
        self._looked_secs = time.perf_counter()
        self._timer = QTimer(self, interval=IDLE_MS)
        self._timer.timeout.connect(self._look)
        self._laying = Laying(overlay, view)

    @property
    def barred(self) -> str:
        """Why nothing can be asked; empty where it can."""
        return "" if self._model is not None else WITHOUT_MODEL.format(bundle=self._overlay.path.name)

    @property
    def status(self) -> Status:
        """How the worker is."""
        if self.barred:
            return Status("failed", self.barred)
        return Status("starting", NOT_YET) if self._asker is None else self._asker.status

    @property
    def chosen(self) -> Result | None:
        """The result that is looked at; `None` before there is one."""
        return next((each for each in self.results if each.number == self._chosen), None)

    @property
    def input_id(self) -> str | None:
        """The input that the scene is about."""
        main = self._navigator.shown.main
        return None if main is None else main.input_id

    @property
    def is_seen(self) -> bool:
        """Whether the scene shows the input that the chosen result is about."""
        return self.chosen is not None and self._laying.is_seen(self.chosen)

    # --- What is asked ------------------------------------------------------------------------------------------------

    def ask_image(self, about: About) -> None:
        """What does it look for? What forms already rests meanwhile."""
        self._ask(image_ask(about, self.input_id))

    def ask_pixels(self, about: About, method: str | None = None) -> None:
        """Which pixels of the shown input?"""
        self.method = method or self.method
        input_id = self.input_id
        barred = self.barred or ("" if input_id else NOTHING_SHOWN)
        if input_id is None or barred or input_id.startswith(DRAWN):
            self._desk.failed.emit(barred or A_DRAWING)
            return
        self._ask(pixels_ask(about, input_id, self.method))

    def choose(self, number: int) -> None:
        """Look at another result."""
        self._chosen = number
        self._show_chosen()

    def lay(self, is_laid: bool) -> None:
        """Whether the chosen map lies over the scene."""
        self.is_laid = is_laid
        self._show_chosen()

    def pause_or_resume(self) -> None:
        """Let the chosen one rest, or go on."""
        chosen = self.chosen
        if chosen is not None:
            (chosen.asker.resume if chosen.now.stage == "paused" else chosen.asker.pause)(chosen.now.ticket)
            self._look()

    def cancel(self) -> None:
        """End the chosen one."""
        if self.chosen is not None:
            self.chosen.asker.cancel(self.chosen.now.ticket)
            self._look()

    def keep(self) -> None:
        """Write the chosen one into the bundle."""
        if self.chosen is not None:
            self.chosen.asker.keep(self.chosen.now.ticket)
            self._look()

    def close(self) -> None:
        """Ask nobody any more: the worker ends."""
        self._timer.stop()
        self._laying.close()
        if self._asker is not None:
            self._asker.close()

    # --- When the same bundle is opened anew --------------------------------------------------------------------------

    def leave(self) -> Taken:
        """All that another session of the same bundle goes on with; this one is over."""
        asker, self._asker = self._asker, None
        taken = Taken(self._overlay.path, asker, self.results, self._number, self._chosen, self.method, self.is_laid)
        self.results, self._chosen = (), None
        return taken

    def take(self, taken: Taken) -> None:
        """Go on with who was asked and what came of it. Of another bundle, nobody is asked any more."""
        if taken.path != self._overlay.path or self._model is None:
            if taken.asker is not None:
                taken.asker.close()
            return
        self._asker, self._number, self._chosen = taken.asker, taken.number, taken.chosen
        self.results, self.method, self.is_laid = taken.results, taken.method, taken.is_laid
        self._timer.start()
        self._show_chosen()

    # --- Inside -------------------------------------------------------------------------------------------------------

    def _ask(self, ask: Ask) -> None:
        if self.barred or self._model is None:
            self._desk.failed.emit(self.barred)
            return
        try:
            asker = self._asker_at(self._navigator.checkpoint_id, self._model)
        except KerascopeError as error:
            self._desk.failed.emit(str(error))
            return
        for each in self.results:
            if each.now.is_under_way and ask.kind == each.now.ask.kind == "synthesise":
                each.asker.pause(each.now.ticket)
        ticket = asker.ask(ask)
        self._number += 1
        (now,) = (each for each in self._news() if each.ticket == ticket)
        self.results, dropped = with_new(self.results, Result(self._number, asker, now))
        for each in dropped:
            each.asker.forget(each.now.ticket)
        self._chosen = self._number
        self._timer.setInterval(BUSY_MS)
        self._timer.start()
        self._show_chosen()
        self.asked.emit()

    def _asker_at(self, checkpoint_id: str, model: str) -> Asker:
        """Who answers for a checkpoint: one at a time has the model."""
        if self._asker is not None and self._asker.checkpoint_id != checkpoint_id:
            for each in self.results:
                if each.asker is self._asker:
                    each.asker.cancel(each.now.ticket)
            self._news()
            self._asker.close()
            self._asker = None
        if self._asker is None:
            self._asker = self.make(self._overlay, model, checkpoint_id)
        return self._asker

    def _look(self) -> None:
        """What has come, and how the worker is."""
        before = self.results
        self._news()
        status = self.status
        if self.results is not before or status != self._told:
            self._told = status
            self._lay()
            self.changed.emit()
        is_busy = any(each.now.is_under_way or each.now.is_keeping for each in self.results)
        self._timer.setInterval(self._pace_ms() if is_busy else IDLE_MS)

    def _pace_ms(self) -> int:
        """When to look next while something forms: later where the window was not free when it was time to look."""
        now_secs = time.perf_counter()
        late_ms = (now_secs - self._looked_secs) * 1e3 - self._timer.interval()
        self._looked_secs = now_secs
        return round(min(max(late_ms * REST_PART, BUSY_MS), SLOWEST_MS))

    def _news(self) -> tuple[Progress, ...]:
        """What has come since the last time, which the results hold now."""
        if self._asker is None:
            return ()
        news = self._asker.poll()
        if news:
            before = {each.now.ticket: each.now for each in self.results if each.asker is self._asker}
            self.results = with_news(self.results, self._asker, news)
            for each in news:
                self._tell(before.get(each.ticket), each)
        return news

    def _tell(self, before: Progress | None, now: Progress) -> None:
        """Say in the line at the foot what ended."""
        if before is None:
            return
        if now.run_id and not before.run_id:
            self._desk.told.emit(f"kept in the bundle as {now.run_id!r}: {REOPENS}")
        elif now.stage == "refused" != before.stage or (before.is_keeping and not now.is_keeping):
            self._desk.failed.emit(now.words)

    def _show_chosen(self) -> None:
        self._lay()
        self.changed.emit()

    def _lay(self) -> None:
        self._laying.show(self.chosen if self.is_laid else None)
