"""Panels, cells and pictures of one layout: each kind is one instanced draw, whatever the layers and channels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from vispy import gloo

from viewer.colour import PALETTES, map_table
from viewer.shading import program
from viewer.visuals.quad import corner_buffer, instances, table_texture

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from viewer.atlas import Atlas
    from viewer.layout import Layout
    from viewer.state import MapName, NetView, Theme

PANEL, CELLS, KERNEL = 0.0, 1.0, 2.0
STACKED, STACK_STEP, STACK_RISE = 2, 0.26, 0.12
"""Panels behind that of a folded group, how far one lies behind the other, and how much higher; world units."""
PICTURE, CHANNEL = 0.0, 1.0
BEFORE_PANEL = 0.002
"""How far before its panel a tile lies, in device units of depth: 65 steps of a 16-bit depth buffer."""


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
    """What a draw must know beside the net: the theme, the camera's matrix, its side, and the resolution."""

    theme: Theme
    clip_from_world: NDArray[np.float32]
    faces_input: bool
    supersample: float


class PlatesVisual:
    """Draws the plates of a layout with the values of any capture.

    Panels are painted from the far one to the near one, so that their borders blend right, and write their depth: tiles
    and strands behind a nearer panel are hidden by it.
    """

    def __init__(self, layout: Layout, cells: Atlas, pictures: Atlas, scales: tuple[float, ...]) -> None:
        middle = layout.centre[0]
        self._panels = _Batch("panels", middle, *_panel_rows(layout))
        self._cells = _Batch("cells", middle, _cell_rows(layout, cells, scales))
        self._pictures = _Batch("pictures", middle, _picture_rows(layout, pictures))
        self._cells.program["u_values_size"] = cells.size
        self._pictures.program["u_pictures_size"] = pictures.size
        self._maps: dict[tuple[Theme, MapName], gloo.Texture2D] = {}

    def draw(self, net: NetView, view: View, here: CaptureTextures, there: CaptureTextures) -> None:
        """Draw the net with the values of `here`, blended towards `there`."""
        palette = PALETTES[view.theme]
        panels = self._panels.program
        panels["u_supersample"] = view.supersample
        panels["u_panel"] = (*palette.panel, palette.panel_alpha)
        panels["u_border"] = (*palette.border, palette.border_alpha)
        panels["u_front"] = _front(net)
        gloo.set_state(depth_func="always", depth_mask=True)
        self._panels.draw(net, view, 0.0)
        gloo.set_state(depth_func="lequal")
        self._draw_cells(net, view, here, there, glow=0.0)
        pictures = self._pictures.program
        pictures["u_pictures"], pictures["u_pictures_toward"] = here.pictures, there.pictures
        self._set_tile(pictures, net, view.theme)
        self._pictures.draw(net, view, BEFORE_PANEL)

    def draw_glow(self, net: NetView, view: View, here: CaptureTextures, there: CaptureTextures) -> None:
        """Draw only the light that bright cells give off; differences give none."""
        if net.quantity != "difference":
            self._draw_cells(net, view, here, there, glow=0.3)

    def close(self) -> None:
        """Give the programs and their textures back."""
        for texture in self._maps.values():
            texture.delete()
        for batch in (self._panels, self._cells, self._pictures):
            batch.program.delete()

    def _draw_cells(
        self, net: NetView, view: View, here: CaptureTextures, there: CaptureTextures, *, glow: float
    ) -> None:
        shader, palette = self._cells.program, PALETTES[view.theme]
        shader["u_values"], shader["u_values_toward"] = here.values, there.values
        shader["u_is_glow"] = float(glow > 0)
        shader["u_glow"] = glow
        shader["u_supersample"] = view.supersample
        shader["u_panel"] = (*palette.panel, palette.panel_alpha)
        shader["u_ahead"] = palette.ahead
        shader["u_front"] = _front(net)
        self._set_tile(shader, net, view.theme)
        self._cells.draw(net, view, BEFORE_PANEL)

    def _set_tile(self, shader: gloo.Program, net: NetView, theme: Theme) -> None:
        is_difference = net.quantity == "difference"
        shader["u_map"] = self._map(theme, "difference" if is_difference else "activation")
        shader["u_weight_map"] = self._map(theme, "weight")
        shader["u_is_difference"] = float(is_difference)
        shader["u_blend"] = net.blend

    def _map(self, theme: Theme, name: MapName) -> gloo.Texture2D:
        if (theme, name) not in self._maps:
            self._maps[theme, name] = table_texture(map_table(theme, name)[None])
        return self._maps[theme, name]


