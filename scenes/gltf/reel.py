"""What a scene shows when: the few things that each net shows, from when to when, and what moves meanwhile. Pure.

Nothing here knows a scene by name: everything is read off the states of its timeline.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from scenes.frames import frame_times
from scenes.gltf.casts import Cast, casts_of
from scenes.gltf.spans import places_of, spans_of
from viewer.scopes import Colouring, colouring_of
from viewer.state import NetView, ViewState
from viewer.wording import filled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from scenes.gltf.spans import Span
    from scenes.timeline import Marker, Timeline
    from viewer.state import Camera, Part

    Array = NDArray[np.float64]

SAMPLES_PER_SEC = 25.0
MOST_SAMPLES = 8000
"""Longer scenes are looked at less often."""
MOST_STILLS = 24
HALF = 0.5


@dataclass(frozen=True, slots=True)
class Still:
    """What a net shows for a while: `net` without anything that moves, and the `frame` in which it was first seen."""

    net: NetView
    frame: ViewState

    @property
    def key(self) -> tuple[NetView, Colouring, str, str]:
        """Equal for stills that look alike."""
        plain = replace(self.net, heading="", heading_role="text", edge_width=1.0, edge_alpha=float(self.has_edges))
        return plain, colouring_of(self.frame), self.frame.colours, self.frame.theme

    @property
    def has_edges(self) -> bool:
        """Whether strands are drawn."""
        return self.net.edge_alpha > 0 and self.net.quantity != "difference"


@dataclass(frozen=True, slots=True, eq=False)
class NetReel:
    """One net over the whole scene.

    Attributes
    ----------
    stills : in the order in which they are first shown.
    spans : the first begins at 0; neighbours show different things.
    front : (samples,) how far the light has come, in stations; `None` where everything is lit all the time.
    offsets : (samples, 3) where it stands.
    absent : plates (indices) that are nowhere in the scene: their emphasis is 0 wherever the net is seen.
    """

    stills: tuple[Still, ...]
    spans: tuple[Span, ...]
    front: Array | None
    offsets: Array
    absent: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Caption:
    """The words of a scene from `from_secs` on, until `to_secs`; what is not there is empty."""

    from_secs: float
    to_secs: float
    title: str
    subtitle: str
    caption: str


@dataclass(frozen=True, slots=True, eq=False)
class Reel:
    """A whole scene. `times_secs` are those of the samples; `cameras` is one where it never moves, else one a sample.
    `first` is the state at the start. `left_out` counts the stills of a net for which there was no room. `casts` are
    its sculptures.
    """

    duration_secs: float
    loops: bool
    times_secs: Array
    nets: tuple[NetReel, ...]
    cameras: tuple[Camera, ...]
    captions: tuple[Caption, ...]
    markers: tuple[Marker, ...]
    first: ViewState
    left_out: int = 0
    casts: tuple[Cast, ...] = ()


def reel_of(timeline: Timeline, most: int = MOST_STILLS, samples_per_sec: float = SAMPLES_PER_SEC) -> Reel:
    """The reel of a timeline, looked at `samples_per_sec` times a second.

    A blend counts as what it is nearer to. Nets that change have at most `most` stills together, each as many: of more
    evenly spaced ones are kept, first and last among them, and each of the others is shown as the last that was kept
    before it.
    """
    samples_per_sec = min(samples_per_sec, MOST_SAMPLES / timeline.duration_secs)
    times = frame_times(timeline.duration_secs, samples_per_sec, timeline.loops)
    states = [timeline.state_at(t_secs) for t_secs in times]
    count = max(len(state.nets) for state in states)
    every = [_stills(states, index) for index in range(count)]
    room = most // max(sum(len(stills) > 1 for stills, _ in every), 1)
    nets = []
    for index, (all_stills, all_shown) in enumerate(every):
        stills, shown = _thinned(all_stills, all_shown, max(room, 2))
        places = places_of([state.nets[index].offset if index < len(state.nets) else None for state in states])
        nets.append(NetReel(stills, spans_of(times, shown), _front(states, index), places, _absent(states, index)))
    left_out = max((len(stills) - len(net.stills) for (stills, _), net in zip(every, nets, strict=True)), default=0)
    cameras = tuple(state.camera for state in states)
    cameras = cameras[:1] if len(set(cameras)) == 1 else cameras
    captions = _captions(times, states, timeline.duration_secs)
    return Reel(
        timeline.duration_secs, timeline.loops, np.array(times), tuple(nets), cameras, captions, timeline.markers,
        states[0], left_out, casts_of(states, times),
    )  # fmt: skip


def shown_of(net: NetView) -> NetView:
    """The net without what moves: blends are snapped to what they are nearer to, light and places left out."""
    still = replace(net, offset=(0.0, 0.0, 0.0), front=None, opacity=1.0, spread=1.0, emphasis=None, fans=None)
    if net.quantity == "difference":
        return replace(still, blend=float(net.blend >= HALF))
    capture = net.toward if net.toward is not None and net.blend >= HALF else net.capture
    return replace(still, capture=capture, toward=None, blend=0.0)


def _stills(states: Sequence[ViewState], index: int) -> tuple[list[Still], list[int | None]]:
    """The different stills of a net, and which of them each state shows."""
    stills: list[Still] = []
    places: dict[object, int] = {}
    shown: list[int | None] = []
    for state in states:
        if index >= len(state.nets) or state.nets[index].opacity <= 0:
            shown.append(None)
            continue
        still = Still(shown_of(state.nets[index]), state)
        if still.key not in places:
            places[still.key] = len(stills)
            stills.append(still)
        shown.append(places[still.key])
    return stills, shown


def _absent(states: Sequence[ViewState], index: int) -> frozenset[int]:
    """The plates of a net that no state shows."""
    nets = [state.nets[index] for state in states if index < len(state.nets) and state.nets[index].opacity > 0]
    hidden = [{i for i, part in enumerate(net.emphasis or ()) if part <= 0} for net in dict.fromkeys(nets)]
    return frozenset(set.intersection(*hidden)) if hidden else frozenset()


def _thinned(
    stills: list[Still], shown: list[int | None], most: int
) -> tuple[tuple[Still, ...], tuple[int | None, ...]]:
    if len(stills) <= most:
        return tuple(stills), tuple(shown)
    kept = np.unique(np.linspace(0, len(stills) - 1, most).round().astype(int))
    stands_for = np.searchsorted(kept, np.arange(len(stills)), side="right") - 1
    return tuple(stills[i] for i in kept), tuple(None if i is None else int(stands_for[i]) for i in shown)


def _front(states: Sequence[ViewState], index: int) -> Array | None:
    """What has no front at a time is lit all over then."""
    fronts = [state.nets[index].front if index < len(state.nets) else None for state in states]
    if all(front is None for front in fronts):
        return None
    return np.array([np.inf if front is None else front for front in fronts])


def _captions(times: Sequence[float], states: Sequence[ViewState], duration_secs: float) -> tuple[Caption, ...]:
    texts = [(words_of(state, "title"), words_of(state, "subtitle"), words_of(state, "caption")) for state in states]
    changes = [0, *(k for k in range(1, len(texts)) if texts[k] != texts[k - 1])]
    ends = [*(times[k] for k in changes[1:]), duration_secs]
    return tuple(Caption(times[k], end, *texts[k]) for k, end in zip(changes, ends, strict=True))


def words_of(state: ViewState, part: Part) -> str:
    """The words of a frame that are this part of it, in one line; empty where it has none.

    Lines of one size go on in each other; what is set in another size is said by itself.
    """
    lines = (filled(line, state.scope, state.clip_percentile) for line in state.hud.words if line.part == part)
    sizes = groupby((line for line in lines if line.text), key=lambda line: line.size_px)
    return " \u00b7 ".join(" ".join(line.text for line in group) for _, group in sizes)
