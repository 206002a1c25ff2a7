"""Numbers in cells are the values of the cells: they are read back from the picture, letter by letter."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from paper_bundle import KEY, layer, paper_bundle
from probes import aimed, bare

from viewer.camera import project
from viewer.glyphs import CHARACTERS, GLYPH_HEIGHT, GLYPH_WIDTH, glyph_table
from viewer.layout import place
from viewer.stage import Stage
from viewer.state import CaptureKey, NetView, ViewState

pytestmark = pytest.mark.gl

HERE = CaptureKey(*KEY)
SIZE = 900, 600
ASPECT = SIZE[0] / SIZE[1]
ROOM, TALLEST, LARGEST_PX = 0.88, 0.6, 15.0
VALUES = np.array(
    [
        [0.0, 1.0, -1.0, 0.5],
        [12.34, -123.4, 0.01234, 99.96],
        [np.nan, 1234.0, -0.00987, 3.14159e-7],
        [2.5e12, -6.02e23, 0.9996, -7e-12],
    ],
    np.float32,
)
WRITTEN = [
    ["0", "1.00", "-1.00", "0.500"],
    ["12.3", "-123", "0.0123", "100"],
    ["NaN", "1230", "-0.00987", "3.14e-7"],
    ["2.50e12", "-6.02e23", "1.00", "-7.00e-12"],
]


def scene_of(values: np.ndarray, theme: str = "light", *, supersample: float = 2) -> tuple[np.ndarray, np.ndarray]:
    """A frame of one map seen from straight ahead, grey 0..1, and the box of each of its cells in pixels."""
    bundle = paper_bundle([layer("a", "conv", *values.shape, 1)], arrays={"a": values[..., None]})
    layout = place(bundle)
    plate = layout.plates[0]
    camera = aimed(layout, plate.corners(), ASPECT, 90.0, 0.0)
    with Stage(bundle, layout) as stage:
        state = ViewState(camera, bare(NetView(HERE), camera, theme).nets, theme, bloom=0.0)  # type: ignore[arg-type]
        frame = stage.render(state, SIZE, supersample=supersample)
    rows, columns = values.shape
    width, height = plate.form.tile_size
    u, v = np.meshgrid(np.linspace(-0.5, 0.5, columns + 1) * width, np.linspace(0.5, -0.5, rows + 1) * height)
    at = np.asarray(plate.centre) + np.stack([np.zeros_like(u), v, u], axis=-1)
    grid = project(camera, at, ASPECT).reshape(rows + 1, columns + 1, 2) * SIZE[1] / 1080
    boxes = np.concatenate([grid[:-1, :-1], grid[1:, 1:]], axis=-1)
    return frame.mean(axis=2) / 255, boxes


def read(grey: np.ndarray, box: np.ndarray, count: int) -> str:
    """The `count` letters in the middle of a cell: of each the character that its pixels are most like."""
    cell = box[2] - box[0], box[3] - box[1]
    width = min(ROOM * cell[0] / count, TALLEST * cell[1] * GLYPH_WIDTH / GLYPH_HEIGHT, LARGEST_PX)
    height = width * GLYPH_HEIGHT / GLYPH_WIDTH
    middle = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    ground = grey[int(box[1] + 0.12 * cell[1]), int(middle[0])]
    table = (glyph_table().astype(float) > 128).reshape(GLYPH_HEIGHT, len(CHARACTERS), GLYPH_WIDTH)
    text = ""
    for place_of in range(count):
        x = middle[0] + (place_of - count / 2 + (np.arange(GLYPH_WIDTH) + 0.5) / GLYPH_WIDTH) * width
        y = middle[1] + ((np.arange(GLYPH_HEIGHT) + 0.5) / GLYPH_HEIGHT - 0.5) * height
        seen = np.abs(grey[np.ix_(y.astype(int), x.astype(int))] - ground)
        ink = np.clip(seen / max(seen.max(), 0.1), 0, 1)
        wrong = np.abs(ink[:, None] - table).mean(axis=(0, 2))
        text += CHARACTERS[int(wrong.argmin())]
    return text


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_cell_says_its_value(theme: str) -> None:
    grey, boxes = scene_of(VALUES, theme)
    found = [[read(grey, boxes[i, j], len(WRITTEN[i][j])) for j in range(4)] for i in range(4)]
    assert found == WRITTEN


def test_another_value_is_read_as_another_number() -> None:
    """Else the reader above might read what it hopes for."""
    other = VALUES.copy()
    other[0, 1], other[1, 0] = 7.0, 45.6
    grey, boxes = scene_of(other)
    assert [read(grey, boxes[0, 1], 4), read(grey, boxes[1, 0], 4)] == ["7.00", "45.6"]


def test_what_is_written_is_what_python_would_write() -> None:
    for row, texts in zip(VALUES.tolist(), WRITTEN, strict=True):
        for value, text in zip(row, texts, strict=True):
            expected = float("nan") if text == "NaN" else float(f"{value:.3g}")
            assert float(text) == pytest.approx(expected, rel=1e-6, nan_ok=True)


def ink_of(cell_px: float) -> float:
    """How much of a cell so wide is darker than its ground."""
    values = np.full((4, 4), -0.8, np.float32)
    bundle = paper_bundle([layer("a", "conv", 4, 4, 1)], arrays={"a": values[..., None]})
    layout = place(bundle)
    plate = layout.plates[0]
    camera = aimed(layout, plate.corners(), ASPECT, 90.0, 0.0)
    ends = np.asarray(plate.centre) + np.array([[0, 0, 0], [0, 0, plate.form.tile_size[0] / 4]])
    (x0, _), (x1, _) = project(camera, ends, ASPECT) * SIZE[1] / 1080
    camera = replace(camera, zoom=camera.zoom * cell_px / abs(x1 - x0))
    aim = ends.mean(axis=0) + np.array([0.0, plate.form.tile_size[1] / 8, 0.0])
    middle = project(replace(camera, shift=(0.0, 0.0)), [aim], ASPECT)
    shift = (middle[0] - (540 * ASPECT, 540)) / 540
    camera = replace(camera, shift=(-float(shift[0]), float(shift[1])))
    with Stage(bundle, layout) as stage:
        state = bare(NetView(HERE), camera, "light")
        grey = stage.render(state, SIZE, supersample=2).mean(axis=2) / 255
    half = int(cell_px * 0.4)
    cell = grey[300 - half : 300 + half, 450 - half : 450 + half]
    return float(np.ptp(cell))


def test_numbers_fade_in_between_40_and_56_px() -> None:
    narrow, between, wide = ink_of(38.0), ink_of(48.0), ink_of(64.0)
    assert narrow < 0.02
    assert 0.25 * wide < between < 0.85 * wide
    assert wide > 0.5


def test_glyphs_are_all_different_and_inked() -> None:
    glyphs = glyph_table().reshape(GLYPH_HEIGHT, len(CHARACTERS), GLYPH_WIDTH).transpose(1, 0, 2) > 128
    assert glyphs.any(axis=(1, 2)).all()
    for i, one in enumerate(glyphs):
        assert not one[:, [0, -1]].all(), "a letter ends inside of its box"
        for other in glyphs[:i]:
            assert (one != other).mean() > 0.01