class _Batch:
    """Quads of one kind and the program that draws them."""

    def __init__(
        self, fragment: str, middle: float, rows: NDArray[np.float64], behind: NDArray[np.float64] | None = None
    ) -> None:
        """`middle` is that of the layout in x, `behind` how far each quad lies behind its place, seen from the eye."""
        self._middle = middle
        self.program = program("plates", fragment)
        self.program["a_corner"] = corner_buffer()
        self._rows = rows
        self._behind = np.zeros(len(rows)) if behind is None else behind
        self._bound: tuple[bool, tuple[float, ...]] | None = None

    def draw(self, net: NetView, view: View, toward_eye: float) -> None:
        if not len(self._rows):
            return
        self._bind(view.faces_input, net.gains or ())
        self.program["u_clip_from_world"] = view.clip_from_world
        self.program["u_offset"] = net.offset
        self.program["u_spread"] = self._middle, net.spread
        self.program["u_facing"] = 1.0 if view.faces_input else -1.0
        self.program["u_toward_eye"] = toward_eye
        self.program["u_opacity"] = net.opacity
        self.program.draw("triangle_strip")

    def _bind(self, faces_input: bool, gains: tuple[float, ...]) -> None:
        """Upload the rows again only when the side or the gains have changed: never for a mere new frame."""
        if self._bound == (faces_input, gains):
            return
        # From the far plate to the near one: by x.
        centres = self._rows[:, 1:4] + np.outer(self._behind if faces_input else -self._behind, (1.0, 0.0, 0.0))
        order = np.argsort(-centres[:, 0] if faces_input else centres[:, 0], kind="stable")
        rows = self._rows[order]
        self.program["a_centre"] = instances(centres[order])
        self.program["a_size"] = instances(rows[:, 4:6])
        self.program["a_look"] = instances(rows[:, 10:14])
        self.program["a_texels"] = instances(rows[:, 6:10])
        gain_of_row = np.asarray(gains)[rows[:, 0].astype(int)] if gains else np.ones(len(rows))
        self.program["a_gain"] = instances(gain_of_row)
        self._bound = faces_input, gains


def _front(net: NetView) -> float:
    return -1.0 if net.front is None else net.front


def _panel_rows(layout: Layout) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """One row a panel: plate, centre (3), size (2), texels (4), kind, station, 1 / scale, channels; and how far behind
    its plate it lies. A folded group has more panels behind it: it is a stack.
    """
    rows, behind = [], []
    for i, plate in enumerate(layout.plates):
        x, y, z = plate.centre
        for back in range(1 + STACKED * (plate.group is not None)):
            centre = x, y + back * STACK_RISE, z
            rows.append((i, *centre, *plate.size, 0, 0, 1, 1, PANEL, plate.station, 1, 0))
            behind.append(back * STACK_STEP)
    return np.array(rows, np.float64), np.array(behind)


def _cell_rows(layout: Layout, atlas: Atlas, scales: tuple[float, ...]) -> NDArray[np.float64]:
    """One row a map, vector or kernel, as `_panel_rows`."""
    rows = []
    for slot in atlas.slots:
        plate = layout.plates[slot.plate]
        kind = KERNEL if plate.form.kind == "weights" else CELLS
        texels = slot.left, slot.top, slot.width, slot.height
        look = kind, plate.station, 1 / (scales[slot.plate] or 1.0), plate.form.channels
        rows.append((slot.plate, *plate.tile_centres()[slot.tile], *plate.form.tile_size, *texels, *look))
    return np.array(rows, np.float64).reshape(-1, 14)


def _picture_rows(layout: Layout, atlas: Atlas) -> NDArray[np.float64]:
    """One row a picture and one a colour channel of it, as `_panel_rows`."""
    rows = []
    for slot in atlas.slots:
        plate = layout.plates[slot.plate]
        texels = slot.left, slot.top, slot.width, slot.height
        look = plate.station, 1.0
        centre = plate.tile_centres()[0]
        rows.append((slot.plate, *centre, *plate.form.tile_size, *texels, PICTURE, *look, plate.form.channels))
        for channel, middle in enumerate(plate.channel_centres()):
            rows.append((slot.plate, *middle, *plate.form.channel_size, *texels, CHANNEL, *look, channel))
    return np.array(rows, np.float64).reshape(-1, 14)
