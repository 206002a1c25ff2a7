"""A layout as bare numbers: quick to make and to measure, so that many can be tried. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from viewer.camera import Rect, fit, gentle_camera
from viewer.layout.form import flattened_cells, form_of, grown, part_of_wanted, weights_form
from viewer.layout.lanes import LANE_GAP, heights_of
from viewer.layout.net import MIXING_KINDS
from viewer.layout.rows import rows_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from viewer.layout.lanes import Plan
    from viewer.layout.net import Net
    from viewer.layout.options import LayoutOptions
    from viewer.layout.plate import Form

    Array = NDArray[np.float64]

NEAR_CLEARANCE = 0.55
MIXING_CLEARANCE = 1.05
ROW_GAP = 2.2
WEIGHTS_GAP = 1.7
WEIGHTS_ROOM = 0.5
LANE_ROOM = 1.24
GUEST_ROOM, SMALLEST_GUEST = 0.6, 1.6
ROOM_OF_CLOSED, MOST_GROWTH = 8.0, 2.4
"""Closed plates grow with the room beyond this, so that they are no dots beside high ones, up to so many times."""
ATTENTION_SCORES = "attention scores"


@dataclass(frozen=True, slots=True)
class Draft:
    """Plates of one height of room: forms, heights over the axis, steps along it, and what each level takes above and
    below. `growth` is how much larger than usual a tile is, on the geometric mean.
    """

    forms: tuple[Form, ...]
    kernels: dict[int, Form]
    sizes: Array
    y: Array
    taken: Array
    steps: Array
    growth: float

    def rows(self, crossed: NDArray[np.int64], row_count: int) -> list[tuple[int, int]]:
        """The levels in so many rows, or in fewer where there are not enough."""
        return rows_of(self.steps, crossed, row_count)


class Drafts:
    """Drafts of one net by the room that a plate may take up. Plates of the same form share it."""

    def __init__(self, net: Net, plan: Plan, options: LayoutOptions) -> None:
        self._net, self._plan, self._options = net, plan, options
        self._asked = dict.fromkeys(options.closed, False) | dict.fromkeys(options.opened, True)
        self._forms: dict[tuple[object, ...], Form] = {}
        self._lane_counts = _lane_counts(net, plan)
        is_mixing = np.zeros(plan.count, bool)
        for node, level in zip(net.nodes, plan.level, strict=True):
            is_mixing[level] |= node.layer.kind in (*MIXING_KINDS, "flatten")
        self._clearance = np.where(is_mixing, MIXING_CLEARANCE, NEAR_CLEARANCE)
        self._levels = np.array(plan.level)

    def draft(self, room: float) -> Draft:
        """The draft in which a plate on a level of its own is at most about `room` high."""
        forms = tuple(self._form(at, room) for at in range(len(self._net.nodes)))
        growth = min(max(room / ROOM_OF_CLOSED, 1.0), MOST_GROWTH) if any(f.kind == "maps" for f in forms) else 1.0
        if growth > 1.0:
            forms = tuple(grown(form, growth) for form in forms)
        growths = [growth if form.kind == "closed" else part_of_wanted(form) for form in forms]
        sizes = np.array([form.size for form in forms])
        y, taken = heights_of(self._plan, [(float(w), float(h)) for w, h in sizes])
        kernels = {}
        if self._options.with_weights:
            kernels = {at: weights_form(shape, room * WEIGHTS_ROOM) for at, shape in self._net.kernels.items()}
        return Draft(forms, kernels, sizes, y, taken, self._steps(sizes[:, 0]), float(np.exp(np.log(growths).mean())))

    def _form(self, at: int, room: float) -> Form:
        node, room = self._net.nodes[at], self._room_of(at, room)
        flattened = self._net.flattened_channels.get(at)
        is_class_list = node.layer.name in self._net.outputs and not node.output and node.group is None
        is_open = self._asked.get(node.layer.name)
        key = node.layer.kind == "input", node.shape, node.stored, node.tensor, is_class_list, flattened, room, is_open
        if key not in self._forms:
            first = node.tensor == ATTENTION_SCORES and len(node.stored) > 2
            form = form_of(
                node.layer, node.stored, room, is_class_list, shape=node.shape, channels_first=first, is_open=is_open
            )
            if form.kind == "picture":
                form = replace(form, blue_first=self._net.blue_first)
            self._forms[key] = flattened_cells(form, flattened) if flattened else form
        return self._forms[key]

    def _room_of(self, at: int, room: float) -> float:
        """The room of one plate: less where several stand over each other, and less for a layer's further outputs."""
        count = self._lane_counts[at]
        if count > 1:
            room = max(room * LANE_ROOM / count - LANE_GAP, 1.0)
        return room if self._net.nodes[at].host == at else max(room * GUEST_ROOM, SMALLEST_GUEST)

    def _steps(self, widths: Array) -> Array:
        """Distance of each level from the one before, so that neighbours keep a clear gap on the picture."""
        azimuth = np.radians(self._options.azimuth_deg)
        across, along = np.sin(azimuth), np.cos(azimuth)
        widest = np.zeros(self._plan.count)
        np.maximum.at(widest, self._levels, widths)
        steps = np.zeros(self._plan.count)
        steps[1:] = (across * (widest[:-1] + widest[1:]) / 2 + self._clearance[1:]) / along
        return steps


