"""A plate's own geometry: tiles, units and channels lie on it, apart and in reading order."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from paper_bundle import layer, paper_bundle

from exporter.bundle.schema import Preprocessing
from viewer.atlas import pictures_atlas
from viewer.layout import Form, Layout, Plate, place
from viewer.layout.form import form_of, weights_form
from viewer.visuals.tiles import CHANNEL, picture_quads

rooms = st.floats(0.8, 25)
maps = st.tuples(st.integers(1, 224), st.integers(1, 224), st.integers(1, 80))
kernels = st.tuples(st.integers(1, 7), st.integers(1, 7), st.sampled_from([1, 1, 3, 64]), st.integers(1, 64))


def plate_of(form: Form) -> Plate:
    return Plate("a", form, (3.0, -2.0, 1.0), 4)


def check_tiles(form: Form) -> None:
    plate = plate_of(form)
    tiles = plate.tile_centres()
    assert tiles.shape == (form.tiles, 3)
    assert form.rows * form.columns >= form.tiles > (form.rows - 1) * form.columns
    low, high = plate.corners().min(axis=0), plate.corners().max(axis=0)
    half = np.array([0.0, form.tile_size[1] / 2, form.tile_size[0] / 2])
    assert (tiles - half >= low - 1e-9).all()
    assert (tiles + half <= high + 1e-9).all()
    if form.tiles <= 80:
        for one, two in itertools.combinations(tiles, 2):
            assert (np.abs(one - two)[1:] >= 2 * half[1:] - 1e-9).any(), "tiles lie over each other"


@given(maps, rooms)
def test_tiles_of_maps_lie_apart_on_their_panel_in_reading_order(shape: tuple[int, int, int], room: float) -> None:
    form = form_of(layer("a", "conv", *shape), shape, room, is_class_list=False)
    check_tiles(form)
    if shape[:2] == (1, 1):
        assert form.kind == "vector"
        assert form.cells[0] * form.cells[1] >= shape[2] == form.channels, "channels of one cell are cells of a vector"
        return
    assert form.cells == shape[:2]
    if form.kind == "maps":
        assert form.tiles == shape[2]
        tiles = form.tile_centres()
        for one, two in itertools.pairwise(tiles):
            assert two[0] > one[0] or two[1] < one[1], "to the right, or a line down"
    else:
        assert form.tiles == 1
        assert form.channels == shape[2]


@given(
    st.lists(st.integers(1, 4), min_size=0, max_size=2).flatmap(
        lambda more: st.tuples(*map(st.just, more), st.integers(1, 40), maps)
    ),
    rooms,
)
def test_volumes_have_a_tile_for_each_slice(parts: tuple[Any, ...], room: float) -> None:
    shape = (*parts[:-1], *parts[-1])
    slices, channels = int(np.prod(shape[:-3])), shape[-1]
    form = form_of(layer("a", "conv", *shape), shape, room, is_class_list=False)
    if form.kind == "vector":
        assert slices * shape[-3] * shape[-2] == 1
        return
    check_tiles(form)
    assert form.cells == shape[-3:-1]
    if form.kind == "maps":
        assert form.tiles == slices * channels <= 64
    else:
        assert form.tiles == form.slices
        assert form.tiles in (1, slices)
        assert form.tiles <= 32


def test_scores_of_attention_are_a_tile_for_each_head() -> None:
    shape = (4, 10, 12)
    form = form_of(layer("a", "attention", *shape), shape, 6.0, is_class_list=False, channels_first=True)
    assert (form.tiles, form.cells, form.channels, form.channels_first) == (4, (10, 12), 4, True)
    check_tiles(form)
    flat = form_of(
        layer("a", "attention", 2, 3, 4, 3, 4), (2, 3, 4, 3, 4), 6.0, is_class_list=False, channels_first=True
    )
    assert (flat.tiles, flat.cells) == (2, (12, 12)), "queries and keys of a picture are rows and columns"


@pytest.mark.parametrize("shape", [(0,), (0, 3), (4, 0, 3), (2, 0, 0, 0)])
def test_an_output_without_elements_has_one_empty_cell(shape: tuple[int, ...]) -> None:
    form = form_of(layer("a", "conv", *shape), shape, 4.0, is_class_list=False)
    assert (form.kind, form.tiles, form.cells, form.shape) == ("vector", 1, (1, 1), shape)


def test_a_part_of_the_channels_is_shown_and_the_whole_is_named() -> None:
    form = form_of(layer("a", "conv", 8, 8, 64), (8, 8, 6), 4.0, is_class_list=False, shape=(8, 8, 64))
    assert (form.kind, form.tiles, form.channels, form.shape) == ("maps", 6, 6, (8, 8, 64))


@given(st.integers(1, 12_000), rooms, st.booleans())
def test_every_unit_of_a_vector_has_a_cell_and_a_height_on_its_panel(
    units: int, room: float, is_class_list: bool
) -> None:
    form = form_of(layer("a", "dense", units), (units,), room, is_class_list=is_class_list)
    assert form.cells[0] * form.cells[1] >= units
    heights = plate_of(form).unit_heights()
    assert len(heights) == units
    assert (np.diff(heights) <= 1e-9).all(), "from the top down"
    corners = plate_of(form).corners()
    assert corners[:, 1].min() < heights.min()
    assert heights.max() < corners[:, 1].max()


@given(st.tuples(st.integers(1, 300), st.integers(1, 300), st.sampled_from([1, 3])), rooms)
def test_a_picture_keeps_its_proportions_and_its_channels_stay_on_its_panel(
    shape: tuple[int, int, int], room: float
) -> None:
    form = form_of(layer("a", "input", *shape), shape, room, is_class_list=False)
    assert form.kind == "picture"
    proportion = min(max(shape[1] / shape[0], 0.2), 5.0)
    assert form.tile_size[0] / form.tile_size[1] == pytest.approx(proportion), "but a ribbon can still be seen"
    plate = plate_of(form)
    assert len(plate.unit_heights()) == shape[2]
    channels = plate.channel_centres()
    assert len(channels) in (0, 3)
    if len(channels):
        half = form.channel_size[1] / 2
        assert channels[:, 1].min() - half >= plate.corners()[:, 1].min() - 1e-9
        assert channels[:, 1].max() + half <= plate.tile_centres()[0, 1] - form.tile_size[1] / 2 + 1e-9
        assert (np.diff(channels[:, 1]) < -2 * half + 1e-9).all()


@given(st.one_of(kernels, st.tuples(st.integers(1, 4000), st.integers(1, 4000))), st.floats(0.5, 8))
def test_every_weight_of_a_kernel_has_a_cell(shape: tuple[int, ...], room: float) -> None:
    form = weights_form(shape, room)
    assert form.tiles * form.cells[0] * form.cells[1] == np.prod(shape)
    assert form.size[0] > 0
    assert form.size[1] > 0
    check_tiles(form)


@pytest.mark.parametrize("order", ["rgb", "bgr"])
def test_the_channels_of_a_picture_stand_red_above_green_above_blue(order: Literal["rgb", "bgr"]) -> None:
    shown = layer("in", "input", 64, 64, 3)
    laid_out = place(paper_bundle([shown], preprocessing=Preprocessing(colour_order=order))).plate("in")
    assert laid_out.form.blue_first is (order == "bgr")
    plate = plate_of(replace(form_of(shown, (64, 64, 3), 20.0, False), blue_first=laid_out.form.blue_first))
    heights = plate.channel_centres()[:, 1]
    red_first = heights if order == "rgb" else heights[::-1]
    assert list(red_first) == sorted(heights, reverse=True)
    assert list(plate.unit_heights()) == list(heights), "strands leave the tile of their own channel"
    layout = Layout((plate,), (), 1)
    quads = picture_quads(layout, pictures_atlas(layout))
    small = quads.look[:, 0] == CHANNEL
    colours = quads.look[small, 3][np.argsort(-quads.place[small, 1])]
    assert list(colours) == [0, 1, 2], "and each shows the colour that stands there"
