"""From a bundle to its layout: levels along the spine, lanes for branches, rows for deep nets. Pure numpy, no
drawing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from viewer.camera import Rect, fit, gentle_camera
from viewer.layout.form import flattened_cells, form_of, weights_form
from viewer.layout.plate import Form, Layout, Link, LinkKind, Plate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Layer

NEAR_CLEARANCE = 0.55
MIXING_CLEARANCE = 1.05
ROOMS = tuple(1.4 * 1.17**step for step in range(19))
ROW_GAP = 2.2
LANE_GAP = 1.3
WEIGHTS_GAP = 1.7
WEIGHTS_ROOM = 0.5
MIXING_KINDS = ("conv", "dense")


@dataclass(frozen=True, slots=True)
class LayoutOptions:
    """What the layout may know of the picture: `aspect` (width / height) of the part of the frame that the net fills,
    and how it will mostly be seen. `label_room` is kept free above and twice below for words, in world units;
    `with_weights` puts each layer's kernel under its plate. `fold` is which groups are one plate each: `auto` (models
    inside the model, and the blocks of a net too deep to read otherwise), `all`, `none`, or the names of groups.
    """

    aspect: float = 1.45
    azimuth_deg: float = 52.0
    elevation_deg: float = 6.0
    fov_deg: float = 11.0
    max_rows: int = 8
    label_room: float = 1.2
    with_weights: bool = False
    fold: str | tuple[str, ...] = "auto"


def place(bundle: Bundle, options: LayoutOptions | None = None) -> Layout:
    """The layout of every layer of `bundle`.

    Of all heights of a plate and numbers of rows it is the one in which a tile is largest on the picture: rows are used
    only where they make tiles at least 1.5 times larger, so that an ordinary net stays one spine.
    """
    options = options or LayoutOptions()
    net = _Net.of(bundle)
    best: tuple[float, Layout] | None = None
    for row_count in range(1, options.max_rows + 1 if len(net.levels) > 16 else 2):
        for room in ROOMS if row_count == 1 else ROOMS[::2]:
            layout = _place_in(net, options, room, row_count)
            score = _scale_on_picture(layout, options) / (1.0 if row_count == 1 else 1.5)
            if best is None or score > best[0] * 1.02:
                best = score, layout
    assert best is not None
    return best[1]


@dataclass(frozen=True, slots=True)
class _Net:
    layers: tuple[Layer, ...]
    shapes: tuple[tuple[int, ...], ...]
    edges: tuple[tuple[int, int, int], ...]
    levels: tuple[tuple[int, ...], ...]
    outputs: frozenset[str]
    flattened_channels: dict[int, int]
    kernels: dict[int, tuple[int, ...]]

    @classmethod
    def of(cls, bundle: Bundle) -> _Net:
        manifest = bundle.manifest
        index = {layer.name: i for i, layer in enumerate(manifest.layers)}
        edges = tuple((index[e.source], index[e.target], e.target_input) for e in manifest.edges)
        shapes = tuple(_shape_of(bundle, layer) for layer in manifest.layers)
        flattened = {
            target: shapes[source][-1]
            for source, target, _ in edges
            if manifest.layers[target].kind == "flatten" and len(shapes[source]) == 3
        }
        levels = _levels(len(index), edges)
        return cls(
            manifest.layers, shapes, edges, levels, frozenset(manifest.model.outputs), flattened, _kernels(bundle)
        )


def _shape_of(bundle: Bundle, layer: Layer) -> tuple[int, ...]:
    for capture in bundle.manifest.captures:
        if layer.name in capture.outputs:
            return capture.outputs[layer.name].shape
    shape = layer.outputs[0].shape if layer.outputs else ()
    return tuple(size or 1 for size in shape)


def _kernels(bundle: Bundle) -> dict[int, tuple[int, ...]]:
    """Shape of the kernel of each layer that has one of its own, matrix or 2-D convolution."""
    weights = bundle.final_checkpoint.weights
    found = {i: weights.get(f"{layer.name}/kernel") for i, layer in enumerate(bundle.manifest.layers)}
    return {i: ref.shape for i, ref in found.items() if ref is not None and len(ref.shape) in (2, 4)}


def _levels(count: int, edges: Sequence[tuple[int, int, int]]) -> tuple[tuple[int, ...], ...]:
    """Layers by their longest way from an input; layers stand in topological order already."""
    level = [0] * count
    for source, target, _ in sorted(edges, key=lambda edge: edge[1]):
        level[target] = max(level[target], level[source] + 1)
    return tuple(tuple(i for i in range(count) if level[i] == at) for at in range(max(level, default=-1) + 1))


def _forms(net: _Net, room: float) -> list[Form]:
    forms = []
    for i, (layer, shape) in enumerate(zip(net.layers, net.shapes, strict=True)):
        form = form_of(layer, shape, room, is_class_list=layer.name in net.outputs)
        forms.append(flattened_cells(form, net.flattened_channels[i]) if i in net.flattened_channels else form)
    return forms


def _place_in(net: _Net, options: LayoutOptions, room: float, row_count: int) -> Layout:
    lanes_room = [room / len(level) - LANE_GAP * (len(level) > 1) for level in net.levels]
    forms = _forms(net, room)
    for level, lane_room in zip(net.levels, lanes_room, strict=True):
        if len(level) > 1:
            narrow = _forms(net, max(lane_room, 1.0))
            for i in level:
                forms[i] = narrow[i]
    steps = _steps(net, forms, options)
    rows = _wrap(steps, row_count)
    heights = [max(_stack_height([forms[i] for i in level]) for level in net.levels[a:b]) for a, b in rows]
    kernels = {i: weights_form(shape, room * WEIGHTS_ROOM) for i, shape in net.kernels.items() if options.with_weights}
    y = 0.0
    plates: dict[int, Plate] = {}
    station = 0
    for row, (first, last) in enumerate(rows):
        y -= heights[row] / 2
        x = 0.0
        for at in range(first, last):
            x += steps[at] if at > first else 0.0
            for i, lane_y in zip(net.levels[at], _lanes([forms[i] for i in net.levels[at]]), strict=True):
                plates[i] = Plate(net.layers[i].name, forms[i], (x, y + lane_y, 0.0), station, row)
            station += 1
        y -= heights[row] / 2 + _weights_height(kernels, net.levels[first:last]) + ROW_GAP
    ordered = tuple(plates[i] for i in range(len(net.layers)))
    links = _links(net, ordered)
    weights = _weight_plates(ordered, kernels)
    return _centred(Layout(ordered + weights, links, len(rows)))


def _weight_plates(plates: Sequence[Plate], forms: dict[int, Form]) -> tuple[Plate, ...]:
    """A plate under each layer that has a kernel, the first of a station as far below its row as the longest plate
    needs.
    """
    lowest = {row: min(p.centre[1] - p.size[1] / 2 for p in plates if p.row == row) for row in {p.row for p in plates}}
    top: dict[int, float] = {}
    placed = []
    for i, form in forms.items():
        plate = plates[i]
        y = top.get(plate.station, lowest[plate.row] - WEIGHTS_GAP) - form.size[1] / 2
        top[plate.station] = y - form.size[1] / 2 - LANE_GAP
        placed.append(Plate(plate.layer, form, (plate.centre[0], y, 0.0), plate.station, plate.row))
    return tuple(placed)


def _weights_height(forms: dict[int, Form], levels: Sequence[Sequence[int]]) -> float:
    """Room that the kernels of a row take below it; 0 where it has none."""
    stacks = [[forms[i] for i in level if i in forms] for level in levels]
    return max((WEIGHTS_GAP + _stack_height(stack) for stack in stacks if stack), default=0.0)


def _steps(net: _Net, forms: Sequence[Form], options: LayoutOptions) -> list[float]:
    """Distance of each level from the one before, so that neighbours keep a clear gap on the picture."""
    across, along = np.sin(np.radians(options.azimuth_deg)), np.cos(np.radians(options.azimuth_deg))
    widths = [max(forms[i].size[0] for i in level) for level in net.levels]
    steps = [0.0]
    for at in range(1, len(net.levels)):
        mixes = any(net.layers[i].kind in (*MIXING_KINDS, "flatten") for i in net.levels[at])
        clearance = MIXING_CLEARANCE if mixes else NEAR_CLEARANCE
        steps.append(float((across * (widths[at - 1] + widths[at]) / 2 + clearance) / along))
    return steps


def _wrap(steps: Sequence[float], row_count: int) -> list[tuple[int, int]]:
    """Ranges of levels per row, rows about equally long."""
    total = np.cumsum(steps)
    cuts = [int(np.searchsorted(total, total[-1] * k / row_count)) for k in range(1, row_count)]
    bounds = sorted({0, *cuts, len(steps)})
    return [(a, b) for a, b in pairwise(bounds) if b > a]


def _stack_height(forms: Sequence[Form]) -> float:
    return sum(form.size[1] for form in forms) + LANE_GAP * (len(forms) - 1)


def _lanes(forms: Sequence[Form]) -> list[float]:
    """Height of the centre of each plate of a level above the row's middle, the first on top."""
    top = _stack_height(forms) / 2
    centres = []
    for form in forms:
        centres.append(top - form.size[1] / 2)
        top -= form.size[1] + LANE_GAP
    return centres


