"""The way back through one layer: from places in its output to the places in its inputs that they are made of. Pure.

Every axis, that of the channels too, is a set of indices of its own. What a rule gives may lie outside of an input:
that is padding. The rules are those of Keras; of a layer without a rule every place is taken to see everything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from viewer.inspect.windows_back import adaptive_sources, resized_sources, transposed_sources, window_sources

if TYPE_CHECKING:
    from exporter.bundle.schema import Layer

Axis = NDArray[np.int64]
Sets = tuple[Axis, ...]
Index = tuple[int, ...]
Sources = tuple[Sets | None, ...]

MOST_FOLLOWED = 2**18
"""Of so many places of a reshaped output each is followed; more are taken to be all."""
SAME_AXES = ("BatchNormalization", "Normalization", "Rescaling", "BatchNorm")
ELEMENT_WISE = frozenset(
    ("ops.Add", "ops.Subtract", "ops.Multiply", "ops.Divide", "ops.TrueDivide", "ops.Negative", "ops.Cast", "ops.Sqrt",
     "ops.Square", "ops.Exp", "ops.Log", "ops.Power", "ops.Clip", "ops.Absolute", "ops.Abs", "ops.Maximum",
     "ops.Minimum", "ops.StopGradient", "Identity", "Masking")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """A layer, which of its outputs is meant, that output's shape and those of its inputs."""

    layer: Layer
    output: int
    shape: Index
    inputs: tuple[Index, ...]

    @property
    def code(self) -> str:
        """The class of Keras whose code runs, so far as is known."""
        return str(self.layer.settings.get("computed_by") or self.layer.class_name)


def sources_of(step: Step, sets: Sets) -> tuple[Sources, bool]:
    """For each input of a layer the places that `sets` of its output are made of (`None`: nothing of it), and whether
    a rule says so.
    """
    if not step.inputs:
        return (), True
    rule = None if step.output or _is_channels_first(step.layer) else _RULES.get(step.layer.kind)
    found = rule(step, sets) if rule is not None else None
    if found is None:
        return tuple(_all(shape) for shape in step.inputs), step.layer.kind in SEE_ALL
    return (*found, *(_all(shape) for shape in step.inputs[len(found) :])), True


def _is_channels_first(layer: Layer) -> bool:
    return layer.settings.get("data_format") == "channels_first"


def _all(shape: Index) -> Sets:
    return tuple(np.arange(size) for size in shape)


def _same(step: Step, sets: Sets) -> Sources | None:
    """Each place of the only input by itself."""
    return (sets,) if step.inputs[0] == step.shape else None


def _activation(step: Step, sets: Sets) -> Sources | None:
    """A softmax looks at all values along its axis, any other function at one."""
    if "softmax" not in (step.layer.activation or "") and step.layer.activation not in ("glu", "sparsemax"):
        return _same(step, sets)
    return None if step.inputs[0] != step.shape else (_whole_axes(step, sets),)


def _normalisation(step: Step, sets: Sets) -> Sources | None:
    if step.code in SAME_AXES:
        return _same(step, sets)
    if step.code not in ("LayerNormalization", "RMSNormalization", "UnitNormalization"):
        return None  # of groups: everywhere
    return None if step.inputs[0] != step.shape else (_whole_axes(step, sets),)


def _whole_axes(step: Step, sets: Sets) -> Sets:
    """Everything along the axes (which count the batch) that a layer works along; by default the last."""
    given = step.layer.settings.get("axis", -1)
    axes = given if isinstance(given, tuple) else (given,)
    rank = len(sets)
    whole = {int(axis) % (rank + 1) - 1 if axis is not None else rank - 1 for axis in axes if not isinstance(axis, str)}
    return tuple(np.arange(step.shape[at]) if at in whole else axis for at, axis in enumerate(sets))


