"""Bars, colour ramps and lines that lie flat on the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from viewer.colour import MAP_NAMES, strip_table
from viewer.ink import ink_of
from viewer.shading import program
from viewer.state import REFERENCE_HEIGHT_PX
from viewer.visuals.quad import corner_buffer, instances, table_texture

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from vispy import gloo

    from viewer.state import Bar, ColourSet, Hud, Polyline, Ramp, Theme

PLAIN = -1.0
CURVE_POINTS = 16
"""A line of so many points or more is a curve: round ends of its short pieces would make a string of beads of it."""


class ShapesVisual:
    """Draws the bars, ramps and lines of a head-up display, in this order, in one instanced draw."""

    def __init__(self) -> None:
        self._program = program("shapes", "shapes")
        self._program["a_corner"] = corner_buffer()
        self._program["u_ramp_rows"] = float(len(MAP_NAMES))
        self._ramps: dict[tuple[Theme, ColourSet], gloo.Texture2D] = {}
        self._rows: list[tuple[float, ...]] = []

    def draw(self, hud: Hud, theme: Theme, frame_px: tuple[int, int], colours: ColourSet = "standard") -> None:
        """Draw onto a frame of `frame_px` (width, height)."""
        rows = shape_rows(hud, theme)
        if not rows:
            return
        if rows != self._rows:
            self._upload(np.asarray(rows, np.float32))
            self._rows = rows
        px = frame_px[1] / REFERENCE_HEIGHT_PX
        self._program["u_reference_px"] = frame_px[0] / px, REFERENCE_HEIGHT_PX
        self._program["u_px"] = px
        if (theme, colours) not in self._ramps:
            tables = [strip_table(theme, name, colours) for name in MAP_NAMES]
            self._ramps[theme, colours] = table_texture(np.stack(tables))
        self._program["u_ramps"] = self._ramps[theme, colours]
        self._program.draw("triangle_strip")

    def _upload(self, table: NDArray[np.float32]) -> None:
        self._program["a_segment"] = instances(table[:, :4])
        self._program["a_thickness"] = instances(table[:, 4:6])
        self._program["a_colour"] = instances(table[:, 6:10])
        self._program["a_ramp"] = instances(table[:, 10])

    def close(self) -> None:
        """Give the program and its textures back."""
        for texture in self._ramps.values():
            texture.delete()
        self._program.delete()


def shape_rows(hud: Hud, theme: Theme) -> list[tuple[float, ...]]:
    """One row a shape: segment (4), half thickness, corner radius, colour (4), row of its ramp or -1."""
    rows = [_bar_row(bar, theme) for bar in hud.bars] + [_ramp_row(ramp) for ramp in hud.ramps]
    for line in hud.lines:
        rows += _line_rows(line, theme)
    return rows


def _bar_row(bar: Bar, theme: Theme) -> tuple[float, ...]:
    left, top, width, height = bar.box_px
    y = top + height / 2
    radius = min(bar.round_px, height / 2, width / 2)
    return left, y, left + width, y, height / 2, radius, *ink_of(bar, theme), bar.alpha, PLAIN


def _ramp_row(ramp: Ramp) -> tuple[float, ...]:
    left, top, width, height = ramp.box_px
    y = top + height / 2
    return left, y, left + width, y, height / 2, 0.0, 1.0, 1.0, 1.0, ramp.alpha, float(MAP_NAMES.index(ramp.map_name))


def _line_rows(line: Polyline, theme: Theme) -> list[tuple[float, ...]]:
    """A piece from each point to the next: with round ends, but of a curve with straight ones that meet."""
    half = line.width_px / 2
    colour = *ink_of(line, theme), line.alpha
    radius = 0.0 if len(line.points_px) >= CURVE_POINTS else half
    return [
        (*start, *end, half, radius, *colour, PLAIN)
        for start, end in zip(line.points_px, line.points_px[1:], strict=False)
    ]
