"""The value at a place of an array, and where it stands among the others. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from exporter.bundle.errors import KerascopeError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Layer

    Array = NDArray[Any]


def part_of(values: Array, channel: int | None, position: tuple[int, ...] | None, *, is_heads: bool = False) -> Array:
    """What of an output lies at a place: a number (), a map, the channels (C,) of a cell, or all of it.

    Raises
    ------
    KerascopeError
        The output has no such place.
    """
    try:
        if channel is None:
            return values if position is None else np.asarray(values[position])
        if position is None and values.size == (values.shape[-1] if values.ndim else 1):
            return np.asarray(values.reshape(-1)[channel])
        by_channel = values if is_heads else np.moveaxis(values, -1, 0)
        return np.asarray(by_channel[channel] if position is None else by_channel[(channel, *position)])
    except IndexError as error:
        got = f"channel {channel}, position {position}"
        raise KerascopeError("no such place in the output", expected=f"within {values.shape}", got=got) from error


def value_of(part: Array, channel: int | None, position: tuple[int, ...] | None) -> float | None:
    """The one number that stands for a part: itself, the mean of a map, the mean size over the channels of a cell."""
    if channel is None and position is None:
        return None
    if part.ndim == 0:
        return float(part)
    if not part.size:
        return None
    with np.errstate(over="ignore", invalid="ignore"):
        return float(np.abs(part).mean(dtype=np.float64) if channel is None else part.mean(dtype=np.float64))


def rank_among(value: float | None, others: Array, without: int = 0) -> tuple[int | None, int | None]:
    """Place of a value among `others` (itself one of them), 1 being the largest, and how many there are but for
    `without` that are no numbers; of equal ones the first place. `None` for what is no number.
    """
    if value is None or not np.isfinite(value):
        return None, None
    if others.dtype == np.float16 and not without:
        return _above_half(value, others) + 1, others.size
    return int(np.count_nonzero(others > others.dtype.type(value))) + 1, others.size - without


def _above_half(value: float, others: NDArray[np.float16]) -> int:
    """How many of finite `others` are larger. Their bits are compared: numpy takes twenty times as long for halves.

    Bits of halves of one sign are in the order of their sizes, as whole numbers; the sign is the highest bit.
    """
    bits = np.ascontiguousarray(others).view(np.uint16)
    own = np.float16(value + 0.0).view(np.uint16)  # 0 has no sign then
    if value < 0:
        return int(np.count_nonzero(bits < own))
    return int(np.count_nonzero(bits.view(np.int16) > own.view(np.int16)))


def extremes_in(part: Array) -> tuple[tuple[float, tuple[int, ...]], tuple[float, tuple[int, ...]]] | None:
    """Largest and smallest value of a map and where they are; `None` where it has no number."""
    if not part.size or np.isnan(part).all():
        return None
    found = []
    for index in (np.nanargmax(part), np.nanargmin(part)):
        at = tuple(int(i) for i in np.unravel_index(int(index), part.shape))
        found.append((float(part[at]), at))
    return found[0], found[1]


def class_name(bundle: Bundle, layer: Layer, channel: int | None, units: int) -> str:
    """The class that a unit of the model's first output stands for, or nothing."""
    model = bundle.manifest.model
    is_scores = model.outputs[:1] == (layer.name,) and len(model.class_names) == units
    return model.class_names[channel] if is_scores and channel is not None and channel < units else ""
