"""What a network is fed for a picture that a person has drawn."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from exporter.bundle import Bundle
from exporter.bundle.errors import KerascopeError
from exporter.bundle.schema import Preprocessing
from viewer.forward.node import Array

_CHANNELS = (1, 3)


def picture_shape(bundle: Bundle) -> tuple[int, int, int]:
    """Height, width and channels (1: grey, 3: red, green, blue) of the pictures that the network takes.

    Sizes that the network leaves open are those of the bundle's first picture. A network that is fed flat vectors takes
    pictures where the bundle has some of as many values.

    Raises
    ------
    KerascopeError
        it takes no picture, or nothing tells of which size.
    """
    names = bundle.manifest.model.inputs
    if len(names) != 1:
        raise _no_pictures(bundle, "one input", f"{len(names)} inputs")
    shape = bundle.layer(names[0]).outputs[0].shape
    known = _first_picture(bundle)
    if len(shape) in (2, 3):
        height, width, channels = (*shape, 1) if len(shape) == 2 else shape
        sizes = (height, width, 3 if channels is None else channels)
        found = tuple(known[at] if size is None and known else size for at, size in enumerate(sizes))
        if found[2] in _CHANNELS and None not in found:
            return found  # type: ignore[return-value] # none is None
    elif len(shape) == 1 and known is not None and math.prod(known) == shape[0]:
        return known
    text = " x ".join("any" if size is None else str(size) for size in shape)
    raise _no_pictures(bundle, "pictures of one or three channels and of a known size", f"{text} values")


def fed_shape(bundle: Bundle) -> tuple[int, ...]:
    """The shape of what the network is fed for such a picture: (H, W, C), or flat, or without the channel axis.

    Raises as `picture_shape` does.
    """
    shape = picture_shape(bundle)
    axes = len(bundle.layer(bundle.manifest.model.inputs[0]).outputs[0].shape)
    return shape if axes == 3 else shape[:2] if axes == 2 else (math.prod(shape),)


def fed_of(bundle: Bundle, picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """What the network is fed for a picture (H, W, C) uint8: `(picture - mean) * scale / std`, worked out in float64.

    It has `fed_shape`, and is what the exporter feeds for the same picture.

    Raises
    ------
    KerascopeError
        the network takes no picture, or none of this shape.
    """
    expected = picture_shape(bundle)
    if picture.shape != expected or picture.dtype != np.uint8:
        got = f"{picture.shape} {picture.dtype}"
        raise KerascopeError("the picture does not fit the network", expected=f"{expected} uint8", got=got)
    told = bundle.manifest.preprocessing
    values = picture[..., ::-1] if told.colour_order == "bgr" else picture
    mean, std = _mean_and_std(told)
    fed = np.ascontiguousarray((values.astype(np.float64) - mean) * told.scale / std, np.float32)
    return fed.reshape(fed_shape(bundle))


def picture_of(bundle: Bundle, fed: Array) -> NDArray[np.uint8]:
    """The picture (H, W, C) nearest to what was fed, for example by an attack: rounded, and clipped to 0 to 255.

    Raises as `picture_shape` does.
    """
    told = bundle.manifest.preprocessing
    mean, std = _mean_and_std(told)
    values = np.asarray(fed, np.float64).reshape(picture_shape(bundle)) * std / told.scale + mean
    values = values[..., ::-1] if told.colour_order == "bgr" else values
    return np.clip(np.rint(np.nan_to_num(values)), 0, 255).astype(np.uint8)


def _mean_and_std(told: Preprocessing) -> tuple[Array, Array]:
    return np.asarray(told.mean or 0.0, np.float64), np.asarray(told.std or 1.0, np.float64)


def _first_picture(bundle: Bundle) -> tuple[int, int, int] | None:
    image = next((shown.image for shown in bundle.manifest.inputs if shown.image is not None), None)
    return None if image is None or len(image.shape) != 3 else (image.shape[0], image.shape[1], image.shape[2])


def _no_pictures(bundle: Bundle, expected: str, got: str) -> KerascopeError:
    what = "nothing can be drawn for this network"
    return KerascopeError(what, expected=f"a network that takes {expected}", got=got, path=bundle.path)
