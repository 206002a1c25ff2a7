"""L-BFGS, an iteration at a time.

SciPy's L-BFGS-B keeps levels within their bounds and has stood for decades, but it gives nothing back before it is
done. So it runs in a thread of its own, which stands still whenever it waits for an answer: it asks for the loss at a
place, is told, and asks again. The net is only ever run by whoever asks for steps, never by that thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Thread
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from exporter.synthesis.ascending import Moved, ascended
from exporter.synthesis.contract import Levels, Step, SynthesisError

_REMEMBERED = 10
_ENDLESS = 10**9

Measured = Callable[[Levels, NDArray[np.intp]], Any]
"""`measured(levels, rows)`: losses, gradients, their sizes and terms, for the images at these rows of the task."""


class _Stopped(Exception):  # noqa: N818 - nothing is wrong: nobody asks any more
    """Nobody wants to know how it goes on."""


class _Here(NamedTuple):
    """What is known of one image at a place."""

    levels: Levels
    loss: float
    gradient: NDArray[np.float32]
    size: float
    terms: dict[str, float]


@dataclass
class _Search:
    """One image's way down. `here` is where it has arrived; `asked` is where it would look next."""

    start: Levels
    step_size: float
    here: _Here | None = None
    asked: Levels | None = None
    is_over: bool = False
    _scale: float = 0.0
    _questions: SimpleQueue[tuple[str, Any]] = field(default_factory=SimpleQueue)
    _answers: SimpleQueue[tuple[float, Any] | None] = field(default_factory=SimpleQueue)
    _looked: _Here | None = None
    _thread: Thread | None = None

    def begin(self, first: _Here) -> None:
        """Take what is known of the start, and set out."""
        self.here = self._looked = first
        self._scale = self.step_size / first.size if first.size else 1.0
        self._thread = Thread(target=self._run, name="l-bfgs", daemon=True)
        self._thread.start()
        self._questions.get()
        self._answers.put(self._scaled(first))

    def hears(self) -> bool:
        """Wait for what the search says; whether it wants to know more before this iteration is done."""
        kind, place = self._questions.get()
        if kind == "ask":
            self.asked = place.astype(np.float32).reshape(self.start.shape)
            return True
        self.asked, self.is_over = None, kind == "over"
        if kind == "there":
            self.here = self._looked
        return False

    def tell(self, found: _Here) -> None:
        """Answer what was asked; a search that came upon what is no finite number ends there."""
        if not np.isfinite(found.loss) or not np.isfinite(found.size):
            self.here, self.is_over = found, True
            return
        self._looked = found
        self._answers.put(self._scaled(found))

    def stop(self) -> None:
        """End the thread, whatever it is about to do."""
        if self._thread is not None:
            self._answers.put(None)
            self._thread.join()

    def _scaled(self, found: _Here) -> tuple[float, Any]:
        return found.loss * self._scale, found.gradient.astype(np.float64).ravel() * self._scale

    def _run(self) -> None:
        from scipy.optimize import Bounds, minimize  # noqa: PLC0415 - an optional extra

        options = {"maxcor": _REMEMBERED, "maxiter": _ENDLESS, "maxfun": _ENDLESS, "ftol": 0.0, "gtol": 0.0}
        begin = self.start.astype(np.float64).ravel()
        try:
            minimize(
                self._ask,
                begin,
                jac=True,
                method="L-BFGS-B",
                bounds=Bounds(np.zeros_like(begin), np.full_like(begin, 255.0)),
                callback=lambda place: self._questions.put(("there", place)),
                options=options,
            )
        except _Stopped:
            return
        self._questions.put(("over", None))

    def _ask(self, place: NDArray[np.float64]) -> tuple[float, Any]:
        self._questions.put(("ask", place.copy()))
        answer = self._answers.get()
        if answer is None:
            raise _Stopped
        return answer


def descended_by_search(start: Levels, measured: Measured, count: int, step_size: float) -> Iterator[Step]:
    """The start and each of `count` iterations of L-BFGS, all images together; levels stay within 0 to 255.

    Byrd, Lu, Nocedal and Zhu 1995, as SciPy has it; every image is a problem of its own, so that none depends on its
    neighbours. An iteration takes one look at the net or, where a step was too long, a few. The first step is as long
    as `step_size` levels in the root mean square. One that cannot be improved any more stays as it is.

    Raises
    ------
    SynthesisError
        SciPy is not installed.
    """
    check_scipy()
    searches = [_Search(each, step_size) for each in start]

    def move(state: Any, rows: NDArray[np.intp], number: int) -> Moved:
        active = {int(row): searches[row] for row in rows}
        if number == 0:
            for search, found in zip(active.values(), _looked(measured, state, rows), strict=True):
                search.here = found
        else:
            _iterated(active, measured, is_first=number == 1)
        return _moved([search.here for search in active.values()])

    return _all_stopped(ascended(start, start, move, count), searches)


def check_scipy() -> None:
    """Raise `SynthesisError` where SciPy is not installed."""
    try:
        import scipy.optimize  # noqa: F401, PLC0415 - an optional extra
    except ImportError as error:
        remedy = "install it: pip install 'kerascope[lbfgs]', or use adam"
        raise SynthesisError("L-BFGS needs SciPy", got=error, remedy=remedy) from error


def _all_stopped(steps: Iterator[Step], searches: list[_Search]) -> Iterator[Step]:
    try:
        yield from steps
    finally:
        for search in searches:
            search.stop()


def _iterated(active: dict[int, _Search], measured: Measured, *, is_first: bool) -> None:
    """Go on with each search until its iteration is done; what several ask at once is looked at together."""
    waiting = {row: search for row, search in active.items() if not search.is_over}
    if is_first:
        for search in waiting.values():
            search.begin(search.here)  # type: ignore[arg-type]
    while waiting := {row: search for row, search in waiting.items() if search.hears()}:
        asked = np.stack([search.asked for search in waiting.values()])  # type: ignore[misc]
        for search, found in zip(
            list(waiting.values()), _looked(measured, asked, np.array(list(waiting))), strict=True
        ):
            search.tell(found)
        waiting = {row: search for row, search in waiting.items() if not search.is_over}


def _looked(measured: Measured, levels: Levels, rows: NDArray[np.intp]) -> list[_Here]:
    losses, gradients, sizes, terms = measured(levels, rows)
    gradients = np.asarray(gradients)
    told = {name: np.asarray(values) for name, values in terms.items()}
    return [
        _Here(levels[i], float(losses[i]), gradients[i], float(sizes[i]), {name: float(told[name][i]) for name in told})
        for i in range(len(levels))
    ]


def _moved(here: list[Any]) -> Moved:
    levels = np.stack([each.levels for each in here])
    losses, sizes = (np.array(values, np.float32) for values in zip(*((h.loss, h.size) for h in here), strict=True))
    terms = {name: np.array([each.terms[name] for each in here], np.float32) for name in here[0].terms}
    return Moved(levels, losses, sizes, terms, levels)
