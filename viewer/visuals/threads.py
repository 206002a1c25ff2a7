"""Threads on the GPU: a byte texture per table of edges, a float texture per capture, one instanced draw a net."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from vispy import gloo

from viewer.colour import PALETTES
from viewer.shading import program
from viewer.threads.pack import EDGES_A_ROW

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from viewer.state import NetView
    from viewer.visuals.plates import View

UNITS_A_ROW = 1024
FULL = {"dark": 0.8, "light": 0.4}
"""How opaque the haze of all threads into a plate is, on the average, in each theme."""


@dataclass(frozen=True, slots=True)
class ThreadBuffers:
    """What one draw of threads reads: the edges, where units are, what they did here and there, and of each plate how
    its threads look.
    """

    edges: gloo.Texture2D
    units: gloo.Texture2D
    here: gloo.Texture2D
    there: gloo.Texture2D
    plates: gloo.Texture2D
    drawn: int
    by_activation: bool


class ThreadsVisual:
    """Draws the threads of any net of one layout, whose middle is `middle` along x."""

    def __init__(self, middle: float) -> None:
        self._program = program("threads", "threads")
        slots = np.stack([np.repeat(np.arange(EDGES_A_ROW), 2), np.tile([0, 1], EDGES_A_ROW)], axis=1)
        self._program["a_slot"] = gloo.VertexBuffer(slots.astype(np.float32))
        self._middle = middle
        self._blocks: dict[int, gloo.VertexBuffer] = {}
        self._is_set: dict[str, object] = {}

    def draw(
        self,
        buffers: ThreadBuffers,
        net: NetView,
        view: View,
        looks: gloo.Texture2D,
        alpha: float,
        px_per_unit: float,
    ) -> None:
        """Draw onto a target where a world unit is `px_per_unit` pixels, with `alpha` times the net's own and the
        `looks` of its plates.
        """
        palette = PALETTES[view.theme]
        self._set(
            a_block=self._blocks_of(-(-buffers.drawn // EDGES_A_ROW)),
            u_edges=buffers.edges,
            u_units=buffers.units,
            u_plates=buffers.plates,
            u_flow=buffers.here,
            u_flow_toward=buffers.there,
            u_looks=looks,
            u_clip_from_world=view.clip_from_world,
        )
        self._set_numbers(
            u_blocks=buffers.edges.shape[0],
            u_plate_count=buffers.plates.shape[0],
            u_units_size=buffers.units.shape[1::-1],
            u_looks_size=looks.shape[1::-1],
            u_drawn=buffers.drawn,
            u_by_activation=float(buffers.by_activation),
            u_blend=net.blend,
            u_room=FULL[view.theme] * px_per_unit,
            u_alpha=alpha * net.edge_alpha * net.opacity,
            u_offset=net.offset,
            u_spread=(self._middle, net.spread),
            u_adds=palette.roles["adds"],
            u_subtracts=palette.roles["subtracts"],
            u_light=palette.light,
            u_front=-1.0 if net.front is None else net.front,
        )
        self._program.draw("lines")

    def _set(self, **values: object) -> None:
        """Hand over what is another object than before: this is most of what Python does for a frame."""
        for name, value in values.items():
            if self._is_set.get(name) is not value:
                self._program[name] = self._is_set[name] = value

    def _set_numbers(self, **values: object) -> None:
        """Hand over numbers that have changed."""
        for name, value in values.items():
            if self._is_set.get(name) != value:
                self._program[name] = self._is_set[name] = value

    def close(self) -> None:
        """Give the program and its buffers back."""
        for buffer in self._blocks.values():
            buffer.delete()
        self._program.delete()

    def _blocks_of(self, count: int) -> gloo.VertexBuffer:
        """The numbers of `count` blocks: drawing less of a table changes this alone."""
        if count not in self._blocks:
            if len(self._blocks) > 16:
                self._blocks.pop(next(iter(self._blocks))).delete()
            numbers = np.arange(count, dtype=np.float32)[:, None]
            self._blocks[count] = gloo.VertexBuffer(numbers, divisor=1)
        return self._blocks[count]


def unit_texture(values: NDArray[np.float32]) -> gloo.Texture2D:
    """A texture of one number (n,) or four (n, 4) for each unit, 1024 a row."""
    rows = max(-(-len(values) // UNITS_A_ROW), 1)
    columns = values.shape[1] if values.ndim == 2 else 1
    table = np.zeros((rows * UNITS_A_ROW, columns), np.float32)
    table[: len(values)] = values.reshape(-1, columns)
    return _floats(table.reshape(rows, UNITS_A_ROW, columns))


def plate_texture(looks: NDArray[np.float32]) -> gloo.Texture2D:
    """A texture of twelve numbers (plates, 12) for each plate, as `threads.vert` reads them."""
    return _floats(np.ascontiguousarray(looks, np.float32).reshape(-1, 3, 4))


def edge_texture(texels: NDArray[np.uint8]) -> gloo.Texture2D:
    """A texture of packed edges (rows, 2048, 4)."""
    return gloo.Texture2D(texels, format="rgba", internalformat="rgba8", interpolation="nearest")


def _floats(table: NDArray[np.float32]) -> gloo.Texture2D:
    kind = ("red", "r32f") if table.shape[2] == 1 else ("rgba", "rgba32f")
    return gloo.Texture2D(table, format=kind[0], internalformat=kind[1], interpolation="nearest")
