"""Panels, cells and pictures of one layout: each kind is one instanced draw, whatever the layers and channels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from vispy import gloo

from viewer.colour import PALETTES, map_table
from viewer.glyphs import glyph_table
from viewer.shading import program
from viewer.visuals.quad import byte_texture, corner_buffer, instances, table_texture
from viewer.visuals.tiles import cell_quads, panel_quads, picture_quads
from viewer.visuals.widths import CellWidths

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from viewer.atlas import Atlas
    from viewer.layout import Layout
    from viewer.state import Camera, ColourSet, MapName, NetView, Theme
    from viewer.visuals.tiles import Quads

BEFORE_PANEL = 0.002
"""How far before its panel a tile lies, in device units of depth: 65 steps of a 16-bit depth buffer."""
BEFORE_CELLS = 1.2 * BEFORE_PANEL
GLOW = 0.3


@dataclass(frozen=True, slots=True)
class CaptureTextures:
    """The values and the pictures of one capture on the GPU."""

    values: gloo.Texture2D
    pictures: gloo.Texture2D

    def close(self) -> None:
        """Give the textures back."""
        self.values.delete()
        self.pictures.delete()


@dataclass(frozen=True, slots=True)
class View:
    """What a draw must know beside the net: the theme, the camera's matrix, its side, and the resolution; where numbers
    are to be written, the camera and the height of the frame too.
    """

    theme: Theme
    clip_from_world: NDArray[np.float32]
    faces_input: bool
    supersample: float
    colours: ColourSet = "standard"
    camera: Camera | None = None
    height_px: int = 0


@dataclass(frozen=True, slots=True)
class Shown:
    """What a net shows: two captures (the same one twice, where there is no other) and the look of plates and tiles."""

    here: CaptureTextures
    there: CaptureTextures
    plates: gloo.Texture2D
    tiles: gloo.Texture2D


class PlatesVisual:
    """Draws the plates of a layout with the values of any capture, in any look.

    Panels are painted from the far one to the near one, so that their borders blend right, and write their depth: tiles
    and strands behind a nearer panel are hidden by it.
    """

    def __init__(self, layout: Layout, cells: Atlas, pictures: Atlas) -> None:
        middle = layout.centre[0]
        quads = Sides(cell_quads(layout, cells))
        self._panels = _Batch("panels", middle, Sides(panel_quads(layout)))
        self._cells = _Batch("cells", middle, quads, fans=True)
        self._mixed = _Batch("mixed", middle, quads, fans=True)
        self._pictures = _Batch("pictures", middle, Sides(picture_quads(layout, pictures)), fans=True)
        self._numbers = _Batch("numbers", middle, quads, fans=True)
        self._glyphs: gloo.Texture2D | None = None
        self._widths = CellWidths(layout, cells)
        for batch in (self._cells, self._mixed, self._numbers):
            batch.program["u_values_size"] = cells.size
        self._pictures.program["u_pictures_size"] = pictures.size
        self._maps: dict[tuple[Theme, ColourSet, MapName], gloo.Texture2D] = {}

    def draw(self, net: NetView, view: View, shown: Shown) -> None:
        """Draw the net: panels, cells and pictures."""
        palette = PALETTES[view.theme]
        panels = self._panels.program
        panels["u_supersample"] = view.supersample
        panels["u_panel"] = (*palette.panel, palette.panel_alpha)
        panels["u_border"] = (*palette.border, palette.border_alpha)
        panels["u_front"] = _front(net)
        gloo.set_state(depth_func="always", depth_mask=True)
        self._panels.draw(net, view, shown, 0.0)
        gloo.set_state(depth_func="lequal")
        self._draw_cells(net, view, shown, glow=0.0)
        if self._widths.any_wide(net, view.camera, view.height_px):
            self._draw_numbers(net, view, shown)
        pictures = self._pictures.program
        pictures["u_pictures"], pictures["u_pictures_toward"] = shown.here.pictures, shown.there.pictures
        self._set_pair(pictures, net)
        pictures["u_maps"] = self._map(net, view)
        self._pictures.draw(net, view, shown, BEFORE_PANEL)

    def draw_glow(self, net: NetView, view: View, shown: Shown) -> None:
        """Draw only the light that bright cells give off; differences give none."""
        if net.quantity != "difference":
            self._draw_cells(net, view, shown, glow=GLOW)

    def close(self) -> None:
        """Give the programs and their textures back."""
        for texture in self._maps.values():
            texture.delete()
        if self._glyphs is not None:
            self._glyphs.delete()
        for batch in (self._panels, self._cells, self._mixed, self._numbers, self._pictures):
            batch.program.delete()

    def _draw_cells(self, net: NetView, view: View, shown: Shown, *, glow: float) -> None:
        alone = _alone(net, shown)
        batch, palette = self._mixed if alone is None else self._cells, PALETTES[view.theme]
        shader = batch.program
        shader["u_values"] = (alone or shown.here).values
        if alone is None:
            shader["u_values_toward"] = shown.there.values
            self._set_pair(shader, net)
        shader["u_maps"] = self._map(net, view)
        shader["u_is_glow"] = float(glow > 0)
        shader["u_glow"] = glow
        shader["u_supersample"] = view.supersample
        shader["u_panel"] = (*palette.panel, palette.panel_alpha)
        shader["u_ahead"] = palette.ahead
        shader["u_front"] = _front(net)
        batch.draw(net, view, shown, BEFORE_PANEL)

    def _draw_numbers(self, net: NetView, view: View, shown: Shown) -> None:
        if self._glyphs is None:
            self._glyphs = byte_texture(glyph_table())
        shader, palette = self._numbers.program, PALETTES[view.theme]
        shader["u_values"], shader["u_values_toward"] = shown.here.values, shown.there.values
        shader["u_glyphs"] = self._glyphs
        shader["u_maps"] = self._map(net, view)
        shader["u_supersample"] = view.supersample
        shader["u_panel"] = (*palette.panel, palette.panel_alpha)
        shader["u_ahead"] = palette.ahead
        shader["u_front"] = _front(net)
        self._set_pair(shader, net)
        self._numbers.draw(net, view, shown, BEFORE_CELLS)

    def _set_pair(self, shader: gloo.Program, net: NetView) -> None:
        shader["u_is_difference"] = float(net.quantity == "difference")
        shader["u_blend"] = net.blend

    def _map(self, net: NetView, view: View) -> gloo.Texture2D:
        """The colours of values and, in a second row, of kernels."""
        name: MapName = "difference" if net.quantity == "difference" else "activation"
        key = view.theme, view.colours, name
        if key not in self._maps:
            rows = [map_table(view.theme, each, view.colours) for each in (name, "weight")]
            self._maps[key] = table_texture(np.stack(rows))
        return self._maps[key]


def _alone(net: NetView, shown: Shown) -> CaptureTextures | None:
    """The one capture that is seen, where it is one: it costs half the reading."""
    if net.quantity == "difference":
        return None
    if shown.here is shown.there or net.blend == 0:
        return shown.here
    return shown.there if net.blend == 1 else None


class Sides:
    """The buffers of quads in the order of either side, uploaded when they are first seen from there."""

    def __init__(self, quads: Quads) -> None:
        self.quads = quads
        self._buffers: dict[bool, dict[str, gloo.VertexBuffer]] = {}

    def buffers(self, faces_input: bool) -> dict[str, gloo.VertexBuffer]:
        """The buffers in the order that is right from there."""
        if faces_input not in self._buffers:
            ordered = self.quads.seen_from(faces_input)
            names = "centre", "place", "texels", "look", "tile"
            self._buffers[faces_input] = {f"a_{name}": instances(getattr(ordered, name)) for name in names}
        return self._buffers[faces_input]


class _Batch:
    """Quads of one kind and the program that draws them."""

    def __init__(self, fragment: str, middle: float, sides: Sides, *, fans: bool = False) -> None:
        """`middle` is that of the layout in x; with `fans` the quads come out of the middle of their plate."""
        self.program = program("plates", fragment)
        self.program["a_corner"] = corner_buffer()
        self.program["u_fans"] = float(fans)
        self._middle, self._sides = middle, sides
        self._faces_input: bool | None = None

    def draw(self, net: NetView, view: View, shown: Shown, toward_eye: float) -> None:
        if not len(self._sides.quads):
            return
        if self._faces_input != view.faces_input:
            for name, buffer in self._sides.buffers(view.faces_input).items():
                self.program[name] = buffer
            self._faces_input = view.faces_input
        self.program["u_plates"], self.program["u_plates_size"] = shown.plates, shown.plates.shape[1::-1]
        self.program["u_tiles"], self.program["u_tiles_size"] = shown.tiles, shown.tiles.shape[1::-1]
        self.program["u_clip_from_world"] = view.clip_from_world
        self.program["u_offset"] = net.offset
        self.program["u_spread"] = self._middle, net.spread
        self.program["u_facing"] = 1.0 if view.faces_input else -1.0
        self.program["u_toward_eye"] = toward_eye
        self.program["u_opacity"] = net.opacity
        self.program.draw("triangle_strip")


def _front(net: NetView) -> float:
    return -1.0 if net.front is None else net.front
