"""Small pictures in rows: kernels, and pictures of inputs. An album is one instanced draw, however many there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from vispy import gloo

from viewer.album_tiles import tile_cells
from viewer.atlas import packed, reduced
from viewer.colour import PALETTES, map_table
from viewer.shading import program
from viewer.state import REFERENCE_HEIGHT_PX
from viewer.visuals.cache import cached
from viewer.visuals.quad import corner_buffer, float_texture, instances, table_texture

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from viewer.album import Album, Tile
    from viewer.album_tiles import TileCells
    from viewer.state import ColourSet, Theme, ViewState

    Array = NDArray[np.float32]
    Boxes = tuple[tuple[float, float, float, float], ...]

ALBUMS_KEPT = 4
PLACES_KEPT = 32
MOST_TEXELS = 2**22
"""Of one album: of more pictures than that averages are shown."""
BORDER_PX = 2.0
BORDER_ALPHA = 0.7
KINDS = {"image": 0.0, "coloured": 1.0, "mapped": 2.0}


@dataclass(frozen=True, slots=True)
class _Held:
    """The tiles of an album on the GPU: their cells, and where those lie and what they are; `sides` (n, 2) are how many
    cells each is wide and high.
    """

    cells: gloo.Texture2D
    texels: gloo.VertexBuffer
    look: gloo.VertexBuffer
    sides: Array


class AlbumsVisual:
    """Draws albums, in the order of the frame. The cells of equal tuples of tiles are uploaded once, and so are equal
    tuples of places; how far each tile has come is computed on the GPU.
    """

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._programs: dict[str, gloo.Program] = {}
        self._held: dict[tuple[Tile, ...], _Held] = {}
        self._places: dict[Boxes, gloo.VertexBuffer] = {}
        self._maps: dict[tuple[Theme, ColourSet], gloo.Texture2D] = {}

    def draw(self, state: ViewState, scene_px: tuple[int, int]) -> None:
        """Draw the albums of a frame into the active framebuffer of that size: premultiplied by alpha, without depth.

        Raises
        ------
        BundleError
            The bundle does not have a kernel or an input of an album.
        ValueError
            An album has not as many places as tiles.
        """
        for album in state.albums:
            if not len(album.tiles) == len(album.start_px) == len(album.end_px or album.start_px):
                raise ValueError(f"album {album.name!r} has not as many places as tiles")
            if album.alpha > 0 and album.tiles:
                self._draw(album, state, scene_px)

    def close(self) -> None:
        """Give everything back."""
        for held in self._held.values():
            _drop(held)
        for each in (*self._programs.values(), *self._places.values(), *self._maps.values()):
            each.delete()

    def _draw(self, album: Album, state: ViewState, scene_px: tuple[int, int]) -> None:
        held = cached(self._held, album.tiles, ALBUMS_KEPT, lambda: self._uploaded(album.tiles), _drop)
        shader = self._program("small_albums" if is_small(album, held.sides, scene_px[1]) else "albums")
        shader["u_cells"], shader["u_cells_size"] = held.cells, held.cells.shape[1::-1]
        shader["a_texels"], shader["a_look"] = held.texels, held.look
        shader["a_start"] = self._placed(album.start_px)
        shader["a_end"] = self._placed(album.end_px or album.start_px)
        shader["u_reference_px"] = REFERENCE_HEIGHT_PX * scene_px[0] / scene_px[1], REFERENCE_HEIGHT_PX
        shader["u_share"], shader["u_stagger"] = album.share, min(max(album.stagger, 0.0), 1.0)
        shader["u_shows"] = float(len(album.tiles) if album.shows is None else album.shows)
        shader["u_border_px"] = BORDER_PX
        shader["u_border"] = (*PALETTES[state.theme].border, BORDER_ALPHA)
        shader["u_strength"] = 1 / album.scale if album.scale is not None and album.scale > 0 else 0.0
        shader["u_alpha"] = min(album.alpha, 1.0)
        shader["u_map"] = self._map(state)
        shader.draw("triangle_strip")

    def _program(self, fragment: str) -> gloo.Program:
        if fragment not in self._programs:
            self._programs[fragment] = program("albums", fragment)
            self._programs[fragment]["a_corner"] = corner_buffer()
        return self._programs[fragment]

    def _uploaded(self, tiles: tuple[Tile, ...]) -> _Held:
        each = [tile_cells(self._bundle, tile) for tile in tiles]
        cells, texels = album_atlas([tile.cells for tile in each])
        return _Held(float_texture(cells), instances(texels), instances(looks_of(each)), texels[:, 2:])

    def _placed(self, boxes: Boxes) -> gloo.VertexBuffer:
        return cached(self._places, boxes, PLACES_KEPT, lambda: instances(boxes), lambda buffer: buffer.delete())

    def _map(self, state: ViewState) -> gloo.Texture2D:
        key = state.theme, state.colours
        if key not in self._maps:
            self._maps[key] = table_texture(map_table(state.theme, "weight", state.colours)[None])
        return self._maps[key]


def _drop(held: _Held) -> None:
    for each in (held.cells, held.texels, held.look):
        each.delete()


def is_small(album: Album, sides: Array, height_px: int) -> bool:
    """Whether a pixel of a frame so high may stand for more than one cell (n, 2: across, down) of some tile."""
    ends = [album.start_px] if album.share < 1 or album.end_px is None else []
    ends += [album.end_px] if album.share > 0 and album.end_px is not None else []
    px = height_px / REFERENCE_HEIGHT_PX
    return any(bool((np.array(boxes)[:, 2:] * px < sides).any()) for boxes in ends)


def looks_of(tiles: Sequence[TileCells]) -> Array:
    """Kind, 1 / largest weight, number, and place in the order from 0 to 1 (n, 4) of each tile."""
    last = max(len(tiles) - 1, 1)
    rows = [(KINDS[tile.kind], 1 / tile.largest, at, at / last) for at, tile in enumerate(tiles)]
    return np.array(rows, np.float32)


def album_atlas(cells: Sequence[Array]) -> tuple[Array, Array]:
    """A texture (height, width, 3) with all cells, and where each lies in it (n, 4): left, top, width, height.

    Those of the largest are averaged until all have room.
    """
    side = max(max(each.shape[:2]) for each in cells)
    while sum(min(each.shape[0], side) * min(each.shape[1], side) for each in cells) > MOST_TEXELS:
        side //= 2
    small = [_at_most(each, side) for each in cells]
    atlas = packed([(at, 1, each.shape[1], each.shape[0]) for at, each in enumerate(small)])
    texture = np.zeros((atlas.size[1], atlas.size[0], 3), np.float32)
    for slot, each in zip(atlas.slots, small, strict=True):
        texture[slot.top : slot.top + slot.height, slot.left : slot.left + slot.width] = each
    boxes = [(slot.left, slot.top, slot.width, slot.height) for slot in atlas.slots]
    return texture, np.array(boxes, np.float32)


def _at_most(cells: Array, side: int) -> Array:
    rows, columns = (min(each, side) for each in cells.shape[:2])
    if (rows, columns) == cells.shape[:2]:
        return cells
    return np.moveaxis(reduced(np.moveaxis(cells, -1, 0), rows, columns), 0, -1)
