"""The activations entries of the folder: each is a rule that makes one sample's array of what a bundle holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from exporter.bundle.read import Bundle
from exporter.bundle.schema import Preprocessing
from exporter.interchange.unity.kernels import Picked, matrix

Array = NDArray[np.float32]


class Values(Protocol):
    """A rule for one sample of one activations entry.

    Attributes
    ----------
    source : the layer of the bundle whose output is shown, or computed with.
    shape : of one sample in the folder.
    """

    @property
    def source(self) -> str:
        """The layer whose output is read."""
        ...

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one sample."""
        ...

    def array(self, bundle: Bundle, input_id: str, checkpoint: str) -> Array:
        """The values, float32, of `shape`."""
        ...


@dataclass(frozen=True)
class Spot:
    """Where maps lie: their own shape (h, w), the rows and columns that are drawn, and their first cell there."""

    shape: tuple[int, int]
    room: tuple[int, int]
    at: tuple[int, int] = (0, 0)

    @property
    def is_whole(self) -> bool:
        """Whether they fill the room."""
        return self.shape == self.room

    def laid(self, maps: Array) -> Array:
        """Maps as (rows, columns, C), zeros around; of repeated ones the cells beyond (h, w) are left out."""
        (height, width), (top, left) = self.shape, self.at
        if self.is_whole:
            return maps[:height, :width]
        made = np.zeros((*self.room, maps.shape[2]), np.float32)
        made[top : top + height, left : left + width] = maps[:height, :width]
        return made


@dataclass(frozen=True)
class MapValues:
    """The maps of a layer, each cell repeated (1, 1: shown as it is), laid into a square.

    `source_shape` is (h, w) of the maps themselves; that of `spot` what they take in the square.
    """

    source: str
    spot: Spot
    channels: int
    picked: Picked = None
    source_shape: tuple[int, int] = (1, 1)
    repeat: tuple[int, int] = (1, 1)

    @property
    def shape(self) -> tuple[int, ...]:
        """(rows, columns, channels)."""
        return (*self.spot.room, self.channels)

    def array(self, bundle: Bundle, input_id: str, checkpoint: str) -> Array:
        """The maps of one sample."""
        maps = _floats(bundle.output(input_id, checkpoint, self.source)).reshape(*self.source_shape, -1)
        maps = maps if self.picked is None else np.take(maps, self.picked, 2)
        for axis, times in enumerate(self.repeat):
            maps = maps if times == 1 else np.repeat(maps, times, axis)
        return self.spot.laid(maps)


@dataclass(frozen=True)
class UnitValues:
    """The units of a layer."""

    source: str
    units: int
    picked: Picked = None

    @property
    def shape(self) -> tuple[int, ...]:
        """(units,)."""
        return (self.units,)

    def array(self, bundle: Bundle, input_id: str, checkpoint: str) -> Array:
        """The units of one sample."""
        values = _floats(bundle.output(input_id, checkpoint, self.source)).reshape(-1)
        return values if self.picked is None else values[list(self.picked)]


@dataclass(frozen=True)
class LogitValues:
    """What a dense layer computes before its activation: the stored input of the layer times its kernel, plus bias."""

    source: str
    layer: str
    units: int
    has_bias: bool

    @property
    def shape(self) -> tuple[int, ...]:
        """(units,)."""
        return (self.units,)

    def array(self, bundle: Bundle, input_id: str, checkpoint: str) -> Array:
        """The logits of one sample, summed in float64."""
        fed = bundle.output(input_id, checkpoint, self.source).reshape(-1).astype(np.float64)
        kernel = matrix(bundle, checkpoint, self.layer)
        logits = sum(
            (fed[start : start + 4096] @ kernel[start : start + 4096].astype(np.float64))
            for start in range(0, fed.size, 4096)
        )
        if self.has_bias:
            logits = logits + bundle.weight(checkpoint, self.layer, "bias").astype(np.float64)
        return np.asarray(logits, np.float32)


@dataclass(frozen=True)
class PictureValues:
    """The picture of an input in 0..1, red, green, blue, laid into a square.

    It is what was fed, with the preprocessing undone: the picture that a bundle keeps is of whole steps of 1/255, which
    lose what an attack changed.
    """

    source: str
    spot: Spot
    channels: int
    preprocessing: Preprocessing

    @property
    def shape(self) -> tuple[int, ...]:
        """(rows, columns, channels)."""
        return (*self.spot.room, self.channels)

    def array(self, bundle: Bundle, input_id: str, checkpoint: str) -> Array:
        """The picture of one sample."""
        shape = (*self.spot.shape, self.channels)
        fed = bundle.output(input_id, checkpoint, self.source).reshape(shape).astype(np.float64)
        return self.spot.laid(undone(fed, self.preprocessing).astype(np.float32))


@dataclass(frozen=True)
class TableValues:
    """The features of a row of a table as they were fed: (features, 1, 1)."""

    source: str
    features: int

    @property
    def shape(self) -> tuple[int, ...]:
        """(features, 1, 1)."""
        return (self.features, 1, 1)

    def array(self, bundle: Bundle, input_id: str, checkpoint: str) -> Array:
        """The features of one sample."""
        return _floats(bundle.output(input_id, checkpoint, self.source)).reshape(self.shape)


def undone(fed: NDArray[np.float64], preprocessing: Preprocessing) -> NDArray[np.float64]:
    """What was fed, (h, w, C), as a picture in 0..1, channels red, green, blue.

    Where nothing was done to the values, 0..1 is the range that may be fed. What is outside of 0..1 by no more than
    rounding can do is brought inside; what was fed beyond its range stays beyond.
    """
    colour = fed.shape[2] == 3
    low, span = drawn_span(preprocessing)
    if is_untouched(preprocessing):
        made = (fed - low) / span
    else:
        count = 3 if colour else 1
        std, mean = np.asarray(preprocessing.std[:count] or 1.0), np.asarray(preprocessing.mean[:count] or 0.0)
        made = (fed * std / preprocessing.scale + mean) / 255
    if colour and preprocessing.colour_order == "bgr":
        made = made[..., ::-1]
    inside = np.clip(made, 0, 1)
    return np.where(np.abs(made - inside) < 1e-6, inside, made)


def is_untouched(preprocessing: Preprocessing) -> bool:
    """Whether values were fed as they came."""
    return preprocessing.scale == 1 and not preprocessing.mean and not preprocessing.std


def drawn_span(preprocessing: Preprocessing) -> tuple[float, float]:
    """The least value that may be fed, and how far it is to the largest; 0 and 1 where that tells nothing."""
    span = preprocessing.high - preprocessing.low
    return (preprocessing.low, span) if 0 < span < float("inf") else (0.0, 1.0)


def fed_per_drawn(preprocessing: Preprocessing, channels: int) -> tuple[float, ...]:
    """By how much what is fed changes where the drawn picture changes by 1: one number, or one per channel as fed.

    >>> fed_per_drawn(Preprocessing(scale=1 / 255), 1)
    (1.0,)
    """
    if is_untouched(preprocessing):
        return (drawn_span(preprocessing)[1],)
    std = preprocessing.std if len(preprocessing.std) == channels else preprocessing.std[:1]
    return tuple(255 * preprocessing.scale / each for each in std or (1.0,))


def _floats(values: NDArray[Any]) -> Array:
    return np.asarray(values, np.float32)
