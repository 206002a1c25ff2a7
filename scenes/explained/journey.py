"""When the scene of explanations shows what: the answer, all maps side by side, each for itself, then on the net."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Literal

from scenes.easing import cubic_in_out, linear
from scenes.timeline import Key, Marker, Track

ANSWER_SECS, FADE_SECS, OUT_SECS, PART_SECS, TINT_SECS = 1.8, 0.45, 0.6, 0.9, 0.5
ALL_SECS, EACH_SECS, LONGEST_ROUND_SECS = 2.4, 2.2, 14.0
HOP_SECS, REST_SECS, LONGEST_LAYERS_SECS, SHORTEST_REST_SECS = 0.5, 1.5, 10.0, 0.6
MOST_LAYERS = 9
STAGGER = 0.45
SAY_SECS = 0.22
"""How long words take to come or to go where others take their place."""

Phase = Literal["answer", "maps", "layers"]


@dataclass(frozen=True, slots=True)
class Moment:
    """What is where at a time. In 0..1: how much of the whole net there is, how far the picture has come out of its
    plate, how far the others have come out of it, how much colour there is on them, and on the plates.

    `phase` is what is spoken of and `said` how much of the words there is, in 0..1: they go before others come.
    `look` is the number of the picture that is spoken of (`None`: all together), `layer` the layer that the map lies on
    and `toward` how far it is on the way to the next.
    """

    net: float
    out: float
    part: float
    tint: float
    plates: float
    look: int | None
    layer: int
    toward: float
    phase: Phase
    said: float


@dataclass(frozen=True, slots=True)
class Journey:
    """The tracks of the scene; `looks_secs` is when each map is spoken of, and when none is any more,
    `turns_secs` when words go over to the maps, to the layers and back to the answer.
    """

    net: Track[float]
    out: Track[float]
    part: Track[float]
    tint: Track[float]
    plates: Track[float]
    layers: Track[float]
    looks_secs: tuple[float, ...]
    turns_secs: tuple[float, float, float]
    duration_secs: float
    markers: tuple[Marker, ...]
    stops_secs: tuple[float, ...]

    def at(self, t_secs: float) -> Moment:
        """The moment of a time."""
        look = bisect_right(self.looks_secs, t_secs) - 1
        layer = self.layers.at(t_secs)
        return Moment(
            self.net.at(t_secs),
            self.out.at(t_secs),
            self.part.at(t_secs),
            self.tint.at(t_secs),
            self.plates.at(t_secs),
            look if 0 <= look < len(self.looks_secs) - 1 else None,
            int(layer),
            layer - int(layer),
            *self._phase(t_secs),
        )

    def _phase(self, t_secs: float) -> tuple[Phase, float]:
        """What is spoken of, and how much of the words there is."""
        phases: tuple[Phase, ...] = ("answer", "maps", "layers", "answer")
        far_secs = min(abs(t_secs - turn) for turn in self.turns_secs)
        return phases[bisect_right(self.turns_secs, t_secs)], min(far_secs / SAY_SECS, 1.0)


def journey_of(looks: tuple[str, ...], layers: tuple[str, ...]) -> Journey:
    """The way through maps and layers of these names."""
    fade = ANSWER_SECS
    out = fade + FADE_SECS
    part = out + OUT_SECS
    tint = part + PART_SECS
    everything = tint + TINT_SECS
    first = everything + ALL_SECS
    each = min(EACH_SECS, LONGEST_ROUND_SECS / max(len(looks), 1)) if len(looks) > 1 else 0.0
    rounds = tuple(first + each * at for at in range(len(looks) + 1)) if each else ()
    untint = first + each * len(looks) * bool(each)
    unpart = untint + TINT_SECS
    back = unpart + PART_SECS
    net = back + OUT_SECS
    plates = net + FADE_SECS
    rest = min(REST_SECS, max(LONGEST_LAYERS_SECS / max(len(layers), 1) - HOP_SECS, SHORTEST_REST_SECS))
    begins = tuple(plates + (HOP_SECS + rest) * at for at in range(len(layers)))
    over = plates + (HOP_SECS + rest) * len(layers)
    markers = [Marker(0.0, "the answer"), Marker(everything, "side by side")]
    markers += [Marker(at + 0.1, name) for at, name in zip(rounds, looks, strict=False)]
    markers += [Marker(at + HOP_SECS, name) for at, name in zip(begins, layers, strict=True)]
    stops = [everything + 0.5, *(at + each / 2 for at in rounds[:-1]), *(at + HOP_SECS + 0.1 for at in begins)]
    return Journey(
        _there_and_back((fade, FADE_SECS), (net, FADE_SECS), 1.0),
        _there_and_back((out, OUT_SECS), (back, OUT_SECS)),
        Track((Key(0.0, 0.0), Key(part, 1.0, PART_SECS, linear), Key(unpart, 0.0, PART_SECS, linear))),
        _there_and_back((tint, TINT_SECS), (untint, TINT_SECS)),
        _there_and_back((plates, HOP_SECS), (over, HOP_SECS)),
        Track((Key(0.0, 0.0), *(Key(at, float(to), HOP_SECS) for to, at in enumerate(begins) if to))),
        rounds,
        (fade + FADE_SECS / 2, net + FADE_SECS / 2, over + HOP_SECS / 2),
        over + HOP_SECS,
        tuple(markers),
        tuple(stops),
    )


def _there_and_back(there: tuple[float, float], back: tuple[float, float], rests: float = 0.0) -> Track[float]:
    return Track((Key(0.0, rests), Key(there[0], 1.0 - rests, there[1]), Key(back[0], rests, back[1])))


def staggered(share: float, number: int, count: int) -> float:
    """How far number `number` of `count` things has come when together they have come `share` of the way.

    >>> staggered(0.0, 1, 2), staggered(1.0, 1, 2)
    (0.0, 1.0)
    """
    late = STAGGER * number / max(count - 1, 1)
    return cubic_in_out((share - late) / (1.0 - STAGGER))
