"""Tables of threads by what a view asks for: gathered and uploaded when first shown, kept for later frames."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from viewer.threads.activations import activations
from viewer.threads.carried import Carried, carried
from viewer.threads.gather import Threads, gather
from viewer.threads.pack import packed
from viewer.threads.units import Units, units_of
from viewer.threads.wanted import Wanted, drawn_of, wanted
from viewer.visuals.cache import cached
from viewer.visuals.threads import ThreadBuffers, edge_texture, plate_texture, unit_texture

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from numpy.typing import NDArray
    from vispy import gloo

    from exporter.bundle import Bundle
    from viewer.layout import Layout
    from viewer.state import CaptureKey, NetView

    Array = NDArray[np.float32]

TABLES_KEPT, FLOWS_KEPT, LOOKS_KEPT = 6, 48, 64


@dataclass(frozen=True, slots=True)
class Table:
    """Threads, and their bytes on the GPU; `heaviest` (plates,) is the weight that a full 16-bit number stands for."""

    threads: Threads
    edges: gloo.Texture2D
    heaviest: Array


class ThreadStore:
    """Everything that threads of one layout need on the GPU."""

    def __init__(self, bundle: Bundle, layout: Layout) -> None:
        self._bundle, self._layout = bundle, layout
        self._tables: dict[Wanted, Table] = {}
        self._flows: dict[CaptureKey, tuple[Array, gloo.Texture2D]] = {}
        self._carried: dict[tuple[Wanted, CaptureKey | None, int], Carried] = {}
        self._looks: dict[Hashable, gloo.Texture2D] = {}
        self._places: gloo.Texture2D | None = None
        self._heights = np.array([plate.size[1] for plate in layout.plates])

    @cached_property
    def units(self) -> Units:
        """The units of the layout."""
        return units_of(self._layout)

    def table(self, want: Wanted) -> Table:
        """The threads that are wanted."""
        return cached(self._tables, want, TABLES_KEPT, lambda: self._gathered(want), lambda table: table.edges.delete())

    def carried(self, net: NetView, key: CaptureKey) -> Carried | None:
        """What the threads drawn of `net` carry for a capture; `None` where none are drawn."""
        want = wanted(net.edges, key)
        return None if want is None else self._measured(want, key, self._drawn(net, want))

    def joined(self, want: Wanted) -> frozenset[tuple[int, int]]:
        """The links, as source and target plate, that threads are drawn of."""
        return frozenset((flow.link.source, flow.link.target) for flow in self.table(want).threads.flows)

    def draws(self, net: NetView) -> Iterator[tuple[ThreadBuffers, float]]:
        """What is to be drawn of a net, and with which part of its opacity: one draw where both of its captures share a
        table, else one of each.
        """
        here = wanted(net.edges, net.capture)
        toward = net.toward if net.blend > 0 and net.toward is not None else net.capture
        there = wanted(net.edges, toward)
        if here is None or there is None:
            return
        if here == there:
            yield from self._buffers(here, net, net.capture, toward, 1.0)
        else:
            yield from self._buffers(here, net, net.capture, net.capture, 1 - net.blend)
            yield from self._buffers(there, net, toward, toward, net.blend)

    def close(self) -> None:
        """Give everything back."""
        for table in self._tables.values():
            table.edges.delete()
        for _, texture in self._flows.values():
            texture.delete()
        for texture in (*self._looks.values(), *filter(None, (self._places,))):
            texture.delete()

    def _buffers(
        self, want: Wanted, net: NetView, here: CaptureKey, there: CaptureKey, alpha: float
    ) -> Iterator[tuple[ThreadBuffers, float]]:
        table, drawn = self.table(want), self._drawn(net, want)
        if not drawn or alpha <= 0:
            return
        if self._places is None:
            self._places = unit_texture(np.column_stack([self.units.places, self.units.plates]).astype(np.float32))
        flows = [self._flow(key)[1] if table.threads.by_activation else self._places for key in (here, there)]
        name = want, here, there, drawn
        looks = cached(self._looks, name, LOOKS_KEPT, lambda: self._looked(*name), lambda each: each.delete())
        by_activation = table.threads.by_activation
        yield ThreadBuffers(table.edges, self._places, flows[0], flows[1], looks, drawn, by_activation), alpha

    def _drawn(self, net: NetView, want: Wanted) -> int:
        return drawn_of(net.edges, len(self.table(want).threads.source))

    def _gathered(self, want: Wanted) -> Table:
        threads = gather(
            self._bundle,
            self._layout,
            self.units,
            want.key,
            want.mode,
            want.count,
            for_capture=want.for_capture,
        )
        heaviest = np.zeros(len(self._layout.plates), np.float32)
        np.maximum.at(heaviest, threads.into, np.abs(threads.weight))
        whole = np.where(heaviest > 0, heaviest, 1)
        texels = packed(threads.source, threads.target, threads.weight / whole[threads.into])
        return Table(threads, edge_texture(texels), heaviest)

    def _flow(self, key: CaptureKey) -> tuple[Array, gloo.Texture2D]:
        def made() -> tuple[Array, gloo.Texture2D]:
            values = activations(self._bundle, self._layout, self.units, key)
            return values, unit_texture(values)

        return cached(self._flows, key, FLOWS_KEPT, made, lambda flow: flow[1].delete())

    def _measured(self, want: Wanted, key: CaptureKey, drawn: int) -> Carried:
        threads = self.table(want).threads
        of = key if threads.by_activation else None
        flow = None if of is None else self._flow(of)[0]
        name = want, of, drawn
        return cached(self._carried, name, LOOKS_KEPT, lambda: carried(threads, self.units, flow, drawn, self._heights))

    def _looked(self, want: Wanted, here: CaptureKey, there: CaptureKey, drawn: int) -> gloo.Texture2D:
        """Station and middle of each plate, and for both captures the factor that takes strengths to 0..1, the height
        that each thread into it has for itself, and the power by which strong ones stand out.
        """
        plates = self._layout.plates
        looks = np.zeros((len(plates), 12), np.float32)
        looks[:, :3] = [(plate.station, *plate.centre[1:]) for plate in plates]
        heaviest = self.table(want).heaviest
        for column, key in ((4, here), (8, there)):
            measured = self._measured(want, key, drawn)
            looks[:, column] = heaviest / np.where(measured.largest > 0, measured.largest, np.inf)
            looks[:, column + 1] = self._heights / np.maximum(measured.crowd, 1e-6)
            looks[:, column + 2] = measured.sharpness
        return plate_texture(looks)
