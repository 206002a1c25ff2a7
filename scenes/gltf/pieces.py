"""What of a still is the same in others is made once: cells by their colouring, edges by what they show."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from viewer.scopes import Colouring, Scales, colouring_of, scales_of
from viewer.solids.cells import Cells
from viewer.solids.edges import edge_solids
from viewer.strands.trace import trace
from viewer.threads.told import retold, told_of_strands

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from scenes.gltf.reel import Still
    from viewer.layout import Layout
    from viewer.solids.detail import Detail
    from viewer.solids.solid import Solid
    from viewer.state import CaptureKey, EdgeMode, ViewState
    from viewer.strands.trace import Strands


class Pieces:
    """The solids of stills. Those of cells are not kept: each still's pictures go as soon as they are stored."""

    def __init__(self, bundle: Bundle, layout: Layout, detail: Detail) -> None:
        self._bundle, self._layout, self._detail = bundle, layout, detail
        self._scales: dict[Colouring, Scales] = {}
        self._cells: dict[tuple[Colouring, str, str], Cells] = {}
        self._strands: dict[tuple[CaptureKey, EdgeMode], Strands] = {}

    def scales_of(self, still: Still) -> Scales:
        """By what the colours of a still go."""
        by = colouring_of(still.frame)
        if by not in self._scales:
            self._scales[by] = scales_of(self._bundle, self._layout, by)
        return self._scales[by]

    def cells(self, still: Still) -> dict[int, tuple[Solid, ...]]:
        """What lies on each plate, by the plate's index."""
        key = colouring_of(still.frame), still.frame.colours, still.frame.theme
        if key not in self._cells:
            self._cells[key] = Cells(self._bundle, self._layout, still.frame, self._detail)
        return self._cells[key].solids(still.net)

    def edges(self, still: Still) -> dict[int, Solid]:
        """What ends at each plate, by the plate's index; nothing where none are drawn."""
        if not still.has_edges:
            return {}
        detail = replace(self._detail, edges=self._most_edges(still))
        look = {"width": still.net.edge_width, "alpha": still.net.edge_alpha}
        return edge_solids(self._strands_of(still), self._layout, still.frame.theme, detail, **look)

    def retold(self, still: Still) -> ViewState:
        """The frame of a still, whose words tell of the edges that are in the file."""
        if not still.has_edges:
            return still.frame
        strands, edges = self._strands_of(still), still.net.edges
        most = self._most_edges(still)
        if strands.drawn <= most:
            return still.frame
        # What the ones that are left carry was not measured.
        fewer = replace(strands, drawn=most, conv_share=None, dense_share=None)
        hud = retold(still.frame.hud, told_of_strands(fewer, edges), edges)
        return replace(still.frame, hud=hud)

    def _most_edges(self, still: Still) -> int:
        """How many there is room for, or as many as were asked for."""
        count = still.net.edges.count
        return min(self._detail.edges, count) if isinstance(count, int) else self._detail.edges

    def _strands_of(self, still: Still) -> Strands:
        key = still.net.capture, still.net.edges.mode
        if key not in self._strands:
            self._strands[key] = trace(self._bundle, self._layout, *key)
        return self._strands[key]
