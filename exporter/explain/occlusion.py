"""Occlusion: how much of the score goes when a grey square lies over a place."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.backend import tf
from exporter.explain.batches import answered_at_once
from exporter.explain.contract import (
    Explained,
    ExplainError,
    Explanation,
    Floats,
    Map,
    OptionValue,
    Question,
    Tick,
    untold,
)
from exporter.probing import Probe, Target, scores_of

_SHARE = 8
"""The square is so many times smaller than the picture, where nobody says how large it is."""
COVERS = ("grey", "black", "white")
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class OcclusionOptions:
    """What can be asked of occlusion.

    Attributes
    ----------
    square : the side of the square, in pixels; by default an eighth of the shorter side of the picture.
    stride : how far it moves from one place to the next, at most its side; by default half of it.
    cover : the colour of the square, `grey`, `black` or `white`: the one that says least in these pictures.
    """

    square: int | None = None
    stride: int | None = None
    cover: str = "grey"

    def __post_init__(self) -> None:
        if self.cover not in COVERS:
            expected = f"one of {', '.join(COVERS)}"
            raise ExplainError("the square cannot have this colour", expected=expected, got=repr(self.cover))
        for name, value in (("square", self.square), ("stride", self.stride)):
            if value is not None and value < 1:
                raise ExplainError(f"occlusion cannot take this {name}", expected="1 or more", got=value)


@dataclass(frozen=True)
class Grid:
    """Where squares lie: their rows and columns begin at `tops` and `lefts`, of pictures (rows, columns, channels)."""

    shape: tuple[int, int, int]
    height: int
    width: int
    tops: Ints
    lefts: Ints

    def __len__(self) -> int:
        return len(self.tops) * len(self.lefts)


def run(probe: Probe, question: Question, options: OcclusionOptions, tick: Tick = untold) -> Explained:
    """A `signed` map over each input (n, rows, columns), or (n, length): of each pixel, how much the score falls on
    average when a grey square lies over it; above 0, it spoke for the answer.

    Zeiler and Fergus 2013, arXiv 1311.2901, section 4.2, who plot the score at each position of the square; here each
    pixel has the mean of score(x) - score(x with the square) over all squares that cover it. The squares begin at the
    first pixel, `stride` apart; the last of a row or column ends at the border, so that all are whole. The score is the
    logit of a class, or what is asked of a layer; the square is grey as pictures are, midway from black to white. On
    pictures with a ground of one colour, such as digits on black, a grey square is something new to see, and one in the
    colour of the ground (`cover`) says more.

    The square is as large as the picture at most: then all pixels have one value. Of vectors that are no pictures the
    "square" is a run of `square` values.

    Raises
    ------
    ExplainError
        a square larger than the picture, or a stride beyond it: pixels would stay uncovered; inputs with more axes than
        pictures have; scores that are no finite numbers.
    ProbeError
        a class, layer, channel or unit that is not there.
    """
    _check_there(probe, question)
    grid = grid_of(_shape(question), options)
    each = _scores(probe, question, grid, _colour(question, options.cover), tick)
    if not (is_finite := np.isfinite(each).all(axis=1)).all():
        row = int(is_finite.argmin())
        name = question.names[row] if question.names else row
        what = f"input {name} cannot be explained"
        raise ExplainError(what, expected="finite numbers", got="NaN or infinity in the scores")
    falls = (each[:, :1] - each[:, 1:]).reshape(-1, len(grid.tops), len(grid.lefts))
    values = averaged(falls, grid)
    is_vector = question.fed.ndim == 2 and not question.picture
    laid = values[:, 0] if is_vector else values
    details: dict[str, OptionValue] = {"square": grid.width, "positions": len(grid)}
    return Explained((Map(probe.input_name, "signed", laid),), (details,) * len(question))


def grid_of(shape: tuple[int, int, int], options: OcclusionOptions) -> Grid:
    """Where the squares lie over pictures of this shape.

    >>> grid = grid_of((5, 5, 1), OcclusionOptions(square=2, stride=2))
    >>> grid.tops.tolist()
    [0, 2, 3]
    """
    rows, columns, _ = shape
    side = columns if rows == 1 else min(rows, columns)
    square = max(1, round(side / _SHARE)) if options.square is None else options.square
    stride = max(1, square // 2) if options.stride is None else options.stride
    if square > side:
        raise ExplainError("the square is larger than the picture", expected=f"1 to {side}", got=square)
    if stride > square:
        what = "the squares would leave gaps"
        raise ExplainError(what, expected=f"a stride of 1 to {square}", got=stride, remedy="pass a larger --square")
    height = min(square, rows)
    return Grid(shape, height, square, _starts(rows, height, stride), _starts(columns, square, stride))


def averaged(falls: Floats, grid: Grid) -> Floats:
    """The mean over the squares that cover each pixel: (n, tops, lefts) to (n, rows, columns) float32."""
    rows, columns, _ = grid.shape
    down = _covered(rows, grid.tops, grid.height)
    across = _covered(columns, grid.lefts, grid.width)
    sums = np.einsum("yi,nij,xj->nyx", down, falls.astype(np.float64), across, optimize=True)
    means: Floats = (sums / np.outer(down.sum(axis=1), across.sum(axis=1))).astype(np.float32)
    return means


def _starts(length: int, side: int, stride: int) -> Ints:
    """Where squares begin along one side; the last one ends at the border."""
    count = math.ceil((length - side) / stride) + 1
    return np.minimum(np.arange(count, dtype=np.int64) * stride, length - side)


def _covered(length: int, starts: Ints, side: int) -> NDArray[np.float64]:
    """(length, squares): 1 where a square lies over a pixel."""
    apart = np.arange(length)[:, None] - starts[None]
    covered: NDArray[np.float64] = ((apart >= 0) & (apart < side)).astype(np.float64)
    return covered


def _scores(probe: Probe, question: Question, grid: Grid, colour: Floats, tick: Tick) -> Floats:
    """(n, 1 + positions): the score of each input as it is, then with the square at each position."""
    tops, lefts = (each.ravel() for each in np.meshgrid(grid.tops, grid.lefts, indexing="ij"))
    away = np.array([grid.shape[0]])
    places = np.stack([np.concatenate([away, tops]), np.concatenate([away, lefts])], axis=1).astype(np.int32)
    total, at_once = len(question) * len(places), answered_at_once(probe)
    occluded = probe.compiled(_occluded, question.layer, grid.shape, (grid.height, grid.width))
    fed, grey = tf.constant(question.fed), tf.constant(np.broadcast_to(colour, grid.shape[-1:]))
    found = []
    for start in range(0, total, at_once):
        inputs, squares = np.divmod(np.arange(start, min(start + at_once, total)), len(places))
        units, at = (None if each is None else tf.constant(each[inputs]) for each in (question.units, question.at))
        found.append(occluded(fed, grey, tf.constant(inputs), tf.constant(places[squares]), units, at).numpy())
        tick(min(start + at_once, total), total)
    return np.concatenate(found).reshape(len(question), len(places))


def _colour(question: Question, cover: str) -> Floats:
    """What is fed for the square, (channels,) or ()."""
    colour = {"grey": question.background, "black": question.low, "white": question.high}[cover]
    if not np.isfinite(colour).all():
        what = f"the square cannot be {cover}"
        raise ExplainError(what, expected="a valid range of what is fed", got="none", remedy="choose another --cover")
    return colour


def _occluded(
    probe: Probe,
    layer: str | None,
    shape: tuple[int, int, int],
    square: tuple[int, int],
    fed: Any,
    grey: Any,
    inputs: Any,
    places: Any,
    units: Any,
    at: Any,
) -> Any:
    """The scores (b,) of some inputs, each with a square at a place; none where that lies outside."""
    whole = tf.gather(fed, inputs)
    down = _within(shape[0], places[:, 0], square[0])
    across = _within(shape[1], places[:, 1], square[1])
    is_hidden = (down[:, :, None] & across[:, None, :])[..., None]
    hidden = tf.where(is_hidden, grey, tf.reshape(whole, (-1, *shape)))
    seen = probe.seen(tf.reshape(hidden, tf.shape(whole)), () if layer is None else (layer,))
    return scores_of(seen, layer, units, at)


def _within(length: int, starts: Any, side: int) -> Any:
    apart = tf.range(length)[None] - starts[:, None]
    return (apart >= 0) & (apart < side)


def _shape(question: Question) -> tuple[int, int, int]:
    """Rows, columns and channels of one input."""
    shape = question.picture or question.fed.shape[1:]
    if len(shape) == 1:
        return 1, shape[0], 1
    if len(shape) not in (2, 3):
        raise ExplainError("the input cannot be occluded", expected="a picture or a vector", got=f"{len(shape)} axes")
    return shape[0], shape[1], shape[2] if len(shape) == 3 else 1


def _check_there(probe: Probe, question: Question) -> None:
    for unit in [None] if question.units is None else np.unique(question.units).tolist():
        probe.check(Target(question.layer, unit))


OCCLUSION = Explanation(
    name="occlusion",
    summary="how much of the score goes when a grey square lies over a place; needs no gradient",
    options=OcclusionOptions,
    run=run,
)
