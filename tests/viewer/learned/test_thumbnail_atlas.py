"""Every thumbnail is in the texture where the shader looks for it, and its smaller copies are its averages."""

from __future__ import annotations

import numpy as np
import pytest

from viewer.learned.thumbnail_atlas import LEVELS, ThumbnailAtlas, ground_of, thumbnail_atlas

RNG = np.random.default_rng(0)


def copy_of(atlas: ThumbnailAtlas, number: int, level: int) -> np.ndarray:
    """As the vertex shader finds it."""
    left, top, wide, high = atlas.levels[level].astype(int)
    row, column = divmod(number, atlas.columns)
    y, x = top + row * high, left + column * wide
    return atlas.texels[y : y + high, x : x + wide]


@pytest.mark.parametrize("shape", [(1, 8, 8, 1), (23, 8, 12, 3), (50, 28, 28, 1), (7, 5, 3, 1)])
def test_each_is_found_at_every_size(shape: tuple[int, ...]) -> None:
    images = RNG.integers(0, 256, shape, np.uint8)
    atlas = thumbnail_atlas(images)
    for number in range(len(images)):
        np.testing.assert_array_equal(copy_of(atlas, number, 0), images[number])
        for level in range(1, LEVELS):
            block, small = 2**level, copy_of(atlas, number, level)
            assert small.shape[:2] == tuple(-(-side // block) for side in shape[1:3])
            first = images[number, :block, :block].reshape(-1, shape[3])
            if min(shape[1:3]) >= block:
                np.testing.assert_allclose(small[0, 0], first.mean(axis=0), atol=0.51)
    np.testing.assert_allclose(
        atlas.means,
        np.broadcast_to(images.reshape(shape[0], -1, shape[3]).mean(axis=1) / 255, (shape[0], 3)),
        atol=1e-6,
    )


def test_copies_do_not_lie_over_each_other() -> None:
    images = np.full((37, 8, 8, 1), 255, np.uint8)
    atlas = thumbnail_atlas(images)
    assert (atlas.texels > 0).sum() == 37 * (64 + 16 + 4)


def test_more_than_fit_are_shown_smaller() -> None:
    images = RNG.integers(0, 256, (90, 16, 16, 1), np.uint8)
    small = thumbnail_atlas(images, largest_side=128)
    assert max(small.texels.shape[:2]) <= 128
    assert small.levels[0, 2] == 8
    np.testing.assert_allclose(copy_of(small, 41, 0)[0, 0], images[41, :2, :2].mean(), atol=0.51)
    tiny = thumbnail_atlas(images, largest_side=4)
    assert tiny.levels[0, 2:].tolist() == [1, 1]


@pytest.mark.parametrize(("border", "ground"), [(0, 0), (30, 0), (255, 1), (120, None)])
def test_what_pictures_stand_on_is_what_their_border_is(border: int, ground: int | None) -> None:
    images = np.full((9, 8, 8, 1), border, np.uint8)
    images[:, 2:6, 2:6] = 128
    assert ground_of(images) == ground
    assert ground_of(np.repeat(images, 3, axis=3)) is None
    assert ground_of(images[:0]) is None
    mixed = np.concatenate([images, 255 - images])
    assert ground_of(mixed) is None
