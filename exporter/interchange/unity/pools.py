"""Pools on the chain: the loader halves, right behind a convolution, and shows the maps it is given."""

from __future__ import annotations

from dataclasses import replace

from exporter.bundle.schema import Layer
from exporter.interchange.unity.convolutions import laid_by_stride, padding_word
from exporter.interchange.unity.errors import cannot_show
from exporter.interchange.unity.flow import Flow, Setting, halvings, passed_on, shrunk
from exporter.interchange.unity.main_path import Step, as_maps
from exporter.interchange.unity.square import Window, check_fits, halved_room
from exporter.interchange.unity.values import MapValues, Spot


def pooled_maps(flow: Flow, step: Step, setting: Setting) -> Flow:
    """The walk behind a pool."""
    layer, made = step.layer, as_maps(step.shape)
    windows = _windows(layer)
    if made is None or not flow.is_maps:
        raise cannot_show(layer, "it pools no maps of two axes")
    if made[:2] == (1, 1) and (windows[0].extent, windows[1].extent) == flow.shape[:2]:
        return whole_map_pooled(flow, step)
    if (windows[0].stride, windows[1].stride) == (1, 1):
        return _still(flow, layer, made, windows)
    return _shrinking(flow, layer, made, windows, setting)


def _windows(layer: Layer) -> tuple[Window, Window]:
    if layer.pool_size is None or len(layer.pool_size) > 2:
        raise cannot_show(layer, "the loader's pools have a size and two axes")
    if layer.settings.get("data_format") == "channels_first":
        raise cannot_show(layer, "its channels come first", remedy="export a model with channels last")
    strides = layer.strides or layer.pool_size
    padding = layer.padding or "valid"
    windows = [Window(p, s, padding) for p, s in zip(layer.pool_size, strides, strict=True)]
    return windows[0], windows[1] if len(windows) == 2 else Window(1)


def _shrinking(
    flow: Flow, layer: Layer, made: tuple[int, int, int], windows: tuple[Window, Window], setting: Setting
) -> Flow:
    before = len(flow.pieces)
    flow = _behind_convolution(flow, layer)
    strides = (windows[0].stride, windows[1].stride)
    room = halved_room(flow.room, halvings(strides), setting.pool_size)
    values = laid_by_stride(flow, layer.name, (made[0], made[1]), windows, room, flow.channels, flow.picked)
    first = flow.next_name("maxpool")
    inserted = len(flow.pieces) - before
    flow, names = shrunk(flow, layer, values, strides, setting.pool_size)
    flow = replace(
        flow, shape=made, source=layer.name, at=values.spot.at, linked=len(flow.pieces) - before - inserted,
        takes_scale=False, linear=layer.name,
    )  # fmt: skip
    words = list(_words(layer, windows))
    if len(names) > 1:
        words.append(f"its stride is shown by {', '.join(names)}; all but the last repeat the cells of its maps")
    if not values.spot.is_whole:
        words.append(padding_word(values.spot))
    return flow.noted(*(f"{layer.name} -> {first}: {word}" for word in words))


def _words(layer: Layer, windows: tuple[Window, Window]) -> list[str]:
    words = []
    if layer.mode == "average":
        words.append("an average pool, written as a maxpool with the averaged maps")
    if {(w.extent, w.stride) for w in windows} != {(2, 2)}:
        size, stride = "x".join(str(w.extent) for w in windows), "x".join(str(w.stride) for w in windows)
        words.append(f"pools {size} cells with stride {stride}; the loader draws 2x2 and stride 2, the maps are right")
    return words


def _behind_convolution(flow: Flow, layer: Layer) -> Flow:
    """The walk with a convolution at its end that shows what the pool takes; as it is where one stands there.

    It shows the maps of the last piece again, without zeros that the model puts around them for the pool.
    """
    if flow.last.kind == "conv":
        return flow
    values = flow.last.values
    if not isinstance(values, MapValues):
        spot = Spot((flow.shape[0], flow.shape[1]), flow.room, flow.at)
        check_fits(layer.name, spot.at, spot.shape, spot.room)
        values = MapValues(flow.source, spot, flow.channels, flow.picked, spot.shape)
    flow = passed_on(flow, layer.name, values)
    word = "a 1x1 convolution of ones that the model does not have, since the loader's pools must follow a convolution"
    return replace(flow, linked=1).noted(f"{layer.name} -> {flow.last.name}: {word}")


def _still(flow: Flow, layer: Layer, made: tuple[int, int, int], windows: tuple[Window, Window]) -> Flow:
    """A pool with stride 1 makes no smaller maps, which the loader's pools do: the last maps are shown behind it."""
    at = [flow.at[i] - windows[i].padded_before(flow.shape[i]) + (windows[i].extent - 1) // 2 for i in (0, 1)]
    spot = Spot((made[0], made[1]), flow.room, (at[0], at[1]))
    name = flow.last.name
    word = f"{layer.name} -> {name}: a pool with stride 1, which the loader cannot draw"
    flow = replace(flow, shape=made, at=spot.at, source=layer.name, takes_scale=False, linear=layer.name)
    values = flow.last.values
    if not (flow.linked == 1 and isinstance(values, MapValues)):
        return replace(flow, linked=0).noted(f"{word}: it is left out")
    check_fits(layer.name, spot.at, spot.shape, spot.room)
    shown = replace(values, source=layer.name, picked=flow.picked, spot=spot, source_shape=spot.shape)
    pieces = (*flow.pieces[:-1], replace(flow.last, values=shown))
    return replace(flow, pieces=pieces).noted(f"{word}: {name} shows the maps behind it")


def whole_map_pooled(flow: Flow, step: Step) -> Flow:
    """The walk behind a pool of each map to one value: a dense layer behind it takes its share of every cell."""
    layer = step.layer
    if not flow.is_maps:
        raise cannot_show(layer, "it pools no maps of two axes")
    if layer.mode not in ("average", "max"):
        raise cannot_show(layer, f"a pool of the kind {layer.mode!r} over whole maps")
    check_fits(layer.name, flow.at, (flow.shape[0], flow.shape[1]), flow.room)
    name, (height, width, channels) = flow.last.name, flow.shape
    cells = height * width
    word = f"each map pooled to one value: the next rows hold W[c]/{cells} for every cell of {name}'s maps"
    if layer.mode == "max":
        word += ", which is how an average would be taken; a maximum is of one cell, another one for each input"
    drawn = (height, width, flow.channels)
    flow = replace(
        flow, shape=(channels,), source=layer.name, origin="pooled", drawn=drawn, linked=0, takes_scale=False,
        linear=layer.name,
    )  # fmt: skip
    return flow.noted(f"{layer.name} -> {name}: {word}")
