"""A loupe shows the cells that it names, in the colours of the theme, in its box and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from probes import ASPECT, bare, nominal_camera
from tiny_bundle import ATTACKED_IDS

from exporter.bundle import Bundle
from viewer.atlas import NOT_KEPT
from viewer.camera import project
from viewer.colour import map_table
from viewer.loupe import cut, loupe_cells
from viewer.stage import Stage
from viewer.state import CaptureKey, Loupe, NetView

CLEAN, ATTACKED = CaptureKey("clean-0", "002"), CaptureKey(ATTACKED_IDS[-1], "002")
SIZE = 640, 480
BOX = (200.0, 300.0, 360.0, 360.0)


def test_axes_that_are_not_named_are_rows_and_columns() -> None:
    values = np.arange(2 * 3 * 4 * 5, dtype=np.float32).reshape(2, 3, 4, 5)
    np.testing.assert_array_equal(cut(values, (1, None, None, 2)), values[1, :, :, 2])
    np.testing.assert_array_equal(cut(values, (None, None, None, 2)), values[..., 2].reshape(6, 4))
    np.testing.assert_array_equal(cut(values[0, 0], ()), values[0, 0])


@pytest.mark.parametrize(("count", "columns", "shape"), [(10, None, (3, 4)), (7, 7, (1, 7)), (0, None, (1, 1))])
def test_a_vector_is_laid_out_in_rows_and_the_last_is_filled_up(count: int, columns: int | None, shape) -> None:
    cells = cut(np.arange(count, dtype=np.float32), (), columns)
    assert cells.shape == shape
    np.testing.assert_array_equal(cells.reshape(-1)[:count], np.arange(count))
    assert (cells.reshape(-1)[count:] == NOT_KEPT).all()


def test_what_was_not_kept_is_not_there(tiny_bundle: Bundle) -> None:
    assert (loupe_cells(tiny_bundle, Loupe("nothing", (), CLEAN, BOX, 1.0), CLEAN) == NOT_KEPT).all()


@pytest.mark.gl
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_each_cell_has_the_colour_of_its_value(tiny_stage: Stage, tiny_bundle: Bundle, theme: str) -> None:
    clean, attacked = (tiny_bundle.output(key.input_id, "002", "pool")[..., 1] for key in (CLEAN, ATTACKED))
    scale, gain = float(np.abs(clean).max()), 3.0
    net = NetView(CLEAN, opacity=0.0, edge_alpha=0.0)
    state = bare(net, nominal_camera(tiny_stage.layout, ASPECT), theme)  # type: ignore[arg-type]
    loupe = Loupe("pool", (None, None, 1), CLEAN, BOX, scale)
    for shown, values, name in (
        (loupe, clean, "activation"),
        (replace(loupe, toward=ATTACKED, gain=gain), (attacked - clean) * gain, "difference"),
    ):
        frame = tiny_stage.render(replace(state, loupes=(shown,)), SIZE, supersample=1)
        table = np.round(map_table(theme, name) * 255)  # type: ignore[arg-type]
        for row, column in np.ndindex(3, 3):
            x, y = (BOX[0] + (column + 0.25) * 120) * SIZE[1] / 1080, (BOX[1] + (row + 0.2) * 120) * SIZE[1] / 1080
            wanted = table[round((np.clip(values[row, column] / scale, -1, 1) * 0.5 + 0.5) * 255)]
            np.testing.assert_allclose(frame[int(y), int(x)], wanted, atol=14)


@pytest.mark.gl
def test_it_covers_its_box_alone_and_nothing_where_it_is_clear(tiny_stage: Stage) -> None:
    state = bare(NetView(CLEAN), nominal_camera(tiny_stage.layout, ASPECT), "light")
    loupe = Loupe("pool", (None, None, 1), CLEAN, BOX, 1.0)
    without = tiny_stage.render(state, SIZE, supersample=1).astype(int)
    with_it = tiny_stage.render(replace(state, loupes=(loupe,)), SIZE, supersample=1)
    clear = tiny_stage.render(replace(state, loupes=(replace(loupe, alpha=0.0),)), SIZE, supersample=1)
    np.testing.assert_array_equal(clear, without)
    rows, columns = np.nonzero(np.abs(with_it - without).max(axis=2) > 0)
    px = SIZE[1] / 1080
    assert columns.min() >= BOX[0] * px - 1
    assert columns.max() <= (BOX[0] + BOX[2]) * px
    assert rows.min() >= BOX[1] * px - 1
    assert rows.max() <= (BOX[1] + BOX[3]) * px


@pytest.mark.gl
def test_a_plate_without_emphasis_hides_nothing(tiny_stage: Stage) -> None:
    """Seen along the spine, all but the last plate away: what is behind them is there, as if they were not."""
    count = len(tiny_stage.layout.plates)
    last = tuple(float(i == count - 1) for i in range(count))
    camera = replace(nominal_camera(tiny_stage.layout, ASPECT), azimuth_deg=90.0, elevation_deg=0.0)
    net = NetView(CLEAN, emphasis=last, edge_alpha=0.0)
    seen = tiny_stage.render(bare(net, camera, "light"), SIZE, supersample=1).astype(int)
    none = replace(net, emphasis=(0.0,) * count)
    nothing = tiny_stage.render(bare(none, camera, "light"), SIZE, supersample=1).astype(int)
    at = project(camera, [tiny_stage.layout.plates[-1].centre], ASPECT)[0] * SIZE[1] / 1080
    assert np.abs(seen - nothing)[int(at[1]), int(at[0])].max() > 5
