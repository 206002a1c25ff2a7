"""Where images are made: the model, what it is fed, and how that looks to a person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isqrt, prod

import numpy as np
from numpy.typing import NDArray

from exporter.backend import keras
from exporter.bundle import Bundle
from exporter.bundle.schema import Preprocessing
from exporter.capture.takes import input_specs
from exporter.inputs import InputSpec, PreprocessingOptions, Sample, feed, picture_from_fed, valid_range
from exporter.inputs.preprocessing import preprocessing_for
from exporter.opening import default_scale_of
from exporter.probing import Probe
from exporter.synthesis.contract import Canvas, Levels, SynthesisError

Picture = NDArray[np.uint8]
_LEAST_PICTURE = 4
"""Vectors of fewer values than this squared are no picture."""


@dataclass(frozen=True)
class Ground:
    """A model and what it is fed.

    Attributes
    ----------
    spec : of its one input, all sizes fixed.
    canvas : between levels of 0 to 255 and what is fed.
    picture_shape : (H, W, C) of what is fed as a person sees it; `None`: it is no picture.
    """

    model: keras.Model
    probe: Probe
    spec: InputSpec
    preprocessing: Preprocessing
    canvas: Canvas
    picture_shape: tuple[int, int, int] | None

    def picture(self, fed: NDArray[np.float32]) -> Picture | None:
        """What is fed, as a person sees it, 8 bits a channel; `None` where it is no picture."""
        if self.picture_shape is None:
            return None
        return picture_from_fed(fed, np.empty(self.picture_shape, np.uint8), self.preprocessing)

    def fed(self, levels: Levels) -> NDArray[np.float32]:
        """What the model is fed for these levels of one image."""
        dtype = "float32" if self.spec.dtype == "bfloat16" else self.spec.dtype
        fed: NDArray[np.float32] = self.canvas.fed(levels).astype(dtype)
        return fed

    def levels(self, sample: Sample) -> Levels:
        """The levels of a picture that the model is fed."""
        return self.canvas.levels(feed([sample], [self.spec], self.preprocessing)[0][0])


def ground_of(model: keras.Model, bundle: Bundle | None, options: PreprocessingOptions) -> Ground:
    """Where images are made with this model.

    Preprocessing is that of the bundle where there is one, else as an export chooses it.

    Raises
    ------
    KerascopeError
        several inputs, an input of no floats or of no fixed size, or preprocessing that does not fit.
    """
    probe = Probe(model)
    spec = input_specs(model)[0]
    if None in spec.shape:
        remedy = "pass --size HxW"
        raise SynthesisError("the model leaves the size open", expected="a size", got=spec.text, remedy=remedy)
    shape = tuple(size or 0 for size in spec.shape)
    picture = picture_shape_of(shape)
    if bundle is None:
        seen = replace(spec, shape=picture[:2]) if picture and len(shape) == 1 else spec
        preprocessing = preprocessing_for(seen, options, default_scale=default_scale_of(model))
    else:
        preprocessing = bundle.manifest.preprocessing
        picture = _shape_in(bundle, prod(shape)) or picture
    low, high = valid_range(preprocessing, shape)
    return Ground(model, probe, spec, preprocessing, Canvas(low, high, shape), picture)


def picture_shape_of(shape: tuple[int, ...]) -> tuple[int, int, int] | None:
    """(H, W, C) of the picture that something of this shape is; `None` where it is none.

    A vector is a grey picture where its length is a square.

    >>> picture_shape_of((8, 6, 3)), picture_shape_of((784,)), picture_shape_of((9, 9)), picture_shape_of((13,))
    ((8, 6, 3), (28, 28, 1), (9, 9, 1), None)
    """
    if len(shape) == 3 and shape[2] in (1, 3):
        return shape[0], shape[1], shape[2]
    if len(shape) == 2:
        return shape[0], shape[1], 1
    side = isqrt(shape[0]) if len(shape) == 1 else 0
    return (side, side, 1) if side >= _LEAST_PICTURE and shape == (side * side,) else None


def _shape_in(bundle: Bundle, values: int) -> tuple[int, int, int] | None:
    """The shape of the pictures in a bundle, where they have so many values."""
    for each in bundle.manifest.inputs:
        if each.image is not None and prod(each.image.shape) == values:
            height, width, channels = each.image.shape
            return height, width, channels
    return None
