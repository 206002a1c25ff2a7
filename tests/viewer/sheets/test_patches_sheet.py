"""The sheet of patches: each row is a channel's strongest places, and what is not there is said."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from field_nets import conv, forward, net_of, plain
from paper_bundle import PaperBundle
from paper_survey import surveyed

from exporter.bundle.errors import KerascopeError
from viewer.learned.patches import HATCH, UNSEEN, in_digits, patches_of, pixels_of, striped
from viewer.learned.read import survey_of
from viewer.sheets.page import picture_of
from viewer.sheets.patches import drawn, sheet_of_patches
from viewer.sheets.sheet import Sheet
from viewer.sheets.subject import Subject
from viewer.sheets.write import write_sheet

PICTURES = np.random.default_rng(6).integers(0, 255, (11, 9, 12, 1), np.uint8)


@pytest.fixture(scope="module")
def bundle() -> PaperBundle:
    """Two layers, of which the second one's channel 1 never fires."""
    made = net_of([conv(3), conv(3, 2), plain("ReLU", activation="relu")], (9, 12))
    made.arrays["l2/kernel"] = made.load(made.checkpoint("000").weights["l2/kernel"]) * np.array([1, -1], np.float32)
    return surveyed(made, PICTURES, lambda made, picture: forward(made, picture.astype(np.float32)), ["l1", "l3"])


def sheet(bundle: PaperBundle, **asked: Any) -> Sheet:
    told = {"layer": None, "input_id": None, "run_ids": (), "tell": lambda line: None, "theme": "dark", **asked}
    return sheet_of_patches(Subject(bundle=bundle, checkpoint_id="000", **told))


def test_a_row_for_each_channel_with_its_values_from_the_strongest_on(bundle: PaperBundle) -> None:
    made = sheet(bundle, layer="l1", top=4)
    assert [group.heading for group in made.groups] == ["channel 0", "channel 1"]
    for channel, group in enumerate(made.groups):
        patches = patches_of(bundle, survey_of(bundle), "l1", channel, 4)
        assert [tile.name for tile in group.tiles] == [in_digits(patch.value) for patch in patches]
        assert [tile.lines for tile in group.tiles] == [(f"image {patch.image}",) for patch in patches]
        values = [patch.value for patch in patches]
        assert values == sorted(values, reverse=True)
    assert "3 \u00d7 3 pixels of 9 \u00d7 12" in made.notes[0]
    assert "each of the 4 pictures that excite it most, out of 11 of made" in made.notes[0]


def test_more_pictures_than_were_kept_are_told_and_not_called_silent(bundle: PaperBundle) -> None:
    told: list[str] = []
    made = sheet(bundle, layer="l1", top=11, tell=told.append)
    assert [len(group.tiles) for group in made.groups] == [9, 9]
    assert told == ["the survey kept 9 pictures of each channel"]
    assert "only" not in made.groups[0].heading


def test_a_silent_channel_is_said_to_be_silent(bundle: PaperBundle) -> None:
    told: list[str] = []
    made = sheet(bundle, layer="l3", channels=(0, 1), tell=told.append)
    assert [group.heading for group in made.groups] == ["channel 0"]
    assert told == ["l3: 1 of 2 channels is silent"]
    assert made.notes[-1] == "Silent: none of the 11 excites channel 1."
    with pytest.raises(KerascopeError, match="nothing in survey 000 excites channel 1 of l3"):
        sheet(bundle, layer="l3", channels=(1,))


def test_what_is_not_seen_is_striped_and_said(bundle: PaperBundle) -> None:
    made = sheet(bundle, layer="l3", channels=(0,))
    patches = patches_of(bundle, survey_of(bundle), "l3", 0, 9)
    assert any("Striped" in note for note in made.notes) == any(patch.window.is_cut for patch in patches)
    for tile, patch in zip(made.groups[0].tiles, patches, strict=True):
        cells = pixels_of(bundle, survey_of(bundle), patch)
        assert {HATCH, UNSEEN} <= {*map(tuple, tile.picture.reshape(-1, 3).tolist())} or cells.is_seen.all()


def test_small_patches_are_squares_and_large_ones_smooth(bundle: PaperBundle) -> None:
    survey = survey_of(bundle)
    small = pixels_of(bundle, survey, patches_of(bundle, survey, "l1", 0, 1)[0])
    shown = drawn(small, 100)
    np.testing.assert_array_equal(shown, striped(small.cells.repeat(33, 0).repeat(33, 1), np.ones((99, 99), bool)))
    assert picture_of(sheet(bundle, layer="l1"), "light").shape[1] == 1600


@pytest.mark.parametrize("asked", [{"channels": (2,)}, {"layer": "l2"}, {"survey_id": "001"}], ids=str)
def test_what_is_not_there_is_one_line(bundle: PaperBundle, asked: dict[str, Any]) -> None:
    with pytest.raises(KerascopeError) as told:
        sheet(bundle, **asked)
    assert "\n" not in str(told.value)


def test_channels_mean_nothing_for_kernels(bundle: PaperBundle, tmp_path: Any) -> None:
    with pytest.raises(KerascopeError, match="--channels means nothing for kernels"):
        write_sheet(bundle, "kernels", tmp_path / "k.png", channels=(1,))
    assert write_sheet(bundle, "patches", tmp_path / "p.png", layer="l1", channels=(1,), top=2).is_file()
