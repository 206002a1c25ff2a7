"""A heat has the colours of its overlay's values, flat and on the plate of its layer, and hides nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from explained_bundle import add_explanation
from probes import ASPECT, CLOSE, SIZE, Array, aimed, bare, cell_centres, colours_at, nominal_camera
from tiny_bundle import ATTACKED_IDS, make_tiny_bundle

from exporter.bundle import Bundle, read_bundle
from exporter.bundle.errors import BundleError
from viewer.colour import apply_map
from viewer.heat import Heat
from viewer.heat_cells import heat_cells
from viewer.layout import Layout, LayoutOptions, place
from viewer.state import CaptureKey, NetView, ViewState

CLEAN = CaptureKey("clean-0", "002")
BOX = 240.0, 120.0, 840.0, 840.0
RANDOM = np.random.default_rng(3)
SIZES = RANDOM.uniform(0, 2, (6, 6))
SIGNED = RANDOM.uniform(-3, 3, (6, 6))
MASK = (RANDOM.uniform(0, 1, (6, 6)) > 0.5).astype(float)
OF_MAPS = RANDOM.uniform(-1, 1, (3, 3))
OF_UNITS = RANDOM.uniform(-1, 1, 36)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    path = make_tiny_bundle(tmp_path_factory.mktemp("heats") / "heats.bundle")
    add_explanation(path, "saliency-1", {"picture": ("heat", SIZES), "conv": ("signed", OF_MAPS)})
    add_explanation(path, "occlusion-1", {"picture": ("signed", SIGNED), "flatten": ("signed", OF_UNITS)})
    add_explanation(path, "segmentation-1", {"picture": ("mask", MASK)})
    return read_bundle(path)


@pytest.fixture(scope="module")
def layout(bundle: Bundle) -> Layout:
    return place(bundle, LayoutOptions(opened=("conv", "pool")))


@pytest.fixture(scope="module")
def stage(bundle: Bundle, layout: Layout) -> Iterator:
    from viewer.stage import Stage

    with Stage(bundle, layout) as made:
        yield made


def flat(*heats: Heat, theme: str = "dark") -> ViewState:
    """Heats in a frame without a net."""
    from viewer.state import Camera

    return ViewState(Camera(), (), theme, bloom=0.0, heats=heats)  # type: ignore[arg-type]


def cells_of(frame: Array, shape: tuple[int, int], box: tuple[float, ...] = BOX) -> Array:
    """Colours (rows, columns, 3) in 0..1 in the middle of each cell of a box."""
    px = frame.shape[0] / 1080
    rows, columns = shape
    y = ((box[1] + (np.arange(rows) + 0.5) / rows * box[3]) * px).astype(int)
    x = ((box[0] + (np.arange(columns) + 0.5) / columns * box[2]) * px).astype(int)
    return frame[y[:, None], x[None]] / 255


def wanted(values: Array, theme: str, name: str, ground: Array, alpha: float) -> Array:
    """Colours of values (full colour: 1) over a ground, as `Heat` says."""
    sizes = np.clip(values, -1 if name == "evidence" else 0, 1)
    cover = alpha * np.abs(sizes)[..., None]
    return apply_map(sizes, theme, name) * cover + ground * (1 - cover)  # type: ignore[arg-type]


@pytest.mark.gl
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_flat_each_cell_has_the_colour_of_its_value(stage, theme: str) -> None:
    ground = cells_of(stage.render(flat(theme=theme), SIZE, supersample=1), (6, 6))
    for overlay, values, name in (("saliency-1", SIZES, "heat"), ("occlusion-1", SIGNED, "evidence")):
        heat = Heat(overlay, BOX, scale=1.6, alpha=0.7, is_smooth=False)
        seen = cells_of(stage.render(flat(heat, theme=theme), SIZE, supersample=1), (6, 6))
        np.testing.assert_allclose(seen, wanted(values / 1.6, theme, name, ground, 0.7), atol=0.012)
        alone = replace(heat, alpha=1.0, is_alone=True, scale=None)
        seen = cells_of(stage.render(flat(alone, theme=theme), SIZE, supersample=1), (6, 6))
        colours = apply_map(values / np.abs(values).max(), theme, name)  # type: ignore[arg-type]
        np.testing.assert_allclose(seen, colours, atol=0.012)


@pytest.mark.gl
def test_a_mask_leaves_what_is_in_it_and_darkens_the_rest(stage) -> None:
    ground = cells_of(stage.render(flat(theme="light"), SIZE, supersample=1), (6, 6))
    heat = Heat("segmentation-1", BOX, alpha=0.8, is_smooth=False)
    seen = cells_of(stage.render(flat(heat, theme="light"), SIZE, supersample=1), (6, 6))
    np.testing.assert_allclose(seen, ground * np.where(MASK, 1.0, 0.2)[..., None], atol=0.012)


@pytest.mark.gl
def test_smooth_it_passes_evenly_from_cell_to_cell(stage) -> None:
    heat = Heat("saliency-1", BOX, alpha=1.0, is_alone=True)
    frame = stage.render(flat(heat), SIZE, supersample=1)
    np.testing.assert_allclose(cells_of(frame, (6, 6)), apply_map(SIZES / SIZES.max(), "dark", "heat"), atol=0.05)
    between = (SIZES[:, :-1] + SIZES[:, 1:]) / 2
    half = BOX[2] / 12
    box = BOX[0] + half, BOX[1], BOX[2] - 2 * half, BOX[3]
    colours = apply_map(between / SIZES.max(), "dark", "heat")
    np.testing.assert_allclose(cells_of(frame, (6, 5), box), colours, atol=0.05)
    squares = stage.render(flat(replace(heat, is_smooth=False)), SIZE, supersample=1)
    assert np.abs(cells_of(squares, (6, 5), box) - colours).max() > 0.1, "the negative control"


@pytest.mark.gl
def test_it_goes_over_to_another_and_is_that_in_the_end(stage) -> None:
    one = Heat("saliency-1", BOX, scale=2.0)
    other = Heat("occlusion-1", BOX, scale=3.0)
    both = replace(one, toward="occlusion-1", toward_scale=3.0)
    frames = [
        stage.render(flat(heat), SIZE, supersample=1).astype(int)
        for heat in (one, other, both, replace(both, blend=1.0), replace(both, blend=0.5))
    ]
    np.testing.assert_array_equal(frames[2], frames[0])
    np.testing.assert_array_equal(frames[3], frames[1])
    assert np.abs(frames[4] - (frames[0] + frames[1]) / 2).max() <= 2
    assert np.abs(frames[0] - frames[1]).max() > 50, "the negative control"


@pytest.mark.gl
def test_it_covers_its_box_alone_and_nothing_where_it_is_clear(stage) -> None:
    heat = Heat("occlusion-1", BOX, is_alone=True, alpha=1.0)
    without, clear, there = (
        stage.render(flat(*heats, theme="light"), SIZE, supersample=1).astype(int)
        for heats in ((), (replace(heat, alpha=0.0),), (heat,))
    )
    np.testing.assert_array_equal(clear, without)
    rows, columns = np.nonzero(np.abs(there - without).max(axis=2))
    px = SIZE[1] / 1080
    found = columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
    np.testing.assert_allclose(found, np.array([BOX[0], BOX[1], BOX[0] + BOX[2], BOX[1] + BOX[3]]) * px, atol=1)


@pytest.mark.gl
@pytest.mark.parametrize("is_behind", [False, True])
def test_on_a_plate_it_lies_on_every_tile_and_is_never_mirrored(stage, layout: Layout, is_behind: bool) -> None:
    for overlay, layer, values in (("saliency-1@conv", "conv", OF_MAPS), ("occlusion-1", "picture", SIGNED)):
        index = next(i for i, plate in enumerate(layout.plates) if plate.layer == layer)
        plate = layout.plates[index]
        camera = aimed(layout, plate.corners(), ASPECT, 232.0 if is_behind else 52.0)
        only = tuple(float(i == index) for i in range(len(layout.plates)))
        net = NetView(CLEAN, emphasis=only, offset=(0.4, -0.3, 0.2), spread=1.3)
        heat = Heat(overlay, scale=1.0, alpha=1.0, is_alone=True, is_smooth=False)
        camera = replace(camera, target=tuple(np.add(camera.target, _moved(net, layout, plate.centre))))
        frame = stage.render(replace(bare(net, camera, "light"), heats=(heat,)), SIZE, supersample=1)
        for tile in range(plate.form.tiles):
            centres = cell_centres(plate, tile, is_mirrored=is_behind) + _moved(net, layout, plate.centre)
            rows, columns = centres.shape[:2]
            cells = np.ix_(np.arange(rows) * len(values) // rows, np.arange(columns) * len(values) // columns)
            colours = apply_map(values[cells], "light", "evidence" if overlay != "saliency-1" else "heat")
            seen = colours_at(frame, camera, centres.reshape(-1, 3))
            np.testing.assert_allclose(seen, colours.reshape(-1, 3), atol=CLOSE + 0.01, err_msg=f"{layer} {tile}")
            assert np.abs(seen.reshape(rows, columns, 3)[:, ::-1] - colours).max() > 0.3, "mirrored it would be seen"


def _moved(net: NetView, layout: Layout, centre: tuple[float, float, float]) -> Array:
    return np.add(net.offset, ((centre[0] - layout.centre[0]) * (net.spread - 1), 0.0, 0.0))


@pytest.mark.gl
def test_on_a_plate_it_lies_over_what_the_plate_shows(stage, layout: Layout) -> None:
    """Through the colours of small sizes the tile is seen; the panel beside the tiles stays as it is."""
    plate = layout.plate("picture")
    camera = aimed(layout, plate.corners(), ASPECT)
    heat = Heat("saliency-1", scale=2.0, alpha=0.85, is_smooth=False)
    states = [replace(bare(NetView(CLEAN), camera, "light"), heats=heats) for heats in ((), (heat,))]
    without, there = (stage.render(state, SIZE, supersample=1) for state in states)
    centres = cell_centres(plate, 0).reshape(-1, 3)
    ground, seen = (colours_at(frame, camera, centres) for frame in (without, there))
    np.testing.assert_allclose(seen, wanted(SIZES.reshape(-1) / 2, "light", "heat", ground, 0.85), atol=0.012)
    beside = np.add(plate.centre, (0.0, 0.0, plate.size[0] / 2 - 0.06))[None]
    np.testing.assert_array_equal(colours_at(without, camera, beside), colours_at(there, camera, beside))


@pytest.mark.gl
def test_it_has_the_emphasis_and_the_opacity_of_its_plate_and_what_is_nearer_hides_it(stage, layout: Layout) -> None:
    index = next(i for i, plate in enumerate(layout.plates) if plate.layer == "conv")
    camera = replace(nominal_camera(layout, ASPECT), azimuth_deg=90.0, elevation_deg=0.0)
    heat = Heat("saliency-1@conv", scale=1.0, alpha=1.0, is_alone=True)

    def pair(net: NetView) -> tuple[Array, Array]:
        states = [replace(bare(net, camera, "light"), heats=heats) for heats in ((), (heat,))]
        without, there = (stage.render(state, SIZE, supersample=1).astype(int) for state in states)
        return without, there

    def covered(net: NetView) -> Array:
        without, there = pair(net)
        return np.abs(there - without).max(axis=2) > 0

    only = tuple(float(i == index) for i in range(len(layout.plates)))
    seen, whole = covered(NetView(CLEAN, emphasis=only)), pair(NetView(CLEAN, emphasis=only))[1]
    assert seen.sum() > 200
    for less in (
        NetView(CLEAN, emphasis=tuple(0.5 * each for each in only)),
        NetView(CLEAN, emphasis=only, opacity=0.5),
    ):
        without, there = pair(less)
        np.testing.assert_allclose(there[seen], (whole[seen] + without[seen]) / 2, atol=2)
    assert not covered(NetView(CLEAN, emphasis=(0.0,) * len(only))).any()
    closed = covered(NetView(CLEAN, emphasis=only, fans=(0.3,) * len(only)))
    assert 0 < closed.sum() < seen.sum() / 2, "it comes out of the middle with its tiles"
    in_full = covered(NetView(CLEAN))
    assert in_full.sum() < 0.9 * seen.sum(), "the picture stands before it"
    assert not (in_full & ~seen).any()


@pytest.mark.gl
def test_it_belongs_to_one_net_and_to_a_plate_that_is_there(stage, bundle: Bundle, layout: Layout) -> None:
    nets = NetView(CLEAN), NetView(CaptureKey(ATTACKED_IDS[-1], "002"), offset=(0.0, -9.0, 0.0))
    camera = nominal_camera(layout, ASPECT)
    state = replace(bare(nets[0], camera, "light"), nets=nets)
    heat = Heat("saliency-1@conv", scale=1.0, is_alone=True)
    without, first, second, third = (
        stage.render(replace(state, heats=heats), SIZE, supersample=1).astype(int)
        for heats in ((), (heat,), (replace(heat, net=1),), (replace(heat, net=2),))
    )
    np.testing.assert_array_equal(third, without)
    assert np.abs(first - without).max() > 30
    assert not np.logical_and((first != without).any(axis=2), (second != without).any(axis=2)).all()
    assert np.abs(first - second).max() > 30


@pytest.mark.gl
@pytest.mark.parametrize("heat", [Heat("nothing", BOX), Heat("saliency-1", toward="nothing"), Heat("no", alpha=0.0)])
def test_an_overlay_that_is_not_there_is_an_error(stage, heat: Heat) -> None:
    with pytest.raises(BundleError, match="no such overlay"):
        stage.render(flat(heat), SIZE)


def test_what_is_no_number_is_nothing_and_a_vector_lies_as_its_plate_does(
    bundle: Bundle, layout: Layout, tmp_path
) -> None:
    cells = heat_cells(bundle, layout, "occlusion-1@flatten")
    rows, columns = layout.plate("flatten").form.cells
    assert cells.values.shape == (rows, columns)
    np.testing.assert_array_equal(cells.values.reshape(-1)[:36], OF_UNITS.astype(np.float32))
    assert not cells.is_picture
    odd = SIZES.copy()
    odd[0, 0], odd[1, 1] = np.nan, 0.0
    path = add_explanation(make_tiny_bundle(tmp_path / "odd.bundle"), "saliency-1", {"picture": ("heat", odd)})
    add_explanation(path, "saliency-2", {"picture": ("heat", odd * 0)})
    found = heat_cells(read_bundle(path), layout, "saliency-1")
    assert found.values[0, 0] == 0
    assert found.largest == np.float32(np.nanmax(odd))
    assert heat_cells(read_bundle(path), layout, "saliency-2").largest == 1.0
