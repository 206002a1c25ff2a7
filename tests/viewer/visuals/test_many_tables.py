"""More tables in one frame than are kept on the GPU."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from exporter.bundle import read_bundle
from viewer.colour import apply_map
from viewer.layout import LayoutOptions, place
from viewer.stage import Stage
from viewer.state import Camera, Grid, ViewState
from viewer.visuals.loupes import CELLS_KEPT

SIZE_PX = 480, 360
SIDE_PX = 90.0


@pytest.mark.gl
def test_all_are_drawn_in_their_own_colours(tiny_bundle_path: Path) -> None:
    """Also those whose values had to make room before the frame was over."""
    columns, rows = 15, 12
    values = np.linspace(0.1, 1.0, columns * rows).astype(np.float32)
    assert len(values) > CELLS_KEPT
    grids = tuple(
        Grid(f"table {at}", ((float(value),),), _box(at, columns), 1.0, "grey", number_px=0.0)
        for at, value in enumerate(values)
    )
    bundle = read_bundle(tiny_bundle_path)
    with Stage(bundle, place(bundle, LayoutOptions())) as stage:
        frame = stage.render(ViewState(Camera(), (), grids=grids, bloom=0.0), SIZE_PX, supersample=1)
    px = SIZE_PX[1] / 1080
    middles = [(_box(at, columns)[0] + SIDE_PX / 2, _box(at, columns)[1] + SIDE_PX / 2) for at in range(len(values))]
    seen = np.array([frame[int(y * px), int(x * px)] for x, y in middles], float) / 255
    np.testing.assert_allclose(seen, apply_map(values, "dark", "grey"), atol=0.02)


def _box(at: int, columns: int) -> tuple[float, float, float, float]:
    row, column = divmod(at, columns)
    return column * 96.0, row * 90.0, SIDE_PX, SIDE_PX
