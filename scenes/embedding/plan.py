"""The beats of the scene of embeddings: which layouts are flown through, where it stops, and what is shown there."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from scenes.embedding.journey import (
    FLY_SECS,
    GROW_SECS,
    HOLD_SECS,
    LONG_SECS,
    LOOK_SECS,
    RECOLOUR_SECS,
    SHORT_SECS,
    STEP_SECS,
    WALL_SECS,
    Beat,
    Journey,
)

if TYPE_CHECKING:
    from scenes.embedding.attacked import Attacked
    from scenes.embedding.stations import Stations
    from viewer.cloud import ColourBy

DIM = 0.6
"""How much of its strength the cloud loses under a track."""


def journey_of(
    stations: Stations,
    titles: tuple[str, ...],
    attacked: Attacked | None,
    colour_by: ColourBy,
    *,
    has_margin: bool,
    has_wrong: bool,
) -> Journey:
    """The wall of all images, the pixels, layer after layer; back to the untrained network and through its epochs;
    how sure it is, and what it takes for another class; the attacked image's track, which shrinks on the way back over
    the pixels.

    `titles` are the names of the stations.
    """
    plain = (colour_by, colour_by)
    beats = [Beat("the data set", None, None, 0.0, WALL_SECS, plain)]
    stops: list[int | None] = [None, *range(len(stations.every))]
    for start, station in pairwise(stops):
        is_epoch = station is not None and station > len(stations.way)
        secs = (STEP_SECS, LOOK_SECS) if is_epoch else (FLY_SECS, HOLD_SECS)
        beats.append(Beat(titles[station or 0], start, station, *secs, plain))
    last = stops[-1]
    beats += _recoloured(last, colour_by, has_margin=has_margin, has_wrong=has_wrong)
    if attacked is not None:
        beats += _attack(stations, attacked, last, plain)
        last = beats[-1].station
    beats.append(Beat("", last, None, FLY_SECS, 0.0, plain))
    return Journey(tuple(beats))


def _recoloured(last: int | None, colour_by: ColourBy, *, has_margin: bool, has_wrong: bool) -> list[Beat]:
    """Other colours one after the other, and back to the first."""
    shown: list[tuple[ColourBy, str]] = [("margin", "how sure it is")] if has_margin else []
    shown += [("wrong", "taken for another class")] if has_wrong else []
    beats, here = list[Beat](), colour_by
    for there, name in shown:
        beats.append(Beat(name, last, last, RECOLOUR_SECS, LONG_SECS, (here, there)))
        here = there
    return [*beats, Beat("", last, last, RECOLOUR_SECS, 0.0, (here, colour_by))] if beats else []


def _attack(stations: Stations, attacked: Attacked, last: int | None, plain: tuple[ColourBy, ColourBy]) -> list[Beat]:
    """To the station where the image moves most, along its track, and back over the pixels where these know it too."""
    there = attacked.goes_farthest(last)
    beats = [] if there == last else [Beat("", last, there, FLY_SECS, 0.0, plain)]
    beats.append(Beat("under attack", there, there, GROW_SECS, LONG_SECS, plain, (0.0, 1.0), (0.0, DIM), True))
    pixels = 0 if stations.pixels is not None and 0 in attacked.moved and there != 0 else None
    if pixels is not None:
        beats.append(Beat("", there, pixels, FLY_SECS, SHORT_SECS, plain, (1.0, 1.0), (DIM, DIM), True))
    return beats
