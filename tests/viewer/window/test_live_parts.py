"""What a drawing is made of: its ground, its strokes and the way back, its pictures, and what a veil leaves out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from exporter.bundle import KerascopeError, read_bundle
from exporter.inputs.pictures import read_picture
from viewer.live.fed import fed_of
from viewer.live.reply import Reply
from viewer.live.strokes import drawn
from viewer.live.whole_pass import whole_pass
from viewer.window.docks.pad.rows import rows_of
from viewer.window.live.easel import Easel
from viewer.window.live.ground import ground_of
from viewer.window.live.pictures import picture_of_file
from viewer.window.live.veil import telling_layers, veiled

spots = st.tuples(st.floats(-0.2, 1.2), st.floats(-0.2, 1.2))


@given(st.lists(st.tuples(st.booleans(), st.lists(spots, min_size=1, max_size=6)), min_size=1, max_size=4))
def test_a_stroke_that_grows_is_the_stroke_drawn_at_once(strokes: list[tuple[bool, list[tuple[float, float]]]]) -> None:
    easel = Easel((12, 9, 1), (0,), 0.3)
    for erases, points in strokes:
        easel.begin(points[0], erases=erases)
        for point in points[1:]:
            easel.move(point)
    assert np.array_equal(easel.picture, drawn((12, 9, 1), easel.history.now.strokes, 0))
    for _ in strokes:
        easel.undo()
    assert easel.is_empty
    assert not easel.picture.any()


def test_the_ground_is_that_of_the_bundle_and_ink_is_seen_on_it(tiny_bundle_path: Path) -> None:
    bundle = read_bundle(tiny_bundle_path)
    borders = [bundle.image(shown.id) for shown in bundle.manifest.inputs if shown.kind == "clean"]
    (ground,) = ground_of(bundle, 1)
    assert ground == 255 or any((picture[0] == ground).any() for picture in borders if picture is not None)
    easel = Easel((4, 4, 1), (ground,), 0.5)
    easel.begin((0.5, 0.5))
    assert abs(int(easel.picture[2, 2, 0]) - ground) > 100


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "LA", "P", "I;16", "1"])
@pytest.mark.parametrize("channels", [1, 3])
def test_every_kind_of_picture_is_read_as_an_export_reads_it(mode: str, channels: int, tmp_path: Path) -> None:
    levels = np.random.default_rng(3).integers(0, 256, (21, 34, 4), dtype=np.uint8)
    image = Image.fromarray(levels[..., 0].astype(np.uint16) * 257) if mode == "I;16" else Image.fromarray(levels)
    path = tmp_path / "picture.png"
    (image if mode == "I;16" else image.convert(mode)).save(path)
    wanted = read_picture(path, "L" if channels == 1 else "RGB", (9, 7))
    assert np.array_equal(picture_of_file(path, (7, 9, channels)), wanted)


def test_what_is_no_picture_is_told_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "cut.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    for name in ("cut.png", "gone.png"):
        with pytest.raises(KerascopeError) as told:
            picture_of_file(tmp_path / name, (4, 4, 1))
        assert "\n" not in str(told.value)


def test_a_veil_takes_the_answer_and_nothing_else(tiny_bundle_path: Path) -> None:
    bundle = read_bundle(tiny_bundle_path)
    fed = fed_of(bundle, np.zeros((6, 6, 1), np.uint8))
    outputs = whole_pass(bundle, bundle.final_checkpoint.id, fed)
    telling = telling_layers(bundle)
    assert telling == {"scores"}
    hidden = veiled(Reply(1, outputs, outputs["scores"].ravel(), 1.0), telling)
    assert set(outputs) - set(hidden.outputs) == {"scores"}
    assert hidden.scores.size == 0


def test_rows_are_ordered_and_say_nothing_of_what_is_no_number() -> None:
    logits = np.array([1.0, 3.0, 2.0], np.float32)
    rows = rows_of(logits, "logits", ("a", "b", "c"))
    assert [row.name for row in rows] == ["b", "c", "a"]
    assert sum(row.part for row in rows) == pytest.approx(1)
    assert rows_of(np.array([1.0, np.nan], np.float32), "shares", ()) == []
    assert [row.part for row in rows_of(np.array([-4.0, 2.0], np.float32), "values", ())] == [1.0, 0.5]
