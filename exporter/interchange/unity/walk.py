"""The walk along the chain: each kind of layer adds pieces, changes what the last ones show, or is refused."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from exporter.bundle.schema import Layer, Preprocessing
from exporter.interchange.unity.convolutions import convolved
from exporter.interchange.unity.dense import answered, joined
from exporter.interchange.unity.entrance import entered, input_shape
from exporter.interchange.unity.errors import UnityError, cannot_show
from exporter.interchange.unity.flow import Flow, Piece, Setting
from exporter.interchange.unity.folding import normalised, shown_behind
from exporter.interchange.unity.main_path import MainPath, Step, as_maps, is_same_order
from exporter.interchange.unity.pools import pooled_maps, whole_map_pooled
from exporter.interchange.unity.square import DoesNotFit

_REFUSED: Final = {
    "recurrent": "a recurrent layer runs through time, and the loader shows one step of a chain",
    "attention": "attention mixes places by weights that differ with each input, and the loader draws fixed kernels",
    "embedding": "it looks vectors up, and the loader draws kernels only",
    "resize": "it changes the size of maps, which the loader only keeps or halves",
}
_WITH_KERNELS = ("dense", "conv", "depthwise")
_MOST_WIDENED = 4
"""The room may be so many times as wide as the picture, so that maps fit that a pool does not halve."""


@dataclass(frozen=True)
class Chain:
    """What goes into the folder, in order, and what is said about it."""

    pieces: tuple[Piece, ...]
    notes: tuple[str, ...]


def chain_of(
    path: MainPath, preprocessing: Preprocessing, stored: frozenset[str], pool_size: int | None = None
) -> Chain:
    """The pieces of a chain of layers, in the smallest room in which every map fits.

    Parameters
    ----------
    path : the chain.
    preprocessing : of the pictures.
    stored : the layers whose outputs the bundle holds.
    pool_size : `None`: for the prefab as published; 2: for one whose Conv Shape was set to 2,2.

    Raises
    ------
    UnityError
        a layer cannot be shown, or needs an output that is not stored.
    """
    room, at = _first_room(input_shape(path.steps)), (0, 0)
    most = max(room) * _MOST_WIDENED + 64
    while True:
        setting = Setting(preprocessing, pool_size, stored, path.steps, room, at)
        try:
            flow = _walked(setting)
        except DoesNotFit as error:
            room, at = _wider(room, at, error)
            if max(room) > most:
                what = f"the maps of the layer {error.layer!r} do not fit into the sizes that the loader derives"
                raise UnityError(what, expected=f"at most {most} cells a side", got="more") from None
            continue
        _check_stored(flow, stored)
        return Chain(flow.pieces, (*_general(flow), *flow.notes, *_branches(path)))


def _first_room(shape: tuple[int, ...]) -> tuple[int, int]:
    """A square for a picture; for a sequence its column, since a square would be many times as large."""
    if len(shape) != 3:
        return (1, 1)
    return (shape[0], 1) if shape[1] == 1 else (max(shape[:2]), max(shape[:2]))


def _wider(room: tuple[int, int], at: tuple[int, int], error: DoesNotFit) -> tuple[tuple[int, int], tuple[int, int]]:
    """The room with so much more that the map fits that did not.

    A square stays one, and what was a single column and needs more becomes one: the loader mixes up rows and columns of
    any other room.
    """
    before, after = error.before, error.after
    if room[0] != room[1] and (before[1] or after[1]):
        side = max(room)
        return (side, side), at
    if room[0] == room[1]:
        before, after = (max(before), max(before)), (max(after), max(after))
    wider = (room[0] + before[0] + after[0], room[1] + before[1] + after[1])
    return wider, (at[0] + before[0], at[1] + before[1])


def _walked(setting: Setting) -> Flow:
    steps = setting.steps
    flow = entered(setting)
    for place, step in enumerate(steps[1:], 1):
        flow = _stepped(flow, step, place, setting)
        if step.others and step.layer.kind != "merge":
            raise cannot_show(step.layer, f"it takes more than one input: {', '.join(step.others)} too")
    return answered(flow, steps[-1])


def _stepped(flow: Flow, step: Step, place: int, setting: Setting) -> Flow:
    layer, ahead = step.layer, setting.steps[place + 1 :]
    if layer.kind in _REFUSED:
        raise cannot_show(layer, _REFUSED[layer.kind])
    if layer.kind in _WITH_KERNELS:
        return _with_kernel(flow, step, ahead, setting)
    if layer.kind == "pool":
        return pooled_maps(flow, step, setting)
    if layer.kind == "global_pool":
        return whole_map_pooled(flow, step)
    if layer.kind == "normalisation":
        return normalised(flow, step, ahead, setting)
    if layer.kind in ("flatten", "reshape"):
        return _reshaped(flow, step, setting)
    if layer.kind == "padding":
        return _padded(flow, step)
    if layer.kind == "merge":
        return _merged(flow, step)
    return _same_shape(flow, step, setting)


def _with_kernel(flow: Flow, step: Step, ahead: tuple[Step, ...], setting: Setting) -> Flow:
    layer = step.layer
    if layer.kind == "dense" and layer.settings.get("computed_by", layer.class_name) != "Dense":
        raise cannot_show(layer, "only plain Dense layers have a kernel of rows and units")
    if flow.is_maps:
        return convolved(flow, step, setting)
    if layer.kind != "dense" and any(size > 1 for size in layer.kernel_size or ()):
        raise cannot_show(layer, "its kernel runs over maps of a single cell, of which the loader draws none")
    if layer.kind == "depthwise" or (layer.groups or 1) > 1:
        raise cannot_show(layer, "behind a pool over whole maps the loader draws dense layers only")
    return joined(flow, step, is_last=not any(each.layer.kind in _WITH_KERNELS for each in ahead))


def _same_shape(flow: Flow, step: Step, setting: Setting) -> Flow:
    """Activations, dropout and other layers that put out what they get, or each value changed."""
    layer = step.layer
    if not is_same_order(step.shape, flow.shape) and layer.kind != "input":
        raise cannot_show(layer, "it changes the shape of what it gets in a way that the loader cannot draw")
    if layer.kind in ("dropout", "input", "preprocessing") or layer.class_name == "Identity":
        return flow.without(layer.name, setting.stored)
    if layer.kind == "activation":
        return _activated(flow, layer)
    return shown_behind(flow, layer, f"a {layer.class_name} is in no kernel")


def _activated(flow: Flow, layer: Layer) -> Flow:
    """Behind an activation the last pieces show what it puts out; what came before stays known as logits."""
    linear = flow.linear
    if flow.last.kind == "input":
        word = "an activation of the input itself is left out: the input shows the picture"
        return replace(flow, source=layer.name).noted(f"{layer.name} -> input: {word}")
    if not flow.linked:
        flow = flow.noted(f"{layer.name} -> {flow.last.name}: nothing in the folder shows what it puts out")
    return replace(flow.followed(layer.name), takes_scale=False, linear=linear)


def _reshaped(flow: Flow, step: Step, setting: Setting) -> Flow:
    layer, shape = step.layer, step.shape
    kind = str(layer.settings.get("computed_by", layer.class_name))
    if kind.removeprefix("ops.") in ("Permute", "Transpose", "Swapaxes", "Moveaxis"):
        raise cannot_show(layer, "it changes the order of axes, which the loader cannot")
    if is_same_order(shape, flow.shape) and (not flow.is_maps or as_maps(shape) == flow.shape):
        return flow.without(layer.name, setting.stored)
    if len(shape) != 1 or not flow.is_maps or np.prod(flow.shape) != shape[0]:
        raise cannot_show(layer, f"it makes {shape} of {flow.shape}, which the loader cannot draw")
    height, width, channels = flow.shape
    picked = None
    if flow.picked is not None:
        places = np.arange(shape[0]).reshape(height, width, channels)[:, :, list(flow.picked)]
        picked = tuple(places.ravel().tolist())
    drawn = (height, width, flow.channels)
    flat = flow.without(layer.name, setting.stored)
    return replace(flat, shape=shape, origin="maps", drawn=drawn, picked=picked, takes_scale=False)


def _padded(flow: Flow, step: Step) -> Flow:
    """Zeros around maps, or a frame cut off: nothing is drawn, the next kernel sees the maps at another place."""
    layer, made = step.layer, as_maps(step.shape)
    if made is None or not flow.is_maps or layer.mode not in ("zeros", "cropping", None) or not layer.padding:
        raise cannot_show(layer, "it pads or cuts in a way that is not known here")
    ends = [[int(size) for size in axis.split(",")] for axis in layer.padding.split(";")]
    before = [ends[0][0], ends[1][0] if len(ends) > 1 else 0]
    grown = [made[0] - flow.shape[0], made[1] - flow.shape[1]]
    sign = -1 if min(grown) < 0 else 1
    at = (flow.at[0] - sign * before[0], flow.at[1] - sign * before[1])
    how = "zeros that it puts around" if sign > 0 else "cells that it cuts off"
    word = f"{how} the maps are not drawn: the next layer's maps lie where its kernel sees them"
    flow = replace(flow, shape=made, at=at, source=layer.name, linked=0, takes_scale=False)
    return flow.noted(f"{layer.name} -> {flow.last.name}: {word}")


def _merged(flow: Flow, step: Step) -> Flow:
    layer = step.layer
    others = ", ".join(step.others) or "itself"
    where = f"{layer.name} -> {flow.last.name}"
    if layer.mode == "concatenate":
        axis = layer.settings.get("axis", -1)
        if axis not in (-1, len(step.shape)):
            raise cannot_show(layer, "it joins branches along another axis than the channels")
        own = flow.picked or tuple(range(flow.shape[-1]))
        picked = tuple(channel + step.start for channel in own)
        shape = (*flow.shape[:-1], step.shape[-1])
        flow = replace(flow, picked=picked, shape=shape, source=layer.name, takes_scale=False, linear=layer.name)
        return flow.noted(
            f"{where}: branches are joined; only the channels of the main path are shown, and the next kernel's rows "
            f"for them; left out: {others}"
        )
    if not is_same_order(step.shape, flow.shape):
        raise cannot_show(layer, "what it makes of its branches has another shape than the main path")
    flow = replace(flow.followed(layer.name), takes_scale=False, linear=layer.name)
    return flow.noted(f"{where}: {layer.mode} of branches; the maps behind it are shown, the branch of {others} is not")


def _check_stored(flow: Flow, stored: frozenset[str]) -> None:
    for piece in flow.pieces:
        if piece.values.source not in stored:
            what = f"the bundle holds no output of the layer {piece.values.source!r}, which {piece.name} shows"
            remedy = "export the model again with the outputs of all layers (without --layers)"
            raise UnityError(what, remedy=remedy)


def _general(flow: Flow) -> tuple[str, ...]:
    """What stands for what, behind which other layers its values are, and which layers are not there at all."""
    lines = []
    for piece in flow.pieces:
        behind = [layer for name, layer in flow.behind if name == piece.name]
        if piece.values.source not in behind:
            behind = []
        lines.append(f"{piece.layer} -> {piece.name}" + (f": values behind {', '.join(behind)}" if behind else ""))
    if flow.dropped:
        lines.append(f"dropped, since they change no value when a model is run: {', '.join(flow.dropped)}")
    return tuple(lines)


def _branches(path: MainPath) -> tuple[str, ...]:
    if not path.left_out:
        return ()
    return (f"left out, not on the main path: {', '.join(path.left_out)}",)