def _convolved(step: Step, sets: Sets) -> Sources | None:
    """Windows along the last axes before the channels; axes before those (time, distributed) stay apart."""
    layer, source = step.layer, step.inputs[0]
    taps = layer.kernel_size or ()
    rank = len(taps)
    if not rank or len(source) != len(sets) or len(sets) < rank + 1:
        return None
    ones = (1,) * rank
    settings = zip(taps, layer.strides or ones, layer.dilation or ones, strict=True)
    beside, channels = len(sets) - 1 - rank, _channels_before(step, sets[-1])
    is_transposed = "Transpose" in step.code
    spatial = []
    for at, (size, stride, dilation) in enumerate(settings, start=beside):
        where = window_sources if not is_transposed else transposed_sources
        along = step.shape[at] if is_transposed else source[at]
        spatial.append(where(sets[at], along, size, stride, dilation, layer.padding or "valid"))
    return ((*sets[:beside], *spatial, channels),)


def _channels_before(step: Step, channels: Axis) -> Axis:
    """The channels that a convolution mixes: all, those of the same groups, or of a depthwise one the same."""
    layer, before, after = step.layer, step.inputs[0][-1], step.shape[-1]
    if layer.kind == "depthwise":
        return np.unique(channels // max(after // before, 1))
    groups = layer.groups or 1
    if groups == 1:
        return np.arange(before)
    group = np.unique(channels // (after // groups))
    width = before // groups
    return np.unique(group[:, None] * width + np.arange(width))


def _pooled(step: Step, sets: Sets) -> Sources | None:
    layer, source = step.layer, step.inputs[0]
    if "Adaptive" in step.code and len(source) == len(sets):
        pairs = zip(sets[:-1], source[:-1], step.shape[:-1], strict=True)
        return ((*(adaptive_sources(axis, size, count) for axis, size, count in pairs), sets[-1]),)
    taps = layer.pool_size or ()
    beside = len(sets) - 1 - len(taps)
    if not taps or beside < 0 or len(source) != len(sets):
        return None
    steps, padding = zip(sets[beside:-1], source[beside:-1], taps, layer.strides or taps, strict=True), layer.padding
    spatial = (window_sources(axis, size, tap, stride, 1, padding or "valid") for axis, size, tap, stride in steps)
    return ((*sets[:beside], *spatial, sets[-1]),)


def _pooled_whole(step: Step, sets: Sets) -> Sources | None:
    """Everywhere, in the same channel."""
    source = step.inputs[0]
    if not sets or step.shape[-1] != source[-1] or step.code.startswith("ops."):
        return None
    return ((*_all(source[:-1]), sets[-1]),)


def _dense(step: Step, sets: Sets) -> Sources | None:
    """All units before, at the same step of a sequence."""
    source = step.inputs[0]
    if step.code == "EinsumDense" or len(source) != len(sets):
        return None
    return ((*sets[:-1], np.arange(source[-1])),)


def _reshaped(step: Step, sets: Sets) -> Sources | None:
    """The same values in the same order in another shape; or axes in another order; or one repeated."""
    source, layer = step.inputs[0], step.layer
    if step.code == "Permute":
        dims = layer.settings.get("dims")
        if not isinstance(dims, tuple) or len(dims) != len(sets):
            return None
        back = sorted(range(len(dims)), key=lambda at: dims[at])
        return (tuple(sets[at] for at in back),)
    if step.code == "RepeatVector":
        return ((sets[-1],),)
    keeps_order = step.code in ("Reshape", "Flatten", "ops.Reshape", "ops.Squeeze", "ops.ExpandDims", "ops.Ravel")
    if not keeps_order or prod(source) != prod(step.shape):
        return None
    count = prod(len(axis) for axis in sets)
    if count == prod(source) or count > MOST_FOLLOWED or not source:
        return (_all(source),)
    flat = np.ravel_multi_index(np.ix_(*sets), step.shape).reshape(-1) if len(sets) > 1 else sets[0]
    return (tuple(np.unique(axis) for axis in np.unravel_index(flat, source)),)


def _padded(step: Step, sets: Sets) -> Sources | None:
    """The same places further on, or further back where something was cut off."""
    layer = step.layer
    parts = [part.split(",") for part in (layer.padding or "").split(";")]
    if len(parts) != len(sets) - 1 or any(len(part) != 2 for part in parts):
        return None
    sign = 1 if layer.mode == "cropping" else -1
    return ((*(axis + sign * int(part[0]) for axis, part in zip(sets, parts, strict=False)), sets[-1]),)


def _resized(step: Step, sets: Sets) -> Sources | None:
    layer, source = step.layer, step.inputs[0]
    if len(source) != len(sets):
        return None
    if layer.mode == "crop":
        cut = [(size - count) // 2 for size, count in zip(source, step.shape, strict=True)]
        return None if min(cut) < 0 else (tuple(axis + by for axis, by in zip(sets, cut, strict=True)),)
    bends = ("crop_to_aspect_ratio", "pad_to_aspect_ratio", "antialias")
    if any(layer.settings.get(name) for name in bends):
        return None
    how = layer.mode or "nearest"
    pairs = zip(sets, source, step.shape, strict=True)
    axes = [axis if size == count else resized_sources(axis, size, count, how) for axis, size, count in pairs]
    return None if any(axis is None for axis in axes) else (tuple(axis for axis in axes if axis is not None),)


def _merged(step: Step, sets: Sets) -> Sources | None:
    """The same place of each input, or of joined ones the input that lies there."""
    mode = step.layer.mode or ""
    if mode == "concatenate":
        return _joined(step, sets)
    if mode not in ("add", "subtract", "multiply", "average", "maximum", "minimum", "divide", "truedivide", "where"):
        return None
    found = []
    for shape in step.inputs:
        axes = sets[len(sets) - len(shape) :]
        if len(axes) != len(shape):
            return None
        found.append(tuple(np.zeros(1, np.int64) if n == 1 else axis for axis, n in zip(axes, shape, strict=True)))
    return tuple(found)


def _joined(step: Step, sets: Sets) -> Sources | None:
    given = step.layer.settings.get("axis", -1)
    if not isinstance(given, int):
        return None
    at = given % (len(sets) + 1) - 1
    found: list[Sets | None] = []
    begun = 0
    for shape in step.inputs:
        if len(shape) != len(sets) or at < 0:
            return None
        here = sets[at][(sets[at] >= begun) & (sets[at] < begun + shape[at])] - begun
        found.append((*sets[:at], here, *sets[at + 1 :]) if len(here) else None)
        begun += shape[at]
    return tuple(found)


def _embedded(step: Step, sets: Sets) -> Sources | None:
    return (sets[:-1],) if len(step.inputs[0]) == len(sets) - 1 else None


def _recurrent(step: Step, sets: Sets) -> Sources | None:
    """All steps up to the last that is seen, where a layer goes forward and hands on every step."""
    source = step.inputs[0]
    if step.layer.mode or step.layer.kernel_size or len(sets) != 2 or len(source) != 2 or sets[0].size == 0:
        return None
    return ((np.arange(int(sets[0].max()) + 1), np.arange(source[-1])),)


def _other(step: Step, sets: Sets) -> Sources | None:
    return _same(step, sets) if step.code in ELEMENT_WISE else None


SEE_ALL = ("attention", "recurrent", "global_pool")
"""Kinds of which it is no guess that a place may see everything."""
_RULES: dict[str, Callable[[Step, Sets], Sources | None]] = {
    "activation": _activation,
    "normalisation": _normalisation,
    "dropout": _same,
    "conv": _convolved,
    "depthwise": _convolved,
    "pool": _pooled,
    "global_pool": _pooled_whole,
    "dense": _dense,
    "flatten": _reshaped,
    "reshape": _reshaped,
    "padding": _padded,
    "resize": _resized,
    "merge": _merged,
    "embedding": _embedded,
    "recurrent": _recurrent,
    "other": _other,
    "preprocessing": _other,
}
