"""Panels, cells and pictures of one layout: a net is one instanced draw, whatever its layers and channels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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

PANEL, CELLS, PICTURE, CHANNEL, WEIGHTS = 0.0, 1.0, 2.0, 3.0, 4.0


class PlatesVisual:
    """Draws the plates of a layout with the values of any capture.

    Plates are painted from the far one to the near one, so that their borders blend right, and write their depth for
    the strands.
    """

    def __init__(self, layout: Layout, cells: Atlas, pictures: Atlas, scales: tuple[float, ...]) -> None:
        self._program = program("plates", "plates")
        self._program["a_corner"] = corner_buffer()
        self._program["u_values_size"] = cells.size
        self._program["u_pictures_size"] = pictures.size
        self._rows = _rows(layout, cells, pictures, scales)
        self._plate_of_row = self._rows[:, 0].astype(int)
        self._maps: dict[tuple[Theme, MapName], gloo.Texture2D] = {}
        self._bound: tuple[bool, tuple[float, ...]] | None = None

    def draw(
        self,
        net: NetView,
        theme: Theme,
        matrix: NDArray[np.float64],
        textures: tuple[Any, ...],
        *,
        faces_input: bool,
        supersample: int,
        gains: tuple[float, ...] | None,
        as_glow: bool,
    ) -> None:
        """Draw the net; `textures` are cells, cells toward, pictures, pictures toward."""
        self._bind(faces_input, gains)
        shader, palette = self._program, PALETTES[theme]
        names = ("u_values", "u_values_toward", "u_pictures", "u_pictures_toward")
        for name, texture in zip(names, textures, strict=True):
            shader[name] = texture
        is_difference = net.quantity == "difference"
        shader["u_map"] = self._map(theme, "difference" if is_difference else "activation")
        shader["u_weight_map"] = self._map(theme, "weight")
        shader["u_clip_from_world"] = matrix.T.astype(np.float32)
        shader["u_offset"] = net.offset
        shader["u_facing"] = 1.0 if faces_input else -1.0
        shader["u_blend"] = net.blend
        shader["u_is_difference"] = float(is_difference)
        shader["u_is_glow"] = float(as_glow)
        shader["u_supersample"] = float(supersample)
        shader["u_opacity"] = net.opacity
        shader["u_panel"] = (*palette.panel, palette.panel_alpha)
        shader["u_border"] = (*palette.border, palette.border_alpha)
        shader["u_ahead"] = palette.ahead
        shader["u_glow"] = 0.0 if is_difference else 0.3
        shader["u_front"] = -1.0 if net.front is None else net.front
        shader.draw("triangle_strip")

    def close(self) -> None:
        """Give the program and its textures back."""
        for texture in self._maps.values():
            texture.delete()
        self._program.delete()

    def _map(self, theme: Theme, name: MapName) -> gloo.Texture2D:
        if (theme, name) not in self._maps:
            self._maps[theme, name] = table_texture(map_table(theme, name)[None])
        return self._maps[theme, name]

    def _bind(self, faces_input: bool, gains: tuple[float, ...] | None) -> None:
        """Upload the rows again only when the side or the gains have changed: never for a mere new frame."""
        per_plate = gains or ()
        if self._bound == (faces_input, per_plate):
            return
        order = _far_to_near(self._rows, faces_input)
        rows = self._rows[order]
        self._program["a_centre"] = instances(rows[:, 1:4])
        self._program["a_size"] = instances(rows[:, 4:6])
        self._program["a_texels"] = instances(rows[:, 6:10])
        self._program["a_look"] = instances(rows[:, 10:14])
        gain_of_row = np.asarray(per_plate)[self._plate_of_row[order]] if per_plate else np.ones(len(rows))
        self._program["a_gain"] = instances(gain_of_row)
        self._bound = faces_input, per_plate


def _rows(layout: Layout, cells: Atlas, pictures: Atlas, scales: tuple[float, ...]) -> NDArray[np.float64]:
    """One row a quad: plate, centre (3), size (2), texels (4), kind, station, 1 / scale, channels."""
    rows = [
        (i, *plate.centre, *plate.size, 0, 0, 1, 1, PANEL, plate.station, 1, 0) for i, plate in enumerate(layout.plates)
    ]
    for atlas, is_picture in ((cells, False), (pictures, True)):
        for slot in atlas.slots:
            plate = layout.plates[slot.plate]
            kind = PICTURE if is_picture else WEIGHTS if plate.form.kind == "weights" else CELLS
            centre = plate.tile_centres()[slot.tile]
            texels = slot.left, slot.top, slot.width, slot.height
            look = plate.station, 1 / scales[slot.plate]
            rows.append((slot.plate, *centre, *plate.form.tile_size, *texels, kind, *look, plate.form.channels))
            for channel, middle in enumerate(plate.channel_centres()):
                rows.append((slot.plate, *middle, *plate.form.channel_size, *texels, CHANNEL, *look, channel))
    return np.asarray(rows, np.float64)


def _far_to_near(rows: NDArray[np.float64], faces_input: bool) -> NDArray[np.int64]:
    """Order of painting: by x (far plates first), each panel before its tiles."""
    along = -rows[:, 1] if faces_input else rows[:, 1]
    return np.lexsort((rows[:, 10], rows[:, 0], along))
