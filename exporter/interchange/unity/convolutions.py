"""Convolutions on the chain: what kernel and which maps the loader is given for each."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from exporter.bundle.schema import Layer
from exporter.interchange.unity.errors import cannot_show
from exporter.interchange.unity.flow import Flow, Piece, Setting, halvings, repeated, shrunk
from exporter.interchange.unity.kernels import ConvKernel, Frame, Picked
from exporter.interchange.unity.main_path import Step, as_maps
from exporter.interchange.unity.square import Window, check_fits, clamped, halved_room, slid, strode, zeros_around
from exporter.interchange.unity.values import MapValues, Spot

Form = Literal["plain", "depthwise", "separable"]


def convolved(flow: Flow, step: Step, setting: Setting) -> Flow:
    """The walk behind a convolution over maps, or behind a dense layer that runs over each of their cells."""
    layer, form = step.layer, _form(step.layer, flow.shape[2])
    windows = _windows(layer)
    made = as_maps(step.shape)
    if made is None:
        raise cannot_show(layer, "it puts out no maps of two axes")
    side, frame, words = _frame(windows, layer)
    gives, multiplied = _gives(flow, layer, form)
    kernel = ConvKernel(
        layer.name, form, frame, layer.groups or 1, flow.picked, gives if form == "depthwise" else None, flow.waiting
    )
    shown = made[2] if form != "depthwise" or gives is None else len(gives)
    taken = 1 if form == "depthwise" else flow.channels
    piece = Piece(flow.next_name("conv"), "conv", layer.name, (side, side, taken, shown), kernel, _no_values())
    picked = gives if form == "depthwise" else None
    flow = replace(flow, waiting=())
    laid = _laid(flow, step, made, windows, piece, picked, setting)
    words = (*_form_words(layer, form, multiplied), *words)
    linear = layer.name if layer.activation == "linear" else None
    flow = replace(laid, shape=made, source=layer.name, picked=picked, takes_scale=linear is not None, linear=linear)
    return flow.noted(*(f"{layer.name} -> {piece.name}: {word}" for word in words))


def _no_values() -> MapValues:
    return MapValues("", Spot((1, 1), (1, 1)), 1)


def _form(layer: Layer, taken: int) -> Form:
    kind = str(layer.settings.get("computed_by", layer.class_name))
    if "Transpose" in kind or "Transpose" in layer.class_name:
        raise cannot_show(layer, "a transposed convolution makes maps larger, and the loader only keeps or halves them")
    if layer.settings.get("data_format") == "channels_first":
        raise cannot_show(layer, "its channels come first", remedy="export a model with channels last")
    if layer.kind != "dense" and len(layer.kernel_size or ()) not in (1, 2):
        raise cannot_show(layer, "the loader's kernels have two axes")
    if layer.kind == "depthwise" or 1 < (layer.groups or 1) == taken:  # a group for each channel is depthwise too
        return "depthwise"
    return "separable" if "Separable" in kind else "plain"


def _windows(layer: Layer) -> tuple[Window, Window]:
    """How the kernel runs along rows and columns; that of a 1-D convolution stands still along columns."""
    if layer.kind == "dense":
        return Window(1), Window(1)
    sizes = layer.kernel_size or (1,)
    strides = layer.strides or (1,) * len(sizes)
    dilation = layer.dilation or (1,) * len(sizes)
    padding = layer.padding or "valid"
    windows = [Window((k - 1) * d + 1, s, padding) for k, s, d in zip(sizes, strides, dilation, strict=True)]
    return windows[0], windows[1] if len(windows) == 2 else Window(1)


def _frame(windows: tuple[Window, Window], layer: Layer) -> tuple[int, Frame, tuple[str, ...]]:
    """The side of the odd square, where the taps lie in it, and what is said about it."""
    around = [zeros_around(window.extent, window.padding) for window in windows]
    sides = [w.extent + before + after for w, (before, after) in zip(windows, around, strict=True)]
    side = max(sides)
    first = [(side - own) // 2 + before for own, (before, _) in zip(sides, around, strict=True)]
    steps = tuple(layer.dilation or (1, 1)) if layer.kind != "dense" else (1, 1)
    frame = Frame(side, (first[0], first[1]), (steps[0], steps[1] if len(steps) == 2 else 1))
    return side, frame, tuple(_frame_words(windows, layer, side))


def _frame_words(windows: tuple[Window, Window], layer: Layer, side: int) -> list[str]:
    words = []
    sizes = "x".join(map(str, layer.kernel_size or ()))
    if layer.kind == "dense":
        words.append("a dense layer over each cell of maps, shown as a 1x1 convolution")
    if max(layer.dilation or (1,)) > 1:
        words.append(f"dilation {max(layer.dilation or (1,))}: zeros stand between the taps of the {sizes} kernel")
    if len(layer.kernel_size or (1, 1)) == 1 and layer.kind != "dense":
        words.append(f"1-D: the kernel of {sizes} stands in the middle column of {side}x{side}, in front of one column")
    elif windows[0].extent != windows[1].extent:
        words.append(f"the {sizes} kernel is zero-padded to {side}x{side}, since the loader's kernels are square")
    if windows[0].padding == "causal":
        words.append(f"causal: zeros follow the taps in the {side}x{side} kernel")
    elif any(window.extent % 2 == 0 for window in windows):
        words.append(
            f"even kernel: zero-padded above and on the left to {side}x{side}, so that the loader's middle cell is the "
            "one that Keras computes for (it pads the further cell below and on the right)"
        )
    return words


def _gives(flow: Flow, layer: Layer, form: Form) -> tuple[Picked, int]:
    """The output channels of a depthwise layer that belong to the channels shown, and how many each channel makes."""
    multiplier = layer.settings.get("depth_multiplier")
    times = int(multiplier) if isinstance(multiplier, int) else max(1, (layer.filters or 1) // flow.shape[2])
    if form != "depthwise" or flow.picked is None:
        return None, times
    return tuple(channel * times + m for channel in flow.picked for m in range(times)), times


def _form_words(layer: Layer, form: Form, multiplied: int) -> tuple[str, ...]:
    words = []
    if form == "depthwise":
        words.append("depthwise: written as [k,k,1,C], so edges are drawn out of the first channel")
        if multiplied > 1:
            words.append(f"each channel makes {multiplied} maps, which follow each other")
    if form == "separable":
        words.append("separable: both kernels are multiplied into one, what lies between them is left out")
    if (layer.groups or 1) > 1 and form == "plain":
        words.append(f"{layer.groups} groups: zeros stand between them in the whole kernel")
    return tuple(words)


def _laid(
    flow: Flow,
    step: Step,
    made: tuple[int, int, int],
    windows: tuple[Window, Window],
    piece: Piece,
    picked: Picked,
    setting: Setting,
) -> Flow:
    """The walk with the convolution at its end, and with pools behind it where it has a stride."""
    layer, size = step.layer, (made[0], made[1])
    channels = piece.shape[3]
    strides = (windows[0].stride, windows[1].stride)
    if max(strides) == 1:
        at = (slid(flow.at[0], flow.shape[0], windows[0]), slid(flow.at[1], flow.shape[1], windows[1]))
        check_fits(layer.name, at, size, flow.room)
        values = MapValues(layer.name, Spot(size, flow.room, at), channels, picked, size)
        laid = replace(flow.with_pieces([replace(piece, values=values)]), at=at, linked=1)
        return laid.noted(*_padded_words(layer, piece.name, values))
    room = halved_room(flow.room, halvings(strides), setting.pool_size)
    values = laid_by_stride(flow, layer.name, size, windows, room, channels, picked)
    at_stride_1 = repeated(values, strides, halvings(strides), flow.room, layer.name)
    before = len(flow.pieces)
    flow = flow.with_pieces([replace(piece, values=at_stride_1)])
    flow, names = shrunk(flow, layer, values, strides, setting.pool_size)
    word = (
        f"stride {max(strides)} is a display trick: its maps repeated to the size of stride 1, then "
        f"{', '.join(names)} with the maps as they are; the model has no pool there"
    )
    flow = replace(flow, at=values.spot.at, linked=len(flow.pieces) - before)
    return flow.noted(
        f"{layer.name} -> {piece.name}: {word}",
        *_padded_words(layer, piece.name, at_stride_1),
        *_padded_words(layer, names[-1], values),
    )


def laid_by_stride(
    flow: Flow,
    layer: str,
    size: tuple[int, int],
    windows: tuple[Window, Window],
    room: tuple[int, int],
    channels: int,
    picked: Picked,
) -> MapValues:
    """The maps that a window with a stride makes, laid into the room that is left after the halvings."""
    times = halvings((windows[0].stride, windows[1].stride))
    starts = [strode(flow.at[axis], flow.shape[axis], windows[axis], times) for axis in (0, 1)]
    at = (clamped(starts[0], size[0], room[0]), clamped(starts[1], size[1], room[1]))
    check_fits(layer, at, size, room)
    return MapValues(layer, Spot(size, room, at), channels, picked, size)


def _padded_words(layer: Layer, name: str, values: MapValues) -> tuple[str, ...]:
    """What is said where maps do not fill their room."""
    if values.spot.is_whole:
        return ()
    return (f"{layer.name} -> {name}: {padding_word(values.spot)}",)


def padding_word(spot: Spot) -> str:
    """How maps lie in a room that they do not fill.

    >>> padding_word(Spot((6, 4), (8, 8), (1, 2)))
    'maps of 6x4 zero-padded to 8x8, rows 1 to 6 and columns 2 to 5'
    """
    (height, width), (rows, columns), (top, left) = spot.shape, spot.room, spot.at
    place = f"rows {top} to {top + height - 1} and columns {left} to {left + width - 1}"
    return f"maps of {height}x{width} zero-padded to {rows}x{columns}, {place}"
