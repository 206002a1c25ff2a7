"""Which tile of an album is pointed at, and which image it shows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from clouded_bundle import clouded_bundle

from viewer.album import Album, ImageTile, PatchTile, ThumbnailTile
from viewer.learned.near_tile import image_of_tile, tile_at
from viewer.learned.patches import patches_of
from viewer.learned.read import survey_of

TILES = tuple(ThumbnailTile("000", row) for row in (3, 1, 4))
START = (0.0, 0.0, 100.0, 50.0), (50.0, 0.0, 100.0, 50.0), (200.0, 0.0, 100.0, 50.0)
END = tuple((left, top + 400.0, wide, high) for left, top, wide, high in START)
ALBUM = Album("images", TILES, START)


@pytest.mark.parametrize(
    ("at", "row"),
    [((20.0, 20.0), 3), ((75.0, 20.0), 1), ((250.0, 49.0), 4), ((170.0, 20.0), None), ((20.0, 51.0), None)],
)
def test_the_tile_over_the_others(at: tuple[float, float], row: int | None) -> None:
    found = tile_at(ALBUM, *at)
    assert found == (None if row is None else ThumbnailTile("000", row))


def test_tiles_that_have_gone_elsewhere_are_there() -> None:
    gone = replace(ALBUM, end_px=END, share=1.0)
    assert tile_at(gone, 20.0, 20.0) is None
    assert tile_at(gone, 20.0, 420.0) == TILES[0]
    late = replace(gone, share=0.5, stagger=0.5)
    assert tile_at(late, 20.0, 420.0) == TILES[0], "the first has arrived"
    assert tile_at(late, 250.0, 20.0) == TILES[2], "the last has not left"


def test_what_is_not_there_yet_or_hardly_seen_cannot_be_pointed_at() -> None:
    assert tile_at(replace(ALBUM, shows=2), 250.0, 20.0) is None
    assert tile_at(replace(ALBUM, alpha=0.1), 20.0, 20.0) is None


def test_the_image_of_a_tile() -> None:
    bundle = clouded_bundle()
    patch = patches_of(bundle, survey_of(bundle), "conv", 2, 3)[1]
    assert image_of_tile(bundle, PatchTile("000", "conv", 2, 1, "002")) == ("000", patch.image)
    assert image_of_tile(bundle, TILES[2]) == ("000", 4)
    assert image_of_tile(bundle, ImageTile("clean-0")) is None
