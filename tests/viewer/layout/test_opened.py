"""Layers that a person has opened show every channel, closed ones the mean, whatever there would be room for."""

from __future__ import annotations

import time

import numpy as np
import pytest
from paper_bundle import layer, paper_bundle

from viewer.labels import size_text
from viewer.layout import Layout, LayoutOptions, place
from viewer.layout.form import SMALLEST_OF_MANY

CHAIN = [layer("in", "input", 28, 28, 3), layer("a", "conv", 28, 28, 8), layer("b", "conv", 28, 28, 512)]
CHAIN += [layer("c", "conv", 7, 7, 64), layer("out", "dense", 10)]


def placed(**options: tuple[str, ...]) -> Layout:
    return place(paper_bundle(CHAIN), LayoutOptions(**options))  # type: ignore[arg-type]


def test_nothing_that_was_not_named_changes() -> None:
    plain, opened = placed(), placed(opened=("b",), closed=("a",))
    for name in ("in", "c", "out"):
        assert opened.plate(name).form.kind == plain.plate(name).form.kind
    assert [plain.plate(name).form.kind for name in ("a", "b")] == ["maps", "closed"]
    assert [opened.plate(name).form.kind for name in ("a", "b")] == ["closed", "maps"]


@pytest.mark.parametrize("channels", [33, 64, 100, 512, 4096])
def test_an_opened_layer_has_a_tile_for_every_channel_in_a_near_square(channels: int) -> None:
    bundle = paper_bundle([layer("in", "input", 28, 28, 3), layer("a", "conv", 28, 28, channels)])
    began = time.process_time()
    form = place(bundle, LayoutOptions(opened=("a",))).plate("a").form
    assert time.process_time() - began < 2.0, "not a search over every channel"
    assert form.tiles == channels
    assert form.columns * form.rows >= channels > form.columns * (form.rows - 1)
    width, height = form.size
    assert 0.2 < width / height < 1.5
    assert min(form.tile_size) >= SMALLEST_OF_MANY
    centres = form.tile_centres()
    assert len(np.unique(centres.round(6), axis=0)) == channels


def test_a_closed_layer_says_how_many_channels_it_stands_for() -> None:
    plate = placed(closed=("a",)).plate("a")
    assert plate.form.tiles == 1
    assert plate.form.channels == 8
    assert size_text(plate) == "28\u00d728\u00d78"


def test_plates_do_not_touch_however_large_one_is() -> None:
    layout = placed(opened=("b", "c"))
    x = [plate.centre[0] for plate in layout.plates]
    assert (np.diff(x) > 0.4).all()


def test_a_layer_that_is_both_is_open() -> None:
    assert placed(opened=("b",), closed=("b",)).plate("b").form.kind == "maps"


def test_names_of_layers_that_have_no_maps_change_nothing() -> None:
    assert placed(opened=("out", "nobody"), closed=("in",)) == placed()
