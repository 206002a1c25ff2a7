"""Which image of a survey somebody points at in an album: pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from viewer.album import PatchTile, ThumbnailTile
from viewer.learned.patches import patch_of
from viewer.learned.read import survey_of
from viewer.learned.spread import ways_of

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from viewer.album import Album, Tile

SEEN = 0.3
"""An album that is fainter is on its way in or out, and cannot be pointed at."""


def tile_at(album: Album, x: float, y: float) -> Tile | None:
    """The tile at a place of the picture in reference pixels, of those there the one over the others; `None` where
    there is none.
    """
    if album.alpha < SEEN or not album.tiles:
        return None
    start, end = (np.array(boxes, np.float64) for boxes in (album.start_px, album.end_px or album.start_px))
    boxes = start + (end - start) * ways_of(np.arange(len(start)), album.share, album.stagger)[:, None]
    shown = boxes[: album.shows]
    away = (x, y) - shown[:, :2]
    there = np.flatnonzero(((away >= 0) & (away <= shown[:, 2:])).all(axis=1))
    return album.tiles[there[-1]] if there.size else None


def image_of_tile(bundle: Bundle, tile: Tile) -> tuple[str, int] | None:
    """The id of the survey and the row of the image that a tile shows; `None` where it shows none.

    Raises as `viewer.learned.patches.patch_of`.
    """
    if isinstance(tile, ThumbnailTile):
        return tile.survey_id, tile.row
    if isinstance(tile, PatchTile):
        survey = survey_of(bundle, tile.survey_id)
        return survey.id, patch_of(bundle, survey, tile.layer, tile.channel, tile.rank, tile.checkpoint_id).image
    return None
