"""A scene in time: `Timeline.state_at(t_secs)` is the complete view state, `Track` how scenes write one down."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Generic, TypeVar, cast

from scenes.easing import Easing, cubic_in_out
from viewer.state import CaptureKey, ViewState

Value = TypeVar("Value", bound=float | tuple[float, ...])


Pointed = Callable[[float, tuple[float, float]], "ViewState | None"]
Live = Callable[[float, CaptureKey], ViewState]


@dataclass(frozen=True, slots=True)
class Marker:
    """A named moment, for the window's timeline and for `frame --at-secs`."""

    at_secs: float
    name: str


@dataclass(frozen=True)
class Timeline:
    """A pure function from time to view state, and how long it is worth watching.

    `state_at` takes any time: outside 0..`duration_secs` it wraps where the timeline loops (so the state at the
    end is the state at the start) and otherwise stays at the nearer end. The function given to the constructor
    is only ever called with times in that range.

    `stops_secs` are when the scene stands still after a step, in order: whoever steps through it goes from one to the
    next. `pointed` is what the scene shows at a time while somebody points at a place of the picture (reference
    pixels): `None` where it has nothing to tell there.

    `live` is what the scene shows at a time for another capture, of a drawing, without being built anew; `None` where
    it does not show drawings. `waits_for` is what has to come before there is anything to record: empty, nothing.

    `flights` are from when to when the scene is away from its whole nets, at a part of them; the states at both ends of
    a flight are the same. What cannot fly there may leave it out (`grounded`).

    Raises
    ------
    ValueError
        The duration is not positive and finite, or a marker lies outside it.
    """

    duration_secs: float
    state_at: Callable[[float], ViewState]
    loops: bool
    markers: tuple[Marker, ...] = ()
    flights: tuple[tuple[float, float], ...] = ()
    stops_secs: tuple[float, ...] = ()
    pointed: Pointed | None = None
    live: Live | None = None
    waits_for: str = ""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.duration_secs) and self.duration_secs > 0):
            raise ValueError(f"a timeline lasts a positive time, not {self.duration_secs} s")
        for marker in self.markers:
            if not 0 <= marker.at_secs <= self.duration_secs:
                raise ValueError(f"marker {marker.name!r} at {marker.at_secs} s is outside 0..{self.duration_secs} s")
        choreography = self.state_at
        object.__setattr__(self, "state_at", lambda t_secs: choreography(self.within(t_secs)))

    def within(self, t_secs: float) -> float:
        """The time in 0..`duration_secs` that shows what `t_secs` shows; a looping timeline never reaches its end."""
        if self.loops:
            # A tiny negative time leaves a remainder that rounds up to the duration itself.
            return math.fmod(t_secs % self.duration_secs, self.duration_secs)
        return min(max(t_secs, 0.0), self.duration_secs)


def grounded(timeline: Timeline) -> Timeline:
    """The timeline without its flights and the markers in them; the same one where it has none."""
    if not timeline.flights:
        return timeline

    def away_secs(t_secs: float) -> float:
        """How long it has been away by a time of the whole timeline."""
        return sum(min(max(t_secs - start, 0.0), end - start) for start, end in timeline.flights)

    def state_at(t_secs: float) -> ViewState:
        for start, end in sorted(timeline.flights):
            t_secs += end - start if t_secs >= start else 0.0
        return timeline.state_at(t_secs)

    kept = [each for each in timeline.markers if not any(a < each.at_secs < b for a, b in timeline.flights)]
    markers = tuple(Marker(each.at_secs - away_secs(each.at_secs), each.name) for each in kept)
    return Timeline(timeline.duration_secs - away_secs(timeline.duration_secs), state_at, timeline.loops, markers)


@dataclass(frozen=True, slots=True)
class Key(Generic[Value]):
    """A move to `value` that starts at `at_secs` and takes `move_secs`; 0 is a cut."""

    at_secs: float
    value: Value
    move_secs: float = 0.6
    ease: Easing = cubic_in_out


