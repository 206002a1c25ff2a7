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


def fed_of(bundle: Bundle, picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """What the network is fed for a picture (H, W, C) uint8: `(picture - mean) * scale / std`, worked out in float64.

    The shape is that of the network's input: (H, W, C), or flat, or without the channel axis. It is what the exporter
    feeds for the same picture.

    Raises
    ------
    KerascopeError
        the network takes no picture, or none of this shape.
    """
    expected = picture_shape(bundle)
    if picture.shape != expected or picture.dtype != np.uint8:
        got = f"{picture.shape} {picture.dtype}"
        raise KerascopeError("the picture does not fit the network", expected=f"{expected} uint8", got=got)
    shape = bundle.layer(bundle.manifest.model.inputs[0]).outputs[0].shape
    fed = _fed(picture, bundle.manifest.preprocessing)
    return fed if len(shape) == 3 else fed.reshape(expected[:2] if len(shape) == 2 else -1)


def _fed(picture: Array, told: Preprocessing) -> NDArray[np.float32]:
    values = picture[..., ::-1] if told.colour_order == "bgr" else picture
    mean, std = np.asarray(told.mean or 0.0, np.float64), np.asarray(told.std or 1.0, np.float64)
    return np.ascontiguousarray((values.astype(np.float64) - mean) * told.scale / std, np.float32)


def _first_picture(bundle: Bundle) -> tuple[int, int, int] | None:
    image = next((shown.image for shown in bundle.manifest.inputs if shown.image is not None), None)
    return None if image is None or len(image.shape) != 3 else (image.shape[0], image.shape[1], image.shape[2])


def _no_pictures(bundle: Bundle, expected: str, got: str) -> KerascopeError:
    what = "nothing can be drawn for this network"
    return KerascopeError(what, expected=f"a network that takes {expected}", got=got, path=bundle.path)
