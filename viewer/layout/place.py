"""From a bundle to its layout: levels along the spine, lanes for branches, rows for deep nets. Pure numpy, no
drawing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from viewer.layout.arcs import CLEARANCE, ridges_of
from viewer.layout.draft import Draft, Drafts, corners_of, kernel_places, places, scale_on_picture
from viewer.layout.lanes import plan_of
from viewer.layout.net import net_of
from viewer.layout.options import LayoutOptions
from viewer.layout.plate import Layout, Link, Plate
from viewer.layout.rows import crossings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from viewer.layout.lanes import Plan
    from viewer.layout.net import Net
    from viewer.layout.plate import Form

ROOMS = tuple(1.4 * 1.17**step for step in range(19))
ONE_SPINE = 16
"""Levels up to which a net is never broken into rows."""
ROWS_MUST_GAIN = 1.25
FEW_PLATES = 60
"""Plates up to which every room is tried; of larger nets every third, and then those beside the best."""


def place(bundle: Bundle, options: LayoutOptions | None = None) -> Layout:
    """The layout of every layer of `bundle`, folded groups as one plate each.

    Of all heights of a plate and numbers of rows it is the one in which a tile is largest on the picture: rows are used
    only where they make tiles at least 1.25 times larger, so that an ordinary net stays one spine.

    Raises
    ------
    KerascopeError
        `options.fold` names a group that is not there.
    """
    options = options or LayoutOptions()
    net = net_of(bundle, options.fold)
    plan = plan_of(net)
    search = _Search(net, plan, options)
    room, row_count = search.best()
    return _layout(net, plan, search.draft(room), search.rows(room, row_count))


class _Search:
    """Tries rooms and numbers of rows; what was tried is remembered."""

    def __init__(self, net: Net, plan: Plan, options: LayoutOptions) -> None:
        self._plan, self._options = plan, options
        self._drafts = Drafts(net, plan, options)
        self._made: dict[float, Draft] = {}
        hosts = [(source, target) for source, target in net.arrows]
        self._crossed = crossings(hosts, plan.level, plan.count)
        self._is_small = len(net.nodes) <= FEW_PLATES

    def draft(self, room: float) -> Draft:
        """The draft of a room, made once."""
        if room not in self._made:
            self._made[room] = self._drafts.draft(room)
        return self._made[room]

    def rows(self, room: float, row_count: int) -> list[tuple[int, int]]:
        """The levels of each row."""
        return self.draft(room).rows(self._crossed, row_count)

    def best(self) -> tuple[float, int]:
        """Room and number of rows of the layout with the largest tiles; of almost equal ones the first tried."""
        most = self._options.max_rows if self._plan.count > ONE_SPINE else 1
        best = ROOMS[0], 1
        best_score = 0.0
        for row_count in range(1, most + 1):
            for room in self._rooms(row_count):
                score = self._score(room, row_count)
                if score > best_score * 1.02:
                    best, best_score = (room, row_count), score
        return best

    def _rooms(self, row_count: int) -> Sequence[float]:
        rooms = ROOMS if row_count == 1 else ROOMS[::2]
        if self._is_small:
            return rooms
        scores = {at: self._score(rooms[at], row_count) for at in range(0, len(rooms), 3)}
        top = max(scores, key=lambda at: scores[at])
        return rooms[max(top - 2, 0) : top + 3]

    def _score(self, room: float, row_count: int) -> float:
        draft, rows = self.draft(room), self.rows(room, row_count)
        over = [CLEARANCE if last - first > 1 and len(rows) > 1 else 0.0 for first, last in rows]
        centres = places(self._plan, draft, rows, over)
        corners = corners_of(centres, draft.sizes)
        if draft.kernels:
            sizes = np.array([form.size for form in draft.kernels.values()])
            kernels = corners_of(kernel_places(self._plan, draft, rows, centres), sizes)
            corners = np.concatenate([corners, kernels])
        scale = scale_on_picture(corners, len(rows), self._options) * draft.growth
        return scale / (1.0 if row_count == 1 else ROWS_MUST_GAIN)


def _layout(net: Net, plan: Plan, draft: Draft, rows: Sequence[tuple[int, int]]) -> Layout:
    ridges = ridges_of(net, plan, draft.y, draft.sizes[:, 1], rows)
    centres = places(plan, draft, rows, _over(net, plan, draft, rows, ridges))
    plates = _plates(net, plan, draft, rows, centres)
    axes = centres[:, 1] - draft.y
    links = tuple(
        Link(
            wire.source, wire.target, wire.kind, wire.target_input, None if ridge is None else ridge + axes[wire.source]
        )
        for wire, ridge in zip(net.wires, ridges, strict=True)
    )
    kernels = _weight_plates(plates, draft.kernels, kernel_places(plan, draft, rows, centres))
    return _centred(Layout(plates + kernels, links, len(rows)))


def _over(
    net: Net, plan: Plan, draft: Draft, rows: Sequence[tuple[int, int]], ridges: Sequence[float | None]
) -> list[float]:
    """How far the ridges of each row rise over its plates."""
    over = []
    for first, last in rows:
        top = float(draft.taken[first:last, 1].max())
        here = [
            ridge - top
            for wire, ridge in zip(net.wires, ridges, strict=True)
            if ridge is not None and first <= plan.level[wire.source] < last
        ]
        over.append(max(here, default=0.0) if max(here, default=0.0) > 0 else 0.0)
    return over


def _plates(
    net: Net, plan: Plan, draft: Draft, rows: Sequence[tuple[int, int]], centres: NDArray[np.float64]
) -> tuple[Plate, ...]:
    row_of = np.repeat(np.arange(len(rows)), [last - first for first, last in rows])
    return tuple(
        Plate(
            node.layer.name,
            form,
            (float(x), float(y), 0.0),
            level,
            int(row_of[level]),
            node.output,
            node.group,
            node.tensor,
            node.layers,
        )
        for node, form, (x, y), level in zip(net.nodes, draft.forms, centres, plan.level, strict=True)
    )


def _weight_plates(plates: Sequence[Plate], forms: dict[int, Form], centres: NDArray[np.float64]) -> tuple[Plate, ...]:
    """A plate for each kernel."""
    return tuple(
        Plate(plates[at].layer, form, (float(x), float(y), 0.0), plates[at].station, plates[at].row)
        for (at, form), (x, y) in zip(forms.items(), centres, strict=True)
    )


def _centred(layout: Layout) -> Layout:
    shift = np.asarray(layout.centre)
    plates = []
    for plate in layout.plates:
        x, y, z = np.asarray(plate.centre) - shift
        plates.append(replace(plate, centre=(float(x), float(y), float(z))))
    links = [link if link.ridge is None else replace(link, ridge=float(link.ridge - shift[1])) for link in layout.links]
    return replace(layout, plates=tuple(plates), links=tuple(links))
