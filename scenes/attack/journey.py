"""When the adversarial scene shows what: the steps, a flight to where they show most, and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenes.easing import linear
from scenes.timeline import Key, Marker, Track

if TYPE_CHECKING:
    from scenes.attack.attacked import Attacked

CLEAN_SECS, LONGEST_GROWTH_SECS, STEP_SECS, VERDICT_SECS, BACK_SECS = 2.0, 5.0, 0.3, 3.4, 0.8
FADE_SECS, FLY_SECS, LAYER_SECS, OUT_SECS, CHANNEL_SECS = 0.5, 0.8, 2.4, 0.6, 4.0
STILL = Track((Key(0.0, 0.0),))


@dataclass(frozen=True, slots=True)
class Moment:
    """What is where at a time: the `step` (index), and in 0..1 how far the other plates have faded, the camera has come
    to the one that it flies to, and the tiles have come out of it.
    """

    step: int
    fade: float = 0.0
    away: float = 0.0
    out: float = 0.0


@dataclass(frozen=True, slots=True)
class Journey:
    """The tracks of a scene. `flight` is from when to when it is not with the whole nets; `None` where it stays."""

    steps: Track[float]
    fade: Track[float]
    away: Track[float]
    out: Track[float]
    duration_secs: float
    markers: tuple[Marker, ...]
    flight: tuple[float, float] | None = None

    def at(self, t_secs: float) -> Moment:
        """The moment of a time."""
        return Moment(
            round(self.steps.at(t_secs)), self.fade.at(t_secs), self.away.at(t_secs), self.out.at(t_secs)
        )  # fmt: skip


def journey_of(attacked: Attacked, *, flies: bool) -> Journey:
    """The clean input, the change growing step by step, a pause, where it `flies` the flight, and the way back."""
    last = len(attacked.steps) - 1
    growth_secs = min(LONGEST_GROWTH_SECS, STEP_SECS * last + 0.4)
    grown_secs = CLEAN_SECS + growth_secs
    markers = (Marker(0.0, "clean"), *_flips(attacked, growth_secs), Marker(grown_secs, "attacked"))
    leave_secs = grown_secs + VERDICT_SECS
    if not flies:
        steps = _steps(last, growth_secs, leave_secs)
        return Journey(steps, STILL, STILL, STILL, leave_secs + BACK_SECS, markers)
    return _with_flight(last, growth_secs, leave_secs, markers)


def _with_flight(last: int, growth_secs: float, leave_secs: float, markers: tuple[Marker, ...]) -> Journey:
    """One thing after the other: the others fade, the camera flies, the tiles come out; and the same way back."""
    fly_secs = leave_secs + FADE_SECS
    layer_secs = fly_secs + FLY_SECS
    out_secs = layer_secs + LAYER_SECS
    channel_secs = out_secs + OUT_SECS
    in_secs = channel_secs + CHANNEL_SECS
    home_secs = in_secs + OUT_SECS
    clear_secs = home_secs + FLY_SECS
    back_secs = clear_secs + FADE_SECS
    return Journey(
        _steps(last, growth_secs, back_secs),
        Track((Key(0.0, 0.0), Key(leave_secs, 1.0, FADE_SECS, linear), Key(clear_secs, 0.0, FADE_SECS, linear))),
        Track((Key(0.0, 0.0), Key(fly_secs, 1.0, FLY_SECS), Key(home_secs, 0.0, FLY_SECS))),
        Track((Key(0.0, 0.0), Key(out_secs, 1.0, OUT_SECS), Key(in_secs, 0.0, OUT_SECS))),
        back_secs + BACK_SECS,
        (*markers, Marker(layer_secs, "where the paths part"), Marker(channel_secs, "channel")),
        (leave_secs, back_secs),
    )


def _steps(last: int, growth_secs: float, back_secs: float) -> Track[float]:
    growth = Key(CLEAN_SECS, float(last), growth_secs, linear)
    return Track((Key(0.0, 0.0), growth, Key(back_secs, 0.0, BACK_SECS)))


def _flips(attacked: Attacked, growth_secs: float) -> tuple[Marker, ...]:
    """The moment at which the first step with another answer is shown."""
    last = len(attacked.steps) - 1
    if attacked.flip is None:
        return ()
    return (Marker(CLEAN_SECS + growth_secs * (attacked.flip - 0.49) / last, "flips"),)
