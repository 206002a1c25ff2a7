"""What is made ahead is what would be made on demand, and never more than the limit says."""

from __future__ import annotations

import numpy as np
import pytest

from exporter.bundle import Bundle, BundleError
from viewer import prepared
from viewer.atlas import cells_atlas, fill_cells, fill_pictures, pictures_atlas
from viewer.layout import Layout
from viewer.prepared import MOST_BYTES, Preparer, most_of, neighbours, texel_bytes
from viewer.state import CaptureKey

KEYS = [CaptureKey("clean-0", "002"), CaptureKey("clean-1", "002"), CaptureKey("attack-1", "002")]


@pytest.fixture
def preparer(tiny_bundle: Bundle, tiny_layout: Layout):
    made = Preparer(tiny_bundle, tiny_layout, cells_atlas(tiny_layout), pictures_atlas(tiny_layout))
    yield made
    made.close()


def made_now(bundle: Bundle, layout: Layout, key: CaptureKey) -> tuple[np.ndarray, np.ndarray]:
    return (
        fill_cells(bundle, layout, cells_atlas(layout), key),
        fill_pictures(bundle, layout, pictures_atlas(layout), key),
    )


def test_what_was_made_ahead_is_the_same_and_made_once(
    preparer: Preparer, tiny_bundle: Bundle, tiny_layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[CaptureKey] = []
    make = prepared.prepare
    monkeypatch.setattr(prepared, "prepare", lambda *args: (asked.append(args[-1]), make(*args))[1])
    preparer.ahead(KEYS)
    for key in [*KEYS, *KEYS]:
        values, pictures = made_now(tiny_bundle, tiny_layout, key)
        np.testing.assert_array_equal(preparer.of(key).values, values)
        np.testing.assert_array_equal(preparer.of(key).pictures, pictures)
    assert sorted(asked, key=str) == sorted(KEYS, key=str)


def test_no_more_is_kept_than_the_limit(preparer: Preparer, tiny_bundle: Bundle) -> None:
    preparer._most = 3
    captures = [CaptureKey(each.input, each.checkpoint) for each in tiny_bundle.manifest.captures]
    assert len(captures) > 6
    for key in captures:
        preparer.of(key)
        preparer.ahead(captures)
        assert len(preparer._made) <= 3
    assert captures[-1] in preparer._made, "the one used last stays"


@pytest.mark.parametrize("one_bytes", [1, 2**20, 100 * 2**20, 2**28])
def test_the_limit_is_one_of_bytes(one_bytes: int) -> None:
    most = most_of(one_bytes)
    assert most == 2 or most * one_bytes <= MOST_BYTES < (most + 1) * one_bytes


def test_bytes_are_those_of_the_arrays(preparer: Preparer, tiny_layout: Layout) -> None:
    made = preparer.of(KEYS[0])
    assert made.values.nbytes + made.pictures.nbytes == texel_bytes(
        cells_atlas(tiny_layout), pictures_atlas(tiny_layout)
    )


def test_what_is_not_there_is_told_to_who_asks_and_not_to_who_guesses(preparer: Preparer) -> None:
    nobody = CaptureKey("nobody", "002")
    preparer.ahead([nobody])
    with pytest.raises(BundleError, match="nobody"):
        preparer.of(nobody)
    assert preparer.of(KEYS[0]).values.any()


def test_neighbours_are_beside_in_the_bundle_and_captured(tiny_bundle: Bundle) -> None:
    captured = {(each.input, each.checkpoint) for each in tiny_bundle.manifest.captures}
    for capture in tiny_bundle.manifest.captures:
        key = CaptureKey(capture.input, capture.checkpoint)
        beside = neighbours(tiny_bundle, key)
        assert key not in beside
        assert 0 < len(beside) <= 4
        assert {(each.input_id, each.checkpoint_id) for each in beside} <= captured
    assert neighbours(tiny_bundle, CaptureKey("nobody", "nowhere")) == ()
