"""How far planes are drawn apart, and the frame that each has."""

from __future__ import annotations

import numpy as np
import pytest

from exporter.bundle.schema import UnitLayer
from viewer.sculptures.read import FRAME, LONGEST, PATH_POINTS, SCALE, SHORTEST, STRETCH, Drawn, spine_scale


def planes_of(count: int) -> np.ndarray:
    """Two units, a width apart, on each of some planes that are 0.4 apart, as nn_vis has them: x, y, z."""
    z = np.repeat(np.arange(count) * 0.4, 2)
    return np.stack([np.tile([-0.5, 0.5], count), np.zeros(2 * count), z], axis=1).astype(np.float32)


@pytest.mark.parametrize(("count", "widths"), [(2, SHORTEST), (4, 1.2 * STRETCH), (40, LONGEST)])
def test_the_spine_is_neither_a_stub_nor_a_thread(count: int, widths: float) -> None:
    placed = planes_of(count)
    assert np.ptp(placed[:, 2]) * spine_scale(placed) == pytest.approx(widths * SCALE, rel=1e-5)


def test_where_there_is_no_spine_or_no_width_nothing_is_stretched() -> None:
    assert spine_scale(planes_of(1)) == SCALE
    assert spine_scale(planes_of(4)[::2] * np.float32([0, 0, 1])) == SCALE


def test_a_frame_is_round_the_units_of_its_layer() -> None:
    units = np.float32([[0, 1, 2], [0, -1, 5], [8, 0, 0]])
    layers = UnitLayer(name="a", units=2, plane=0), UnitLayer(name="b", units=1, plane=1)
    nothing = np.zeros((0, PATH_POINTS, 3), np.float32)
    drawn = Drawn(
        *("s", "weight", layers, (0,), units, units, np.ones((3, 1), np.float32)),
        *(np.zeros((0, 2), np.int32), np.zeros(0, np.float32), nothing, nothing[None]),
    )
    high, low, left, right = 1 + FRAME, -1 - FRAME, 2 - FRAME, 5 + FRAME
    np.testing.assert_allclose(drawn.frames[0], [(0, high, left), (0, high, right), (0, low, right), (0, low, left)])
    np.testing.assert_allclose(np.ptp(drawn.frames[1], axis=0), [0, 2 * FRAME, 2 * FRAME])
    outline = drawn.outline()
    for corner in drawn.frames.reshape(-1, 3):
        assert (outline.min(axis=0) <= corner).all()
        assert (corner <= outline.max(axis=0)).all()