def _centred(layout: Layout) -> Layout:
    shift = np.asarray(layout.centre)
    plates = []
    for plate in layout.plates:
        x, y, z = np.asarray(plate.centre) - shift
        plates.append(replace(plate, centre=(float(x), float(y), float(z))))
    return replace(layout, plates=tuple(plates))


def _links(net: _Net, plates: Sequence[Plate]) -> tuple[Link, ...]:
    links = []
    for source, target, target_input in net.edges:
        kind = net.layers[target].kind
        link_kind: LinkKind = kind if kind in MIXING_KINDS else "copy"  # type: ignore[assignment]
        links.append(Link(source, target, link_kind, target_input, _lift(plates, plates[source], plates[target])))
    return tuple(links)


def _lift(plates: Sequence[Plate], source: Plate, target: Plate) -> float:
    """How far strands must rise above the straight way to pass over the plates between, 0 where nothing is in the
    way.
    """
    if source.row != target.row:
        return 0.0
    middle = (source.centre[1] + target.centre[1]) / 2
    tops = [
        plate.centre[1] + plate.size[1] / 2
        for plate in plates
        if plate.row == source.row
        and source.station < plate.station < target.station
        and abs(plate.centre[1] - middle) < plate.size[1] / 2 + 0.2
    ]
    return max(tops) - middle + 0.5 if tops else 0.0


def _scale_on_picture(layout: Layout, options: LayoutOptions) -> float:
    """Size of a world unit on the picture, relative to the frame's height, when the net and its words fill their part
    of it.
    """
    words = np.array([[0.0, options.label_room, 0.0], [0.0, -2 * options.label_room, 0.0]])
    points = np.concatenate([layout.corners() + word for word in words])
    # Rows are seen flatter than a single spine: `scenes.framing` does the same.
    elevation_deg, fov_deg = (options.elevation_deg, options.fov_deg) if layout.rows == 1 else (2.0, 5.0)
    camera = gentle_camera(points, options.azimuth_deg, elevation_deg, fov_deg)
    zoom = fit(camera, points, options.aspect, Rect(0.0, 0.0, 1.0, 1.0)).zoom
    return zoom / float(camera.distance * np.tan(np.radians(fov_deg / 2)))
