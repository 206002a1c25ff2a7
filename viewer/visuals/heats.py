"""Overlays of the bundle in colours: flat on the picture, or on the plate of the layer that they belong to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from vispy import gloo

from viewer.colour import map_table
from viewer.heat_cells import heat_cells
from viewer.shading import program
from viewer.state import REFERENCE_HEIGHT_PX
from viewer.visuals.cache import cached
from viewer.visuals.loupes import clip_from_px, place_of
from viewer.visuals.plates import BEFORE_CELLS, Sides
from viewer.visuals.quad import corner_buffer, float_texture, table_texture
from viewer.visuals.tiles import CELLS, NO_TILE, tile_quads

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from viewer.heat import Heat
    from viewer.heat_cells import HeatCells
    from viewer.layout import Layout
    from viewer.state import ColourSet, NetView, Theme, ViewState
    from viewer.visuals.plates import Shown, View

OVERLAYS_KEPT = 64
KINDS = {"heat": 0.0, "signed": 1.0, "mask": 2.0}


@dataclass(frozen=True, slots=True)
class _Held:
    """An overlay on the GPU."""

    cells: HeatCells
    values: gloo.Texture2D

    def strength(self, scale: float | None) -> float:
        """1 / what full colour stands for."""
        full = self.cells.largest if scale is None else scale
        return 1 / full if full > 0 else 1.0


class HeatsVisual:
    """Draws heats. The values of an overlay are uploaded when it is first shown; what moves are uniforms.

    On a plate a heat lies over each of its tiles, because the map says of every position what it says, whichever the
    channel: one instanced draw. A picture's own tile is covered, not its red, green and blue. A closed plate has one
    tile, and so has a folded group, which shows its output layer; of another layer inside it there is no plate, and no
    heat. It is never mirrored, just as the tiles are not.
    """

    def __init__(self, bundle: Bundle, layout: Layout) -> None:
        self._bundle, self._layout = bundle, layout
        self._programs: dict[tuple[str, str], gloo.Program] = {}
        self._fixed: tuple[gloo.Texture2D, ...] = ()
        self._held: dict[str, _Held] = {}
        self._sides: dict[str, Sides] = {}
        self._on_plates: tuple[str, bool] | None = None
        self._maps: dict[tuple[Theme, ColourSet], gloo.Texture2D] = {}

    def check(self, state: ViewState) -> None:
        """Raise BundleError where a frame names an overlay that the bundle does not have."""
        for heat in state.heats:
            for overlay in (heat.overlay, heat.toward):
                if overlay is not None:
                    self._bundle.overlay(overlay)

    def draw_on_plates(self, state: ViewState, number: int, view: View, shown: Shown) -> None:
        """Draw those that lie on net `number` into the active framebuffer, whose plates are there: premultiplied by
        alpha, hidden by what is nearer, and hiding nothing.
        """
        net = state.nets[number]
        for heat in state.heats:
            if heat.box_px is None and heat.net == number and heat.alpha > 0:
                self._draw_on_plate(heat, state, net, view, shown)

    def draw_flat(self, state: ViewState, scene_px: tuple[int, int]) -> None:
        """Draw those that lie flat on the picture into the active framebuffer of that size, in their order:
        premultiplied by alpha, without depth.
        """
        aspect = scene_px[0] / scene_px[1]
        for heat in state.heats:
            if heat.box_px is not None and heat.alpha > 0:
                is_small = self._is_small(heat, heat.box_px, scene_px[1])
                shader = self._program("flat", "small_heats" if is_small else "heats")
                shader["u_clip_from_world"] = clip_from_px(aspect)
                shader["a_place"] = place_of(heat.box_px)
                self._set(shader, heat, state)
                shader.draw("triangle_strip")

    def close(self) -> None:
        """Give everything back."""
        for each in (*self._programs.values(), *self._fixed, *self._maps.values()):
            each.delete()
        for held in self._held.values():
            held.values.delete()

    def _draw_on_plate(self, heat: Heat, state: ViewState, net: NetView, view: View, shown: Shown) -> None:
        layer = self._bundle.overlay(heat.overlay).layer
        sides = self._sides.setdefault(layer, Sides(tile_quads(self._layout, layer)))
        if not len(sides.quads):
            return
        shader = self._program("plates", "small_heats")
        if self._on_plates != (layer, view.faces_input):
            for name, buffer in sides.buffers(view.faces_input).items():
                shader[name] = buffer
            self._on_plates = layer, view.faces_input
        shader["u_plates"], shader["u_plates_size"] = shown.plates, shown.plates.shape[1::-1]
        shader["u_clip_from_world"] = view.clip_from_world
        shader["u_offset"] = net.offset
        shader["u_spread"] = self._layout.centre[0], net.spread
        shader["u_facing"] = 1.0 if view.faces_input else -1.0
        shader["u_opacity"] = net.opacity
        self._set(shader, heat, state)
        gloo.set_state(depth_func="lequal", depth_mask=False)
        shader.draw("triangle_strip")
        gloo.set_state(depth_mask=True)

    def _is_small(self, heat: Heat, box_px: tuple[float, float, float, float], height_px: int) -> bool:
        """Whether a pixel may stand for more than one value."""
        shown = [self._overlay(name).cells.values.shape for name in (heat.overlay, heat.toward) if name is not None]
        px = height_px / REFERENCE_HEIGHT_PX
        return any(rows > box_px[3] * px or columns > box_px[2] * px for rows, columns in shown)

    def _program(self, kind: str, fragment: str) -> gloo.Program:
        if (kind, fragment) not in self._programs:
            shader = self._programs[kind, fragment] = program("plates", fragment)
            look, ones = float_texture(np.ones((1, 1, 3))), float_texture(np.ones((1, 1)))
            self._fixed += look, ones
            shader["a_corner"] = corner_buffer()
            shader["u_tiles"], shader["u_tiles_size"] = ones, (1.0, 1.0)
            shader["u_toward_eye"], shader["u_fans"] = BEFORE_CELLS, 1.0
            if kind == "flat":
                shader["a_centre"], shader["a_look"] = (0.0, 0.0, 0.0), (CELLS, 0.0, 0.0, 1.0)
                shader["a_texels"], shader["a_tile"] = (0.0, 0.0, 1.0, 1.0), NO_TILE
                shader["u_plates"], shader["u_plates_size"] = look, (1.0, 1.0)
                shader["u_offset"], shader["u_spread"] = (0.0, 0.0, 0.0), (0.0, 1.0)
                shader["u_facing"], shader["u_toward_eye"], shader["u_opacity"] = 1.0, 0.0, 1.0
        return self._programs[kind, fragment]

    def _set(self, shader: gloo.Program, heat: Heat, state: ViewState) -> None:
        """What a heat shows, and how."""
        here = self._overlay(heat.overlay)
        there = here if heat.toward is None else self._overlay(heat.toward)
        cells = here.cells, there.cells
        shader["u_values"], shader["u_values_toward"] = here.values, there.values
        shader["u_sizes"] = tuple(float(side) for each in cells for side in each.values.shape[::-1])
        shader["u_strengths"] = here.strength(heat.scale), there.strength(heat.toward_scale)
        shader["u_kinds"] = tuple(KINDS[each.kind] for each in cells)
        shader["u_is_smooth"] = tuple(float(heat.is_smooth and each.is_picture) for each in cells)
        shader["u_blend"] = 0.0 if heat.toward is None else min(max(heat.blend, 0.0), 1.0)
        shader["u_alpha"], shader["u_is_alone"] = heat.alpha, float(heat.is_alone)
        shader["u_maps"] = self._map(state)

    def _overlay(self, name: str) -> _Held:
        def made() -> _Held:
            cells = heat_cells(self._bundle, self._layout, name)
            return _Held(cells, float_texture(cells.values))

        return cached(self._held, name, OVERLAYS_KEPT, made, lambda held: held.values.delete())

    def _map(self, state: ViewState) -> gloo.Texture2D:
        key = state.theme, state.colours
        if key not in self._maps:
            tables = [map_table(state.theme, name, state.colours) for name in ("heat", "evidence")]
            self._maps[key] = table_texture(np.stack(tables))
        return self._maps[key]
