"""Normalisations on the chain: folded into the kernel before or behind them, or shown as what they put out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from exporter.bundle.schema import Layer
from exporter.interchange.unity.errors import cannot_show, missing_setting
from exporter.interchange.unity.flow import Flow, Setting
from exporter.interchange.unity.main_path import Step
from exporter.interchange.unity.scales import BatchScale, FixedScale, Scale, SpreadScale, of_spread
from exporter.interchange.unity.values import fed_per_drawn

_TRANSPARENT = ("dropout", "flatten", "padding", "input")
_WITH_KERNELS = ("dense", "conv", "depthwise")


def normalised(flow: Flow, step: Step, ahead: Sequence[Step], setting: Setting) -> Flow:
    """The walk behind a normalisation. `ahead` are the steps that follow."""
    layer = step.layer
    scale = _scale(layer, step.shape)
    if scale is None:
        return shown_behind(flow, layer, "depends on the values it gets, so it is in no kernel")
    if flow.takes_scale:
        name = flow.pieces[flow.scaled_place].name
        flow = replace(flow.with_scale(scale).followed(layer.name), linear=layer.name)
        word = (
            "folded into the kernel before it, which it multiplies per channel; what it adds is left out as a bias is"
        )
        return flow.noted(f"{layer.name} -> {name}: {word}")
    if _is_before_kernel(ahead):
        return _folded_behind(flow, layer, scale, setting, ahead)
    return shown_behind(flow, layer, "stands behind no kernel and before none, so it is folded into none")


def shown_behind(flow: Flow, layer: Layer, why: str) -> Flow:
    """The walk behind a layer that changes values: the last piece shows what the layer puts out."""
    flow = replace(flow.followed(layer.name), takes_scale=False, linear=layer.name)
    if not flow.linked:
        return flow.noted(f"{layer.name}: {why}; nothing in the folder shows what it puts out")
    return flow.noted(f"{layer.name} -> {flow.last.name}: {why}; {flow.last.name} shows the values behind it")


def _is_before_kernel(ahead: Sequence[Step]) -> bool:
    """Whether a kernel comes next, but for layers that only hand values on or multiply them too."""
    kinds = (step.layer.kind for step in ahead if step.layer.kind not in _TRANSPARENT and not _multiplies(step.layer))
    return next(kinds, None) in _WITH_KERNELS


def _multiplies(layer: Layer) -> bool:
    return _class_of(layer) in ("BatchNormalization", "Rescaling", "Normalization")


def _class_of(layer: Layer) -> str:
    return str(layer.settings.get("computed_by", layer.class_name))


def _folded_behind(flow: Flow, layer: Layer, scale: Scale, setting: Setting, ahead: Sequence[Step]) -> Flow:
    """A factor that waits for the next kernel. At the input it is one of the drawn picture, which is in 0..1."""
    scales: tuple[Scale, ...] = (scale,)
    words = ["folded into the kernel behind it, which it multiplies per channel"]
    words.append("what it adds is left out as a bias is")
    if flow.last.kind == "input" and flow.is_maps and not flow.waiting:
        scales = _joined(fed_per_drawn(setting.preprocessing, flow.shape[2]), scale)
        words.append("that kernel is for the picture as it is drawn, in 0..1")
    kernel = next(step.layer for step in ahead if step.layer.kind in _WITH_KERNELS)
    if kernel.kind != "dense" and kernel.padding != "valid":
        words.append(f"at the border, where {kernel.name} pads with zeros behind it, that would be less")
    flow = replace(flow, waiting=(*flow.waiting, *scales), source=layer.name, linked=0, takes_scale=False)
    return flow.noted(f"{layer.name} -> {kernel.name}: {'; '.join(words)}")


def _joined(drawn: tuple[float, ...], scale: Scale) -> tuple[Scale, ...]:
    """The factor of the drawn picture and that of a layer; a single one where both are known, so that 255/255 is 1."""
    if not isinstance(scale, FixedScale):
        return (FixedScale(drawn), scale)
    numbers = np.asarray(drawn) * np.asarray(scale.numbers)
    near = np.rint(numbers)
    exact = np.where(np.abs(numbers - near) < 1e-12 * np.abs(numbers), near, numbers)
    return (FixedScale(tuple(float(number) for number in np.atleast_1d(exact))),)


def _scale(layer: Layer, shape: tuple[int, ...]) -> Scale | None:
    """What a normalisation multiplies with; `None`: that differs from sample to sample."""
    kind = _class_of(layer)
    if kind == "BatchNormalization":
        return _batch_scale(layer, shape)
    if kind == "Rescaling":
        return FixedScale(_numbers(layer, "scale", shape))
    if kind == "Normalization":
        return _spread_scale(layer, shape)
    return None


def _batch_scale(layer: Layer, shape: tuple[int, ...]) -> BatchScale:
    epsilon = layer.settings.get("epsilon")
    if not isinstance(epsilon, int | float):
        raise missing_setting(layer, "epsilon")
    _check_axis(layer, shape)
    return BatchScale(layer.name, float(epsilon), "gamma" in layer.variables)


def _spread_scale(layer: Layer, shape: tuple[int, ...]) -> Scale:
    invert = bool(layer.settings.get("invert", False))
    if "variance" in layer.variables:
        _check_axis(layer, shape)
        return SpreadScale(layer.name, invert)
    variance = np.asarray(_numbers(layer, "variance", shape), np.float64)
    return FixedScale(tuple(of_spread(variance, invert=invert).tolist()))


def _check_axis(layer: Layer, shape: tuple[int, ...]) -> None:
    axis = layer.settings.get("axis", -1)
    axes = axis if isinstance(axis, tuple) else (axis,)
    if any(isinstance(one, int | float) and int(one) not in (-1, len(shape)) for one in axes):
        raise cannot_show(layer, "it normalises along another axis than the channels")


def _numbers(layer: Layer, name: str, shape: tuple[int, ...]) -> tuple[float, ...]:
    given = layer.settings.get(name)
    numbers = given if isinstance(given, tuple) else (given,)
    if not all(isinstance(number, int | float) and math.isfinite(number) for number in numbers):
        raise missing_setting(layer, name)
    if len(numbers) not in (1, shape[-1]):
        raise cannot_show(layer, f"its {name} is not one number or one per channel")
    return tuple(float(number) for number in numbers if isinstance(number, int | float))