@dataclass(frozen=True, slots=True)
class Track(Generic[Value]):
    """One number (or tuple of numbers) as a pure function of time: it holds, moves, and holds again.

    Before the first key, and from it on, the value is the first key's: there is nothing to move from. Each later key
    holds the value before it until `at_secs`, then moves to its own.

    Raises
    ------
    ValueError
        No keys, keys out of order, a move that is not over when the next starts, or tuples of different lengths.

    >>> blend = Track((Key(0.0, 0.0), Key(1.0, 1.0, move_secs=0.5)))
    >>> [blend.at(t) for t in (-1.0, 0.0, 1.0, 1.25, 1.5, 9.0)]
    [0.0, 0.0, 0.0, 0.5, 1.0, 1.0]
    """

    keys: tuple[Key[Value], ...]

    def __post_init__(self) -> None:
        if not self.keys:
            raise ValueError("a track needs a key")
        if any(key.move_secs < 0 for key in self.keys):
            raise ValueError("a move takes no negative time")
        if len({_length(key.value) for key in self.keys}) > 1:
            raise ValueError("the values of a track's keys differ in length")
        for number, (one, two) in enumerate(pairwise(self.keys)):
            # The first key does not move, so only its time counts. Sums of tenths may end a hair late.
            over_secs = one.at_secs + (one.move_secs if number else 0.0)
            if two.at_secs < over_secs - 1e-9:
                raise ValueError(f"the key at {two.at_secs} s starts before the one before it is over at {over_secs} s")

    @classmethod
    def of(cls, *points: tuple[float, Value], move_secs: float = 0.6, ease: Easing = cubic_in_out) -> Track[Value]:
        """A track from (start of the move, value) pairs that all move alike.

        >>> Track.of((0.0, (0.0, 8.0)), (2.0, (4.0, 0.0)), move_secs=1.0).at(2.5)
        (2.0, 4.0)
        """
        return cls(tuple(Key(at_secs, value, move_secs, ease) for at_secs, value in points))

    @classmethod
    def through(cls, *points: tuple[float, Value], ease: Easing = cubic_in_out) -> Track[Value]:
        """A track that is AT each value at its time and moves all the way between; repeat a value to hold it.

        >>> Track.through((0.0, 10.0), (4.0, 30.0)).at(2.0)
        20.0
        """
        first, *_ = points
        moves = (Key(one[0], two[1], two[0] - one[0], ease) for one, two in pairwise(points))
        return cls((Key(first[0], first[1], 0.0), *moves))

    def at(self, t_secs: float) -> Value:
        """The value at a time; exactly a key's value wherever the track holds."""
        value = self.keys[0].value
        for key in self.keys[1:]:
            if t_secs < key.at_secs:
                break
            done = key.ease((t_secs - key.at_secs) / key.move_secs) if key.move_secs > 0 else 1.0
            value = mixed(value, key.value, done)
        return value

    @property
    def over_secs(self) -> float:
        """When the last move is over."""
        last = self.keys[-1]
        return last.at_secs + (last.move_secs if len(self.keys) > 1 else 0.0)


def mixed(start: Value, end: Value, share: float) -> Value:
    """`start` at share 0, `end` at share 1 (both exactly), and the straight way between; tuples go element by element.

    >>> mixed(2.0, 4.0, 0.5), mixed((0.0, 1.0), (1.0, 1.0), 0.25)
    (3.0, (0.25, 1.0))
    """
    if share <= 0.0:
        return start
    if share >= 1.0:
        return end
    if isinstance(start, tuple):
        pairs = zip(start, cast(tuple[float, ...], end), strict=True)
        return cast(Value, tuple(mixed(one, two, share) for one, two in pairs))
    one, two = float(start), float(cast(float, end))
    return cast(Value, one + (two - one) * share)


def _length(value: float | tuple[float, ...]) -> int:
    return len(value) if isinstance(value, tuple) else -1
