"""What a Keras model computes, said as the layers of a Unity folder say it: by Keras and numpy alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from unity_net import Fed, Net

from exporter.backend import keras
from exporter.capture import assign_weights

Array = NDArray[Any]
Outputs = dict[str, Array]
layers = keras.layers
CONVOLUTIONS = (layers.Conv1D, layers.Conv2D, layers.DepthwiseConv2D, layers.SeparableConv2D)
LINEAR = (*CONVOLUTIONS, layers.Dense)


@dataclass(frozen=True)
class Step:
    """What one layer of the folder computes: `then(values before * kernel + bias)`.

    Attributes
    ----------
    values : what Keras puts out, (samples, rows, columns, channels); of a softmax, what goes into it.
    kernel : (rows, columns, channels in or 1, channels out); of a dense layer (rows, columns, channels, units) of the
        maps before it. Normalisation is in it. `None`: nothing is multiplied.
    is_folded : whether numbers of the kernel are others than those of Keras.
    is_exact : whether the formula holds as it is drawn: no strides, and nothing is added on the way.
    repeats : how often each value stands below and beside itself.
    margin : how far from the border of what is real the formula does not hold.
    gain : how many times more than is drawn of the layer before goes into the formula.
    rounding : how much the values may be off: they are computed where it is not 0.
    """

    values: Array
    kernel: Array | None = None
    bias: Array | None = None
    then: Callable[[Array], Array] | None = None
    is_folded: bool = False
    is_exact: bool = True
    repeats: tuple[int, int] = (1, 1)
    margin: int = 0
    rounding: float = 0.0
    gain: float = 1.0


def moments(net: Net) -> Iterator[tuple[dict[str, Step], Array]]:
    """What each layer of the folder has to be at each checkpoint, and what the model answers."""
    final = net.model.get_weights()
    tensors = {}
    for layer in net.model.layers:
        tensors[layer.name] = layer.output
        if isinstance(layer, LINEAR):
            tensors[f"into {layer.name}"] = layer.input
    outputs = keras.Model(net.model.inputs[0], tensors)
    for moment in (*net.moments, None):
        if moment is None:
            net.model.set_weights(final)
        else:
            assign_weights(net.model, moment.source)
        found = {name: np.asarray(each) for name, each in outputs(net.x, training=False).items()}
        found["x"] = net.x
        yield _steps(net, found), np.asarray(net.model(net.x, training=False))


def convolved(maps: Array, kernel: Array) -> Array:
    """Maps (n, rows, columns, channels) convolved as they are drawn: stride 1, padding floor(k/2), no bias, float64."""
    rows, columns, inputs, filters = kernel.shape
    pads = ((0, 0), (rows // 2, rows // 2), (columns // 2, columns // 2), (0, 0))
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(maps.astype(np.float64), pads), (rows, columns), (1, 2))
    if inputs == maps.shape[-1]:
        return np.tensordot(windows, kernel.astype(np.float64), ([3, 4, 5], [2, 0, 1]))
    every = np.repeat(windows, filters // maps.shape[-1], axis=3)
    return np.einsum("nxyfhw,hwf->nxyf", every, kernel[:, :, 0].astype(np.float64))


def places(large: Array, small: Array, axes: tuple[int, int], off: float = 0.0) -> list[tuple[int, int]]:
    """Where the smaller array lies in the larger one with nothing but zeros around it, by its first row and column.

    `off` is how much values may differ.
    """
    room = [large.shape[axis] - small.shape[axis] for axis in axes]
    if min(room) < 0 or np.count_nonzero(large) != np.count_nonzero(small):
        return []
    every = np.ndindex(room[0] + 1, room[1] + 1)
    return [place for place in every if np.allclose(inside(large, place, small.shape, axes), small, rtol=0, atol=off)]


def inside(large: Array, place: tuple[int, int], shape: tuple[int, ...], axes: tuple[int, int]) -> Array:
    """The part of an array that lies at a place."""
    window = [slice(None)] * large.ndim
    for first, axis in zip(place, axes, strict=True):
        window[axis] = slice(first, first + shape[axis])
    return large[tuple(window)]


def _steps(net: Net, outputs: Outputs) -> dict[str, Step]:
    drawn = Step(_as_maps(net.x, is_input=True))
    if net.fed is not None:
        drawn = Step((net.fed.pictures / 255).astype(np.float32), rounding=1e-6)
    steps = {"input": drawn}
    for name in list(net.chain)[1:]:
        before = list(steps.values())[-1]
        steps[name] = _step(net, name, outputs, before.values)
        if net.fed is not None and before is drawn:
            is_scaled = any(isinstance(layer, layers.Rescaling) for layer in net.model.layers)
            steps[name] = _of_the_picture(steps[name], net.fed, is_scaled=is_scaled)
    return steps


def _of_the_picture(step: Step, fed: Fed, *, is_scaled: bool) -> Step:
    """The first convolution, with a kernel for red, green and blue as they are drawn.

    Where the model scales pictures itself, that is in its kernel; else the kernel is the model's own, and what is drawn
    is 255 times less than what was fed.
    """
    assert step.kernel is not None
    bias = step.bias + np.einsum("hwio,i->o", step.kernel, np.array(fed.shift))
    kernel = step.kernel[:, :, :: -1 if fed.is_reversed else 1]
    return (
        replace(step, kernel=kernel * 255, bias=bias)
        if is_scaled
        else replace(step, kernel=kernel, bias=bias, gain=255)
    )


def _step(net: Net, name: str, outputs: Outputs, before: Array) -> Step:
    if net.chain[name] == net.chain["input"]:
        return Step(_as_maps(net.x, is_input=True))
    found = [net.model.get_layer(source) for source in net.chain[name]]
    values = _as_maps(outputs[found[-1].name])
    linear = next((layer for layer in found if isinstance(layer, LINEAR)), None)
    if linear is None or name.startswith("maxpool"):
        return Step(values)
    at = found.index(linear)
    kernel, bias = _dense(linear, before, found[:at]) if isinstance(linear, layers.Dense) else _convolution(linear)
    step = Step(values, kernel, bias)
    for layer in found[:at]:
        if isinstance(layer, (layers.BatchNormalization, layers.Rescaling)):
            step = _normalised_before(step, layer, linear)
    after = found[at + 1 :]
    if after and isinstance(after[0], layers.BatchNormalization):
        assert linear.activation is keras.activations.linear
        step = _normalised_after(step, after.pop(0))
    if name == "fc_out" and linear.activation in (keras.activations.softmax, keras.activations.sigmoid):
        logits = keras.ops.matmul(outputs[f"into {linear.name}"], linear.kernel) + linear.bias
        step, after = replace(step, values=_as_maps(np.asarray(logits))), []
    else:
        after = [linear.activation, *after]
    is_exact = not any(isinstance(layer, layers.Add) for layer in after)
    if isinstance(linear, CONVOLUTIONS) and max(linear.strides) > 1:
        is_exact, step = False, replace(step, repeats=(*linear.strides, 1)[:2])
    return replace(step, then=_chained(after), is_exact=is_exact)


def _chained(functions: list[Any]) -> Callable[[Array], Array]:
    def then(values: Array) -> Array:
        for function in functions:
            values = np.asarray(function(keras.ops.convert_to_tensor(values.astype(np.float32))))
        return values

    return then


def _as_maps(values: Array, *, is_input: bool = False) -> Array:
    """Maps of a vector, a series or maps: one column where there is one axis."""
    if values.ndim == 2:
        return values[:, :, None, None] if is_input else values[:, None, None, :]
    return values[:, :, None, :] if values.ndim == 3 else values


def _dense(layer: Any, before: Array, folded: list[Any]) -> tuple[Array, Array]:
    kernel, bias = np.asarray(layer.kernel, np.float64), np.asarray(layer.bias if layer.use_bias else 0.0, np.float64)
    shape = before.shape[1:]
    if any(isinstance(each, layers.GlobalAveragePooling2D) for each in folded):
        kernel = np.broadcast_to(kernel / (shape[0] * shape[1]), (*shape, layer.units))
    return kernel.reshape(*shape, layer.units), bias


def _convolution(layer: Any) -> tuple[Array, Array]:
    """Kernel HWIO with the holes of its dilation and the zeros between its groups, and bias."""
    if isinstance(layer, layers.SeparableConv2D):
        depth, point = (np.asarray(each, np.float64) for each in (layer.depthwise_kernel, layer.pointwise_kernel))
        kernel = np.einsum("hwcm,cmo->hwco", depth, point.reshape(*depth.shape[2:], -1))
    else:
        kernel = np.asarray(layer.kernel, np.float64)
    if isinstance(layer, layers.Conv1D):
        kernel = kernel[:, None]
    if isinstance(layer, layers.DepthwiseConv2D):
        kernel = kernel.reshape(*kernel.shape[:2], 1, -1)
    elif getattr(layer, "groups", 1) > 1:
        whole = np.zeros((*kernel.shape[:2], kernel.shape[2] * layer.groups, kernel.shape[3]))
        for part in np.split(np.arange(kernel.shape[3]), layer.groups):
            first = part[0] // len(part) * kernel.shape[2]
            whole[:, :, first : first + kernel.shape[2], part] = kernel[..., part]
        kernel = whole
    for axis, gap in enumerate(layer.dilation_rate):
        if gap > 1:
            shape = [(side - 1) * gap + 1 if at == axis else side for at, side in enumerate(kernel.shape)]
            wide = np.zeros(shape)
            wide[(slice(None),) * axis + (slice(None, None, gap),)] = kernel
            kernel = wide
    return kernel, np.asarray(layer.bias if layer.use_bias else 0.0, np.float64)


def _factor_shift(norm: Any) -> tuple[Array, Array]:
    if isinstance(norm, layers.Rescaling):
        return np.array([norm.scale]), np.array([norm.offset])
    gamma, beta, mean, variance = (np.asarray(each, np.float64) for each in norm.get_weights())
    factor = gamma / np.sqrt(variance + norm.epsilon)
    return factor, beta - mean * factor


def _normalised_before(step: Step, norm: Any, linear: Any) -> Step:
    assert step.kernel is not None
    factor, shift = _factor_shift(norm)
    bias = step.bias + (step.kernel * shift[:, None]).sum((0, 1, 2))
    is_padded = isinstance(linear, CONVOLUTIONS) and linear.padding == "same"
    margin = max(step.kernel.shape[:2]) // 2 if is_padded else 0
    return replace(step, kernel=step.kernel * factor[:, None], bias=bias, is_folded=True, margin=margin)


def _normalised_after(step: Step, norm: Any) -> Step:
    factor, shift = _factor_shift(norm)
    return replace(step, kernel=step.kernel * factor, bias=step.bias * factor + shift, is_folded=True)
