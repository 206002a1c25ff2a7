"""All edges of a frame: the strongest few as ribbons, or any number as threads, as each net's view asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from vispy import gloo

from viewer.inspect.lines import strand_lines, thread_lines
from viewer.threads.told import EdgesDrawn, told_of_strands, told_of_threads
from viewer.threads.wanted import drawn_of, wanted
from viewer.visuals.cache import cached
from viewer.visuals.ribbons import RibbonStore, which, without
from viewer.visuals.strands import StrandsVisual
from viewer.visuals.tables import ThreadStore
from viewer.visuals.threads import ThreadsVisual

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from exporter.bundle import Bundle
    from viewer.inspect.lines import Lines
    from viewer.layout import Layout
    from viewer.state import CaptureKey, NetView, ViewState
    from viewer.threads.wanted import Wanted
    from viewer.visuals.looks import LookStore
    from viewer.visuals.plates import View
    from viewer.visuals.ribbons import Which
    from viewer.visuals.targets import Targets


SUMMED = "one", "one"
LINES_KEPT = 6


class EdgesVisual:
    """Draws the edges of any state of one bundle in one layout."""

    def __init__(self, bundle: Bundle, layout: Layout, looks: LookStore) -> None:
        self._looks = looks
        self.ribbons, self._tables = RibbonStore(bundle, layout), ThreadStore(bundle, layout)
        middle = layout.centre[0]
        self._strands, self._threads = StrandsVisual(middle), ThreadsVisual(middle)
        self._lines: dict[Hashable, Lines] = {}

    def draw_ribbons(self, state: ViewState, view: View, target_px: tuple[int, int]) -> None:
        """Draw what is drawn as ribbons, blended as the active state says."""
        for net in filter(_has_edges, state.nets):
            for wanted_here, alpha in self._which(net):
                buffers = self.ribbons.buffers(wanted_here) if alpha > 0 else None
                if buffers is not None:
                    self._strands.draw(buffers, net, view, self._looks.plates(net), alpha, target_px)

    def has_threads(self, state: ViewState) -> bool:
        """Whether any net of a state has threads."""
        return any(_has_threads(net) for net in state.nets)

    def draw_threads(self, state: ViewState, view: View, targets: Targets) -> None:
        """Sum what is drawn as threads in the targets' mass."""
        if not self.has_threads(state):
            return
        lens = state.camera.zoom / np.tan(np.radians(state.camera.fov_deg) / 2)
        px_per_unit = float(lens / state.camera.distance * targets.scene_px[1] / 2)
        width_px = max(round(targets.supersample), 1)
        with targets.mass():
            gloo.set_viewport(0, 0, *targets.scene_px)
            gloo.clear(color=(0, 0, 0, 0), depth=False)
            gloo.set_state(blend=True, blend_func=SUMMED, depth_test=True, depth_func="lequal", depth_mask=False)
            gloo.set_line_width(width_px)
            for net in filter(_has_threads, state.nets):
                for buffers, alpha in self._tables.draws(net):
                    self._threads.draw(buffers, net, view, self._looks.plates(net), alpha, px_per_unit / width_px)

    def told(self, net: NetView) -> EdgesDrawn:
        """How many edges of a net are drawn, of how many, and what they carry."""
        key = net.capture
        want = wanted(net.edges, key)
        measured = self._tables.carried(net, key)
        if want is None or measured is None:
            return told_of_strands(self.ribbons.strands(key, net.edges.mode), net.edges)
        return told_of_threads(self._tables.table(want).threads, measured, net.edges)

    def threads(self, net: NetView) -> int:
        """How many threads of a net are drawn."""
        want = wanted(net.edges, net.capture) if _has_edges(net) else None
        return 0 if want is None else drawn_of(net.edges, len(self._tables.table(want).threads.source))

    def lines(self, net: NetView) -> tuple[Lines, ...]:
        """What is drawn of a net as lines that can be pointed at; the same objects while it stays the same."""
        if not _has_edges(net):
            return ()
        key = net.capture
        joined = self._joined(net, key)
        ribbons = which(key, net.edges.mode, joined)
        made = [cached(self._lines, ribbons, LINES_KEPT, lambda: self._ribbon_lines(ribbons))]
        want = wanted(net.edges, key)
        if want is not None:
            drawn = drawn_of(net.edges, len(self._tables.table(want).threads.source))
            made.append(cached(self._lines, (want, drawn), LINES_KEPT, lambda: self._thread_lines(want, drawn)))
        return tuple(made)

    def _ribbon_lines(self, ribbons: Which) -> Lines:
        return strand_lines(without(self.ribbons.strands(ribbons.key, ribbons.mode), ribbons.joined))

    def _thread_lines(self, want: Wanted, drawn: int) -> Lines:
        return thread_lines(self._tables.table(want).threads, self._tables.units, drawn)

    def close(self) -> None:
        """Give everything back."""
        for part in (self.ribbons, self._tables, self._strands, self._threads):
            part.close()

    def _which(self, net: NetView) -> Iterator[tuple[Which, float]]:
        """The ribbons of a net and the part of its opacity that each set has."""
        keys = [net.capture] if net.toward is None or net.blend <= 0 else [net.capture, net.toward]
        sets = [which(key, net.edges.mode, self._joined(net, key)) for key in keys]
        if len(sets) == 1:
            yield sets[0], 1 - net.blend
        elif sets[0] == sets[1]:
            yield sets[0], 1.0
        else:
            yield from zip(sets, (1 - net.blend, net.blend), strict=True)

    def _joined(self, net: NetView, key: CaptureKey) -> frozenset[tuple[int, int]]:
        want = wanted(net.edges, key)
        return frozenset() if want is None else self._tables.joined(want)


def _has_threads(net: NetView) -> bool:
    return _has_edges(net) and net.edges.count is not None


def _has_edges(net: NetView) -> bool:
    return net.quantity != "difference" and net.edge_alpha > 0
