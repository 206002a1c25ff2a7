"""The weights entries of the folder: each is a rule that makes an array of a bundle's weights at a checkpoint."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from exporter.bundle.read import Bundle
from exporter.interchange.unity.scales import Scale, scaled

Array = NDArray[np.float32]
Picked = tuple[int, ...] | None
"""Which channels or rows are shown, in which order; `None`: all as they are."""


class Kernel(Protocol):
    """A rule for one weights entry."""

    def parts(self, bundle: Bundle, checkpoint: str) -> Iterator[Array]:
        """The values, float32, in pieces along the first axis."""
        ...


@dataclass(frozen=True)
class Zeros:
    """An entry whose values mean nothing to the loader: of a pool (its size) or of the input (a single one)."""

    shape: tuple[int, ...]

    def parts(self, bundle: Bundle, checkpoint: str) -> Iterator[Array]:  # noqa: ARG002 (they are the same everywhere)
        """Nothing but zeros."""
        yield np.zeros(self.shape, np.float32)


@dataclass(frozen=True)
class Ones:
    """A 1x1 depthwise kernel that leaves every channel as it is: [1, 1, 1, C]."""

    channels: int

    def parts(self, bundle: Bundle, checkpoint: str) -> Iterator[Array]:  # noqa: ARG002 (they are the same everywhere)
        """Nothing but ones."""
        yield np.ones((1, 1, 1, self.channels), np.float32)


@dataclass(frozen=True)
class Frame:
    """How a kernel's taps are laid into an odd square: its side, and first cell and distance of taps on both axes."""

    side: int
    first: tuple[int, int]
    step: tuple[int, int] = (1, 1)

    def fill(self, kernel: NDArray[Any]) -> NDArray[Any]:
        """(kh, kw, in, out) as (side, side, in, out), zeros between and around the taps."""
        if kernel.shape[:2] == (self.side, self.side):
            return kernel
        made = np.zeros((self.side, self.side, *kernel.shape[2:]), kernel.dtype)
        ends = [f + s * (n - 1) + 1 for f, s, n in zip(self.first, self.step, kernel.shape, strict=False)]
        made[self.first[0] : ends[0] : self.step[0], self.first[1] : ends[1] : self.step[1]] = kernel
        return made


@dataclass(frozen=True)
class ConvKernel:
    """The kernel of a convolution, (side, side, in, out), without its bias.

    Attributes
    ----------
    layer : its name in the bundle.
    form : `depthwise` kernels have one input channel; `separable` ones are both their parts in one.
    frame : where the taps lie.
    groups : of a grouped convolution, which becomes a whole one with zeros between groups.
    takes, gives : the input channels that are shown, and of a depthwise layer the output channels.
    before, after : normalisations folded into it, of its input and of its output.
    """

    layer: str
    form: Literal["plain", "depthwise", "separable"]
    frame: Frame
    groups: int = 1
    takes: Picked = None
    gives: Picked = None
    before: tuple[Scale, ...] = ()
    after: tuple[Scale, ...] = ()

    def parts(self, bundle: Bundle, checkpoint: str) -> Iterator[Array]:
        """The kernel at a checkpoint, in one piece."""
        kernel = self._whole(bundle, checkpoint)
        for scale in self.after:
            kernel = scaled(kernel, scale.factors(bundle, checkpoint), 3)
        kernel = _take(_take(kernel, self.takes, 2), self.gives, 3)
        yield np.ascontiguousarray(self.frame.fill(kernel), np.float32)

    def _whole(self, bundle: Bundle, checkpoint: str) -> NDArray[Any]:
        if self.form == "separable":
            return self._separable(bundle, checkpoint)
        kernel = as_image(_weight(bundle, checkpoint, self.layer, "kernel", "depthwise_kernel"))
        if self.form == "depthwise":
            kernel = kernel.reshape(*kernel.shape[:2], self.groups, -1) if self.groups > 1 else kernel
            for scale in self.before:
                kernel = scaled(kernel, scale.factors(bundle, checkpoint), 2)
            return kernel.reshape(*kernel.shape[:2], 1, -1)
        kernel = _ungrouped(kernel, self.groups)
        for scale in self.before:
            kernel = scaled(kernel, scale.factors(bundle, checkpoint), 2)
        return kernel

    def _separable(self, bundle: Bundle, checkpoint: str) -> NDArray[Any]:
        """What a depthwise and then a pointwise kernel do, as one kernel: the sum over what lies between them."""
        each = as_image(bundle.weight(checkpoint, self.layer, "depthwise_kernel")).astype(np.float64)
        for scale in self.before:
            each = scaled(each, scale.factors(bundle, checkpoint), 2)
        mixing = bundle.weight(checkpoint, self.layer, "pointwise_kernel").astype(np.float64)
        mixing = mixing.reshape(each.shape[2], each.shape[3], -1)
        return np.asarray(np.einsum("hwcm,cmo->hwco", each, mixing, optimize=True))


def as_image(kernel: NDArray[Any]) -> NDArray[Any]:
    """A kernel of no or one spatial axis, (in, out) or (k, in, out), as (k, 1, in, out); any other as it is."""
    if kernel.ndim == 2:
        return kernel[None, None]
    return kernel[:, None] if kernel.ndim == 3 else kernel


def matrix(bundle: Bundle, checkpoint: str, layer: str) -> NDArray[Any]:
    """The kernel of a dense layer, or of a convolution over one cell, as (in, out)."""
    kernel = bundle.weight(checkpoint, layer, "kernel")
    return kernel.reshape(kernel.shape[-2:])


def _weight(bundle: Bundle, checkpoint: str, layer: str, *names: str) -> NDArray[Any]:
    """The first of these variables that the layer has; of a depthwise layer Keras 2 and 3 call it differently."""
    there = bundle.layer(layer).variables
    return bundle.weight(checkpoint, layer, next((name for name in names if name in there), names[0]))


def _take(values: NDArray[Any], picked: Sequence[int] | None, axis: int) -> NDArray[Any]:
    if picked is None or values.shape[axis] == 1:  # the single input channel of a depthwise kernel stands for all
        return values
    return np.take(values, picked, axis)


def _ungrouped(kernel: NDArray[Any], groups: int) -> NDArray[Any]:
    """(kh, kw, in/groups, out) as (kh, kw, in, out): each group of outputs takes its group of inputs, else zeros."""
    if groups == 1:
        return kernel
    few, out = kernel.shape[2], kernel.shape[3] // groups
    made = np.zeros((*kernel.shape[:2], few * groups, kernel.shape[3]), kernel.dtype)
    for g in range(groups):
        made[:, :, g * few : (g + 1) * few, g * out : (g + 1) * out] = kernel[:, :, :, g * out : (g + 1) * out]
    return made
