"""From a picture to what a model is fed, and back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from exporter.bundle.schema import ColourOrder, Preprocessing
from exporter.inputs.errors import InputError
from exporter.inputs.samples import Array, InputSpec, Sample


@dataclass(frozen=True)
class PreprocessingOptions:
    """What the user says about preprocessing; `None` or empty: choose what fits the model."""

    scale: float | None = None
    mean: tuple[float, ...] = ()
    colour_order: ColourOrder | None = None
    std: tuple[float, ...] = ()

    @property
    def is_stated(self) -> bool:
        """Whether the user asks for arithmetic of any kind."""
        return self.scale is not None or bool(self.mean) or bool(self.std)

    def over(self, default: PreprocessingOptions | None) -> PreprocessingOptions:
        """These options where they ask for arithmetic, else the default ones in the colour order that is asked for."""
        if default is None or self.is_stated:
            return self
        if self.colour_order in (None, default.colour_order or "rgb"):
            return default
        return replace(default, colour_order=self.colour_order, mean=default.mean[::-1], std=default.std[::-1])


def preprocessing_for(spec: InputSpec, options: PreprocessingOptions, *, default_scale: float) -> Preprocessing:
    """The preprocessing that options and model agree on, its valid range worked out for pictures of 0 to 255.

    Raises
    ------
    InputError
        a mean or a std for a number of channels that the model does not have, or that are not finite; a scale or a std
        that is not above 0; a colour order that does not fit the number of channels.
    """
    scale = default_scale if options.scale is None else options.scale
    if not (math.isfinite(scale) and scale > 0):
        raise InputError("the scale cannot be used", expected="a number above 0", got=scale)
    if not all(map(math.isfinite, options.mean)):
        raise InputError("the mean cannot be used", expected="finite numbers", got=options.mean)
    if not all(math.isfinite(number) and number > 0 for number in options.std):
        raise InputError("the std cannot be used", expected="numbers above 0", got=options.std)
    order = _colour_order(spec, options.colour_order)
    channels = 1 if order == "grey" else 3
    mean = _per_channel("mean", options.mean, channels)
    std = _per_channel("std", options.std, channels)
    unbounded = Preprocessing(scale=scale, mean=mean, std=std, colour_order=order)
    low, high = float(fed_value(0.0, unbounded).min()), float(fed_value(255.0, unbounded).max())
    return Preprocessing(scale=scale, mean=mean, std=std, colour_order=order, low=low, high=high)


def _per_channel(name: str, numbers: tuple[float, ...], channels: int) -> tuple[float, ...]:
    if len(numbers) not in (0, 1, channels):
        raise InputError(f"the {name} does not fit the pictures", expected=f"1 or {channels} numbers", got=len(numbers))
    return numbers * channels if len(numbers) == 1 else numbers


def fed_value(value: float | Array, preprocessing: Preprocessing) -> NDArray[np.float64]:
    """`(value - mean) * scale / std`: what a picture's value is fed as.

    Of a number: per channel, or one number where neither mean nor std is given. Of an array, the channels last and in
    the colour order: the same shape.
    """
    mean, std = np.asarray(preprocessing.mean or 0.0, np.float64), np.asarray(preprocessing.std or 1.0, np.float64)
    return np.asarray((value - mean) * preprocessing.scale / std, np.float64)


def _colour_order(spec: InputSpec, asked: ColourOrder | None) -> ColourOrder:
    grey = spec.channels == 1 or (spec.channels is None and len(spec.shape) != 3)
    if asked is None:
        return "grey" if grey else "rgb"
    if (asked == "grey") != grey:
        raise InputError(
            "the colour order does not fit the model", expected="grey" if grey else "rgb or bgr", got=asked
        )
    return asked


def feed(samples: Sequence[Sample], specs: Sequence[InputSpec], preprocessing: Preprocessing) -> list[Array]:
    """What the model is fed for some samples: one array (n, ...) per model input, in the dtype that the input takes."""
    return [
        np.stack([_fed(sample.values[place], spec, preprocessing) for sample in samples])
        for place, spec in enumerate(specs)
    ]


def _fed(values: Array, spec: InputSpec, preprocessing: Preprocessing) -> Array:
    if values.dtype != np.uint8:
        return values
    fed: Array = fed_from_picture(values, preprocessing)
    if None not in spec.shape:  # a flat digit, or one without a channel axis
        fed = fed.reshape([size or 0 for size in spec.shape])
    return fed.astype("float32" if spec.dtype == "bfloat16" else spec.dtype)


def fed_from_picture(picture: NDArray[np.uint8], preprocessing: Preprocessing) -> NDArray[np.float32]:
    """`(picture - mean) * scale / std`, channels in the colour order: (..., H, W, C) uint8 to float32 alike.

    Worked out in float64 and rounded once.
    """
    values = picture[..., ::-1] if preprocessing.colour_order == "bgr" else picture
    return fed_value(values.astype(np.float64), preprocessing).astype(np.float32)


def picture_from_fed(fed: Array, like: NDArray[np.uint8], preprocessing: Preprocessing) -> NDArray[np.uint8]:
    """The picture nearest to what was fed, in the shape of `like`: values are rounded and clipped to 0 to 255."""
    mean, std = np.asarray(preprocessing.mean or 0.0, np.float64), np.asarray(preprocessing.std or 1.0, np.float64)
    values = np.asarray(fed, np.float64).reshape(like.shape) * std / preprocessing.scale + mean
    if preprocessing.colour_order == "bgr":
        values = values[..., ::-1]
    return np.clip(np.rint(np.nan_to_num(values)), 0, 255).astype(np.uint8)


def valid_range(preprocessing: Preprocessing, shape: tuple[int, ...]) -> tuple[Array, Array]:
    """Smallest and largest value that may be fed, as two float32 arrays that broadcast over a feed of this shape.

    Per channel where mean or std are given per channel and the feed has these channels, else one number.
    """
    low, high = fed_value(0.0, preprocessing), fed_value(255.0, preprocessing)
    if not (low.size > 1 and shape and shape[-1] == low.size):
        low, high = np.asarray(preprocessing.low), np.asarray(preprocessing.high)
    return low.astype(np.float32), high.astype(np.float32)
