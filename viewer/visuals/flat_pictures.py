"""Inputs as the pictures that they are, flat on the picture and as large as one likes: a drawing that is being made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from viewer.colour import map_table
from viewer.loupe import picture_cells
from viewer.shading import program
from viewer.visuals.cache import cached
from viewer.visuals.quad import corner_buffer, float_texture, table_texture
from viewer.visuals.tiles import NO_TILE, PICTURE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from vispy import gloo

    from exporter.bundle import Bundle
    from viewer.state import CaptureKey, Loupe

    Place = tuple[float, float, float, float]

PICTURES_KEPT = 64


class FlatPictures:
    """Draws loupes that show a picture with the program of plates' pictures, which is made when the first is drawn."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._program: gloo.Program | None = None
        self._fixed: tuple[gloo.Texture2D, ...] = ()
        self._pictures: dict[tuple[CaptureKey, str], gloo.Texture2D] = {}

    def draw(self, placed: Sequence[tuple[Loupe, Place]], clip_from_px: NDArray[np.float32]) -> None:
        """Draw loupes, each in its place, into the active framebuffer: premultiplied by alpha, without depth."""
        if not placed:
            return
        shader = self._program = self._program or self._made()
        shader["u_clip_from_world"] = clip_from_px
        for loupe, place in placed:
            picture = self._picture(loupe)
            rows, columns = picture.shape[:2]
            shader["u_pictures"] = shader["u_pictures_toward"] = picture
            shader["u_pictures_size"] = float(columns), float(rows)
            shader["a_texels"], shader["a_place"] = (0.0, 0.0, float(columns), float(rows)), place
            shader["u_opacity"] = loupe.alpha
            shader.draw("triangle_strip")

    def close(self) -> None:
        """Give everything back."""
        for each in (*self._fixed, *self._pictures.values()):
            each.delete()
        if self._program is not None:
            self._program.delete()

    def _made(self) -> gloo.Program:
        shader = program("plates", "pictures")
        ones, ramp = float_texture(np.ones((1, 1, 3))), table_texture(map_table("dark", "difference")[None])
        self._fixed = ones, ramp
        shader["a_corner"] = corner_buffer()
        shader["a_centre"], shader["a_look"], shader["a_tile"] = (0.0, 0.0, 0.0), (PICTURE, 0.0, 0.0, 3.0), NO_TILE
        shader["u_plates"], shader["u_plates_size"] = ones, (1.0, 1.0)
        shader["u_tiles"], shader["u_tiles_size"] = ones, (1.0, 1.0)
        shader["u_maps"] = ramp  # of differences, which are not shown here
        shader["u_offset"], shader["u_spread"] = (0.0, 0.0, 0.0), (0.0, 1.0)
        shader["u_facing"], shader["u_toward_eye"], shader["u_fans"] = 1.0, 0.0, 0.0
        shader["u_is_difference"], shader["u_blend"] = 0.0, 0.0
        return shader

    def _picture(self, loupe: Loupe) -> gloo.Texture2D:
        def made() -> gloo.Texture2D:
            return float_texture(picture_cells(self._bundle, loupe.layer, loupe.capture))

        key = loupe.capture, loupe.layer
        return cached(self._pictures, key, PICTURES_KEPT, made, lambda texture: texture.delete())
