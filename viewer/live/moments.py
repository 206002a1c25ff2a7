"""The moments of a drawing that are worth keeping, and what a network answers to them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from math import ceil, hypot

import numpy as np
from numpy.typing import NDArray

from exporter.bundle import Bundle
from exporter.bundle.errors import KerascopeError
from viewer.forward.node import Array
from viewer.live.fed import fed_of, picture_shape
from viewer.live.reply import Reply
from viewer.live.responder import Responder
from viewer.live.strokes import Point, Stroke, drawn

MOST_MOMENTS = 24
FINE = 0.02
LOOK_SECS = 0.002
PATIENCE_SECS = 300.0

Picture = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Asked:
    """A moment of a drawing: how many points of its strokes were there, the picture (H, W, C) uint8 then, and what a
    network is fed for that.
    """

    points: int
    picture: Picture
    fed: Array


@dataclass(frozen=True, eq=False)
class Moment:
    """A moment of a drawing and what the network answered to it."""

    asked: Asked
    reply: Reply


def kept_points(strokes: tuple[Stroke, ...], most: int = MOST_MOMENTS) -> tuple[int, ...]:
    """After how many points there is a moment to keep: before the first, after the last, and evenly along the way of
    the brush between them; `most` at most, and never the same twice.

    >>> kept_points((Stroke(((0.0, 0.0), (0.4, 0.0), (0.5, 0.0), (1.0, 0.0)), 0.1),), 3)
    (0, 3, 4)
    """
    ways = [way for stroke in strokes for way in _ways(stroke)]
    if not ways:
        return (0,)
    come = np.cumsum(ways)
    # Points that were there when so much of the way had been gone; a stroke of one point is worth its dot.
    wanted = np.linspace(0.0, come[-1], max(most, 2))[1:-1]
    between = np.searchsorted(come, wanted - 1e-9) + 1
    return tuple(sorted({0, len(ways), *between.tolist()}))


def _ways(stroke: Stroke) -> list[float]:
    """How far the brush has gone to each point: the first counts as half the brush's width."""
    steps = np.hypot(*np.diff(np.asarray(stroke.points, np.float64), axis=0).T) if len(stroke.points) > 1 else ()
    return [stroke.brush / 2, *map(float, steps)]


def strokes_until(strokes: tuple[Stroke, ...], points: int) -> tuple[Stroke, ...]:
    """The strokes as they were when so many points were there.

    >>> line = Stroke(((0.0, 0.0), (1.0, 0.0)), 0.1)
    >>> [len(each.points) for each in strokes_until((line, line), 3)]
    [2, 1]
    """
    kept = []
    for stroke in strokes:
        if points <= 0:
            break
        kept.append(replace(stroke, points=stroke.points[:points]))
        points -= len(stroke.points)
    return tuple(kept)


def finer(strokes: tuple[Stroke, ...], apart: float = FINE) -> tuple[Stroke, ...]:
    """The same strokes with more points, none further than `apart` from the next: so that moments can lie evenly.

    >>> finer((Stroke(((0.0, 0.0), (0.0, 0.5)), 0.1),), 0.25)[0].points
    ((0.0, 0.0), (0.0, 0.25), (0.0, 0.5))
    """
    return tuple(replace(stroke, points=_finer(stroke.points, apart)) for stroke in strokes)


def _finer(points: tuple[Point, ...], apart: float) -> tuple[Point, ...]:
    found = list(points[:1])
    for (x0, y0), (x1, y1) in pairwise(points):
        parts = max(ceil(hypot(x1 - x0, y1 - y0) / apart), 1)
        found += [(x0 + (x1 - x0) * k / parts, y0 + (y1 - y0) * k / parts) for k in range(1, parts)]
        found.append((x1, y1))
    return tuple(found)


def asked_of(
    bundle: Bundle, strokes: tuple[Stroke, ...], background: object, most: int = MOST_MOMENTS
) -> tuple[Asked, ...]:
    """The moments of a drawing that are to be answered, for the network of a bundle. `background` as `drawn` has it.

    Raises
    ------
    KerascopeError
        the network takes no pictures.
    """
    shape = picture_shape(bundle)
    moments = []
    for points in kept_points(strokes, most):
        picture = drawn(shape, strokes_until(strokes, points), background)
        moments.append(Asked(points, picture, fed_of(bundle, picture)))
    return tuple(moments)


def answered(responder: Responder, asked: tuple[Asked, ...], patience_secs: float = PATIENCE_SECS) -> Iterator[Moment]:
    """The moments with their answers, one after the other; it waits for each.

    Raises
    ------
    KerascopeError
        the responder has failed, has no answer for a moment, or needs longer than `patience_secs` for one.
    """
    for each in asked:
        yield Moment(each, _waited(responder, responder.ask(each.fed), patience_secs))


def _waited(responder: Responder, ticket: int, patience_secs: float) -> Reply:
    until_secs = time.monotonic() + patience_secs
    while time.monotonic() < until_secs:
        reply = responder.poll()
        if reply is not None and reply.ticket == ticket:
            if not reply.outputs:
                raise KerascopeError("the network has no answer to this drawing", got=reply.problem)
            return reply
        if responder.status.kind == "failed":
            raise KerascopeError("nobody answers to this drawing", got=responder.status.words)
        time.sleep(LOOK_SECS)
    raise KerascopeError("nobody answers to this drawing", got=f"nothing for {patience_secs:g} s")