def _lane_counts(net: Net, plan: Plan) -> list[int]:
    """How many lanes there are at the level of each node."""
    hosts = [level for at, level in enumerate(plan.level) if net.nodes[at].host == at]
    at_level = np.bincount(hosts, minlength=plan.count)
    return [int(at_level[level]) for level in plan.level]


def places(plan: Plan, draft: Draft, rows: Sequence[tuple[int, int]], over: Sequence[float]) -> Array:
    """Centres (n, 2) as (x, y) of all plates in rows; `over` is the room that each row needs above its plates."""
    xs, axes = np.zeros(plan.count), np.zeros(plan.count)
    y = 0.0
    for (first, last), above in zip(rows, over, strict=True):
        y -= float(draft.taken[first:last, 1].max()) + above
        xs[first:last] = np.cumsum(np.r_[0.0, draft.steps[first + 1 : last]])
        axes[first:last] = y
        y += float(draft.taken[first:last, 0].min()) - _kernels_height(plan, draft, first, last)
        y -= ROW_GAP * max(draft.growth, 1.0)  # larger plates are seen from further off, where words are larger
    levels = np.array(plan.level)
    centres: Array = np.stack([xs[levels], axes[levels] + draft.y], axis=1)
    return centres


def kernel_places(plan: Plan, draft: Draft, rows: Sequence[tuple[int, int]], centres: Array) -> Array:
    """Centres (k, 2) of the kernels, in the order of `draft.kernels`: under their layers, the first of a level as far
    below its row as the longest plate needs.
    """
    row_of = np.repeat(np.arange(len(rows)), [last - first for first, last in rows])[np.array(plan.level)]
    bottoms = centres[:, 1] - draft.sizes[:, 1] / 2
    lowest = [float(bottoms[row_of == row].min()) for row in range(len(rows))]
    top: dict[int, float] = {}
    placed = []
    for at, form in draft.kernels.items():
        level, height = plan.level[at], form.size[1]
        y = top.get(level, lowest[row_of[at]] - WEIGHTS_GAP) - height / 2
        top[level] = y - height / 2 - LANE_GAP
        placed.append((float(centres[at, 0]), y))
    return np.array(placed, np.float64).reshape(-1, 2)


def _kernels_height(plan: Plan, draft: Draft, first: int, last: int) -> float:
    """Room that the kernels of a row take below it; 0 where it has none."""
    stacks: dict[int, float] = {}
    for at, form in draft.kernels.items():
        level = plan.level[at]
        if first <= level < last:
            stacks[level] = stacks.get(level, WEIGHTS_GAP - LANE_GAP) + form.size[1] + LANE_GAP
    return max(stacks.values(), default=0.0)


def scale_on_picture(corners: Array, row_count: int, options: LayoutOptions) -> float:
    """Size of a world unit on the picture, relative to the frame's height, when the net and its words fill their part
    of it.
    """
    # Bottom left, bottom right, top left, top right of each: words go below the lower two and above the upper two.
    words = np.array([-2.0, -2.0, 1.0, 1.0]) * options.label_room
    points = corners.reshape(-1, 4, 3) + np.stack([np.zeros(4), words, np.zeros(4)], axis=1)
    points = points.reshape(-1, 3)
    # Rows are seen flatter than a single spine: `scenes.framing` does the same.
    elevation_deg, fov_deg = (options.elevation_deg, options.fov_deg) if row_count == 1 else (2.0, 5.0)
    camera = gentle_camera(points, options.azimuth_deg, elevation_deg, fov_deg)
    zoom = fit(camera, points, options.aspect, Rect(0.0, 0.0, 1.0, 1.0)).zoom
    return zoom / float(camera.distance * np.tan(np.radians(fov_deg / 2)))


def corners_of(centres: Array, sizes: Array) -> Array:
    """Corners (4 n, 3) of panels at `centres` (n, 2) of `sizes` (n, 2)."""
    signs = np.array([[-0.5, -0.5], [-0.5, 0.5], [0.5, -0.5], [0.5, 0.5]])
    y = centres[:, None, 1] + signs[None, :, 0] * sizes[:, None, 1]
    z = signs[None, :, 1] * sizes[:, None, 0]
    x = np.broadcast_to(centres[:, None, 0], y.shape)
    corners: Array = np.stack([x, y, z], axis=2).reshape(-1, 3)
    return corners
