"""What of the sculptures of a scene is shown when: which one, lit for which class, and how far it is bundled. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scenes.gltf.spans import Span, places_of, spans_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from viewer.state import SculptureView, ViewState

    Array = NDArray[np.float64]

HALF = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Cast:
    """One sculpture in one place of a scene.

    Attributes
    ----------
    index : which of a state's sculptures it is.
    first : how it is shown when it comes first.
    focuses : the classes that are lit at some time, in that order; `None` stands for all.
    frames : for each of these the state in which it is lit first.
    spans : which of `focuses` is shown; the first begins at 0.
    steps : (samples,) how far the bundling has come, infinite at its end; `None` where it is at its end all the time.
    offsets : (samples, 3) where it stands.
    """

    index: int
    first: SculptureView
    focuses: tuple[int | None, ...]
    frames: tuple[ViewState, ...]
    spans: tuple[Span, ...]
    steps: Array | None
    offsets: Array


def focus_of(view: SculptureView) -> int | None:
    """The class that is lit, of a blend the one that it is nearer to; `None`: all."""
    return view.toward if view.blend >= HALF else view.focus


def casts_of(states: Sequence[ViewState], times: Sequence[float]) -> tuple[Cast, ...]:
    """The sculptures of these states, each once for every place in which it is seen."""
    views = [pair for state in states for pair in enumerate(state.sculptures)]
    keys = [(i, view.sculpture_id) for i, view in views if view.opacity > 0]
    return tuple(_cast(states, times, *key) for key in dict.fromkeys(keys))


def _cast(states: Sequence[ViewState], times: Sequence[float], index: int, name: str) -> Cast:
    views = [_view(state, index, name) for state in states]
    at = next(k for k, view in enumerate(views) if view is not None)
    first = views[at] or states[at].sculptures[index]
    seen = [(view, state) for view, state in zip(views, states, strict=True) if view is not None and view.opacity > 0]
    # At rest what is lit has the words that belong to it; half way there they still go over.
    earliest_last = seen[::-1]
    earliest_last.sort(key=lambda pair: _unrest(pair[0]), reverse=True)
    frames = {focus_of(view): state for view, state in earliest_last}
    focuses = tuple(dict.fromkeys(focus_of(view) for view, _ in seen))
    shown = [None if view is None or view.opacity <= 0 else focuses.index(focus_of(view)) for view in views]
    places = places_of([None if view is None else view.offset for view in views])
    spans = spans_of(times, shown)
    return Cast(index, first, focuses, tuple(frames[each] for each in focuses), spans, _steps(views), places)


def _unrest(view: SculptureView) -> float:
    """How far a view is from showing one thing: 0 at rest, a half between two."""
    return min(view.blend, 1.0 - view.blend)


def _view(state: ViewState, index: int, name: str) -> SculptureView | None:
    if index >= len(state.sculptures) or state.sculptures[index].sculpture_id != name:
        return None
    return state.sculptures[index]


def _steps(views: Sequence[SculptureView | None]) -> Array | None:
    """While a sculpture is not there its bundling has come as far as it was last."""
    known = [np.inf if view.step is None else view.step for view in views if view is not None]
    if all(step == np.inf for step in known):
        return None
    last, steps = known[0], []
    for view in views:
        last = last if view is None else np.inf if view.step is None else view.step
        steps.append(last)
    return np.array(steps)
