"""What is drawn is what was computed: colours at cells, frames that depend on their state alone, and plain errors."""

from __future__ import annotations

import hashlib
import itertools
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from paper_bundle import KEY, layer, paper_bundle
from probes import ASPECT, CLOSE, SIZE, aimed, bare, cell_centres, check_plate, colours_at, nominal_camera
from tiny_bundle import LAYER_NAMES

from exporter.bundle import Bundle, BundleError
from exporter.bundle.schema import Capture, Input, Preprocessing, TensorRef
from viewer.atlas import as_picture, tiles_of, values_of
from viewer.backend import DrawError
from viewer.camera import project
from viewer.colour import PALETTES, apply_map
from viewer.layout import Layout, place
from viewer.scales import difference_gains
from viewer.stage import Stage
from viewer.state import Bar, CaptureKey, Hud, NetView, ViewState, Words
from viewer.visuals import captures as captures_module

pytestmark = pytest.mark.gl

CLEAN, BAR, ATTACKED = CaptureKey("clean-0", "002"), CaptureKey("clean-1", "001"), CaptureKey("attack-3", "002")
PLATES = range(len(LAYER_NAMES) + 2)
KERNELS = range(len(LAYER_NAMES), len(LAYER_NAMES) + 2)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("index", PLATES[1:])
def test_cells_have_the_colour_of_their_value(tiny_stage: Stage, tiny_bundle: Bundle, theme: str, index: int) -> None:
    plate = tiny_stage.layout.plates[index]
    values = tiles_of(plate, values_of(tiny_bundle, plate, CLEAN))
    name = "weight" if index in KERNELS else "activation"
    check_plate(tiny_stage, NetView(CLEAN), theme, index, values, tiny_stage.scales()[index], name)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("blend", [0.5, 0.25])
def test_a_blend_lies_between(tiny_stage: Stage, tiny_bundle: Bundle, theme: str, blend: float) -> None:
    plate = tiny_stage.layout.plates[1]
    values = [tiles_of(plate, values_of(tiny_bundle, plate, key)) for key in (CLEAN, BAR)]
    mixed = values[0] * (1 - blend) + values[1] * blend
    check_plate(tiny_stage, NetView(CLEAN, BAR, blend), theme, 1, mixed, tiny_stage.scales()[1], "activation")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("index", "blend"), [(1, 1.0), (2, 1.0), (3, 0.5), (4, 1.0), (5, 1.0)])
def test_a_difference_has_its_own_map_and_gain(
    tiny_stage: Stage, tiny_bundle: Bundle, theme: str, index: int, blend: float
) -> None:
    layout = tiny_stage.layout
    gains = difference_gains(tiny_bundle, layout, tiny_stage.scales(), CLEAN, ATTACKED)
    plate = layout.plates[index]
    clean, other = (tiles_of(plate, values_of(tiny_bundle, plate, key)) for key in (CLEAN, ATTACKED))
    net = NetView(CLEAN, ATTACKED, blend, "difference", gains=gains)
    check_plate(
        tiny_stage, net, theme, index, (other - clean) * blend * gains[index], tiny_stage.scales()[index], "difference"
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_grey_pictures_difference_is_signed(tiny_stage: Stage, tiny_bundle: Bundle, theme: str) -> None:
    gains = (4.0,) * len(tiny_stage.layout.plates)
    plate = tiny_stage.layout.plates[0]
    values = [
        as_picture(values_of(tiny_bundle, plate, key), tiny_bundle.manifest.preprocessing)[..., 0]
        for key in (CLEAN, ATTACKED)
    ]
    net = NetView(CLEAN, ATTACKED, 1.0, "difference", gains=gains)
    check_plate(tiny_stage, net, theme, 0, (values[1] - values[0]) * 4, 1.0, "difference")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("key", [CLEAN, BAR, ATTACKED])
def test_pictures_are_themselves(tiny_stage: Stage, tiny_bundle: Bundle, theme: str, key: CaptureKey) -> None:
    plate = tiny_stage.layout.plates[0]
    camera = aimed(tiny_stage.layout, plate.corners(), ASPECT)
    frame = tiny_stage.render(bare(NetView(key), camera, theme), SIZE, supersample=1)
    expected = as_picture(values_of(tiny_bundle, plate, key), tiny_bundle.manifest.preprocessing).reshape(-1, 3)
    np.testing.assert_allclose(colours_at(frame, camera, cell_centres(plate, 0)), np.clip(expected, 0, 1), atol=CLOSE)


@pytest.fixture(scope="module")
def colour_stage():
    """A colour picture (red, green and blue in bands from left to right, a white first row), then a small layer."""
    fed = np.zeros((6, 9, 3), np.float32)
    for channel in range(3):
        fed[:, 3 * channel : 3 * channel + 3, channel] = 200
    fed[0] = 255
    bundle = paper_bundle(
        [layer("in", "input", 6, 9, 3), layer("conv", "conv", 4, 7, 2), layer("out", "dense", 4)],
        kernels={"conv": (3, 3, 3, 2)},
        arrays={"in": fed, "conv": np.random.default_rng(0).normal(size=(4, 7, 2)).astype(np.float32)},
        preprocessing=Preprocessing(),
    )
    with Stage(bundle, place(bundle)) as stage:
        yield stage, fed


@pytest.mark.parametrize("azimuth_deg", [20.0, 52.0, 140.0, 200.0, 232.0, 308.0, -20.0])
@pytest.mark.parametrize("index", [0, 1])
def test_nothing_is_ever_mirrored(colour_stage, azimuth_deg: float, index: int) -> None:
    stage, fed = colour_stage
    plate = stage.layout.plates[index]
    camera = aimed(stage.layout, plate.corners(), ASPECT, azimuth_deg)
    is_behind = np.sin(np.radians(azimuth_deg)) < 0
    centres = cell_centres(plate, 0, is_mirrored=is_behind)
    on_picture = project(camera, centres, ASPECT).reshape(*plate.form.cells, 2)
    assert (np.diff(on_picture[..., 0], axis=1) > 0).all(), "the first column is at the reader's left"
    # Other plates may stand before this one from here: it is looked at alone.
    alone = Layout((plate,), (), 1)
    with Stage(stage.bundle, alone) as single:
        frame = single.render(bare(NetView(CaptureKey(*KEY)), camera, "light"), SIZE, supersample=1)
        scale = single.scales()[0]
    if index == 0:
        expected = fed / 255
    else:
        values = tiles_of(plate, values_of(stage.bundle, plate, CaptureKey(*KEY)))
        expected = apply_map(values[0] / scale, "light", "activation")
    np.testing.assert_allclose(colours_at(frame, camera, centres), expected.reshape(-1, 3), atol=CLOSE)


def test_an_unbalanced_camera_may_be_anywhere(tiny_stage: Stage) -> None:
    camera = nominal_camera(tiny_stage.layout, ASPECT)
    for azimuth_deg, elevation_deg in itertools.product((0.0, 90.0, 180.0, 270.0), (-60.0, 0.0, 60.0)):
        state = ViewState(
            replace(camera, azimuth_deg=azimuth_deg, elevation_deg=elevation_deg), (NetView(CLEAN, front=2.0),)
        )
        assert tiny_stage.render(state, (64, 48), supersample=1).std() > 0


def busy(layout: Layout, theme: str = "dark", aspect: float = ASPECT) -> ViewState:
    """A state with everything in it."""
    camera = nominal_camera(layout, aspect)
    nets = (
        NetView(CLEAN, ATTACKED, 0.4, front=2.3, heading="clean"),
        NetView(BAR, offset=(0.0, 9.0, 0.0), edge_width=0.5),
    )
    hud = Hud(bars=(Bar((40, 40, 300, 20)),), words=(Words("what is seen", (40.0, 110.0), 40.0),))
    return ViewState(camera, nets, theme, hud)  # type: ignore[arg-type]


def test_the_same_state_is_the_same_frame_whatever_was_drawn_before(tiny_stage: Stage) -> None:
    one = busy(tiny_stage.layout)
    first = tiny_stage.render(one, SIZE)
    others = [
        (busy(tiny_stage.layout, "light"), SIZE, 2),
        (bare(NetView(BAR), one.camera, "dark"), (200, 100), 1),
        (replace(one, nets=()), SIZE, 2),
        (replace(one, hud=Hud(words=(Words("another text", (1, 99), 77.0),))), SIZE, 2),
        (
            replace(
                one, nets=(NetView(CLEAN, ATTACKED, 1.0, "difference", gains=(3.0,) * len(tiny_stage.layout.plates)),)
            ),
            SIZE,
            2,
        ),
        (replace(one, camera=replace(one.camera, azimuth_deg=250.0)), SIZE, 2),
    ]
    for state, size, supersample in others:
        assert not np.array_equal(tiny_stage.render(state, size, supersample=supersample), first)
        np.testing.assert_array_equal(tiny_stage.render(one, SIZE), first)


def test_two_stages_do_not_disturb_each_other(tiny_stage: Stage, colour_stage) -> None:
    other = colour_stage[0]
    mine = tiny_stage.render(busy(tiny_stage.layout), SIZE)
    theirs = other.render(ViewState(nominal_camera(other.layout, ASPECT), (NetView(CaptureKey(*KEY)),)), SIZE)
    np.testing.assert_array_equal(tiny_stage.render(busy(tiny_stage.layout), SIZE), mine)
    again = other.render(ViewState(nominal_camera(other.layout, ASPECT), (NetView(CaptureKey(*KEY)),)), SIZE)
    np.testing.assert_array_equal(again, theirs)


IN_ANOTHER_PROCESS = """
import hashlib, sys
sys.path[:0] = sys.argv[2:]
from test_stage import SIZE, busy
from exporter.bundle import read_bundle
from viewer.layout import LayoutOptions, place
from viewer.stage import Stage
bundle = read_bundle(sys.argv[1])
layout = place(bundle, LayoutOptions(with_weights=True))
print(hashlib.sha256(Stage(bundle, layout).render(busy(layout), SIZE).tobytes()).hexdigest())
"""


def test_another_process_draws_the_same_bytes(tiny_stage: Stage, tiny_bundle_path, root) -> None:
    command = [
        sys.executable,
        "-c",
        IN_ANOTHER_PROCESS,
        tiny_bundle_path,
        root,
        root / "tests/support",
        root / "tests/viewer",
    ]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    frame = tiny_stage.render(busy(tiny_stage.layout), SIZE)
    assert done.stdout.strip() == hashlib.sha256(frame.tobytes()).hexdigest()


@pytest.mark.parametrize("size", [(320, 240), (97, 61), (240, 320), (16, 16), (500, 120)])
@pytest.mark.parametrize("supersample", [1, 2])
def test_frames_have_the_size_that_was_asked_for(tiny_stage: Stage, size: tuple[int, int], supersample: int) -> None:
    frame = tiny_stage.render(busy(tiny_stage.layout, aspect=size[0] / size[1]), size, supersample=supersample)
    assert frame.shape == (size[1], size[0], 3)
    assert frame.dtype == np.uint8
    frame[0, 0] = 0  # it is the caller's own


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("size", [(320, 240), (240, 320), (400, 150)])
@pytest.mark.parametrize("supersample", [1, 2])
def test_the_net_is_where_the_camera_says_and_fills_it(
    tiny_stage: Stage, theme: str, size: tuple[int, int], supersample: int
) -> None:
    layout, aspect = tiny_stage.layout, size[0] / size[1]
    camera = nominal_camera(layout, aspect)
    state = bare(NetView(CLEAN), camera, theme)
    drawn = tiny_stage.render(state, size, supersample=supersample).astype(int)
    empty = tiny_stage.render(replace(state, nets=()), size, supersample=supersample).astype(int)
    rows, columns = np.nonzero(np.abs(drawn - empty).max(axis=2) > 6)
    expected = project(camera, layout.corners(), aspect) * size[1] / 1080
    (left, top), (right, bottom) = expected.min(axis=0), expected.max(axis=0)
    found = columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
    np.testing.assert_allclose(found, (left, top, right, bottom), atol=2.0)


def test_a_larger_or_finer_frame_shows_the_same_picture(tiny_stage: Stage) -> None:
    state = busy(tiny_stage.layout)
    small = tiny_stage.render(state, SIZE, supersample=2).astype(float)
    plain = tiny_stage.render(state, SIZE, supersample=1).astype(float)
    large = tiny_stage.render(state, (2 * SIZE[0], 2 * SIZE[1]), supersample=1).astype(float)
    large = large.reshape(SIZE[1], 2, SIZE[0], 2, 3).mean(axis=(1, 3))
    assert np.abs(small - large).mean() < 3
    assert np.abs(small - plain).mean() < 3


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_an_empty_stage_is_the_background_of_the_theme(tiny_stage: Stage, theme: str) -> None:
    frame = tiny_stage.render(ViewState(nominal_camera(tiny_stage.layout, ASPECT), (), theme), SIZE)  # type: ignore[arg-type]
    palette = PALETTES[theme]  # type: ignore[index]
    low, high = (np.minimum(palette.inner, palette.outer) * 255 - 2, np.maximum(palette.inner, palette.outer) * 255 + 2)
    assert ((frame >= low) & (frame <= high)).all()
    np.testing.assert_allclose(frame[110, 147] / 255, palette.inner, atol=0.02)


def test_the_ends_of_a_blend_are_the_captures_themselves(tiny_stage: Stage) -> None:
    camera = nominal_camera(tiny_stage.layout, ASPECT)
    for theme in ("dark", "light"):
        alone = [tiny_stage.render(ViewState(camera, (NetView(key),), theme), SIZE) for key in (CLEAN, BAR)]
        ends = [
            tiny_stage.render(ViewState(camera, (NetView(CLEAN, BAR, blend),), theme), SIZE) for blend in (0.0, 1.0)
        ]
        np.testing.assert_array_equal(alone[0], ends[0])
        np.testing.assert_array_equal(alone[1], ends[1])


def test_opacity_0_is_nothing(tiny_stage: Stage) -> None:
    state = ViewState(nominal_camera(tiny_stage.layout, ASPECT), (NetView(CLEAN, opacity=0.0),))
    empty = replace(state, nets=())
    np.testing.assert_array_equal(tiny_stage.render(state, SIZE), tiny_stage.render(empty, SIZE))


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_strands_never_lie_over_cells(tiny_stage: Stage, theme: str) -> None:
    size = 640, 480
    camera = nominal_camera(tiny_stage.layout, ASPECT)
    without = bare(NetView(CLEAN), camera, theme)
    strands = replace(without, nets=(replace(without.nets[0], edge_alpha=1.0),))
    plain, drawn = (tiny_stage.render(state, size, supersample=1) for state in (without, strands))
    assert np.abs(plain.astype(int) - drawn).max() > 40, "there are strands"
    for plate in tiny_stage.layout.plates:
        for tile in range(plate.form.tiles):
            points = cell_centres(plate, tile)
            np.testing.assert_allclose(
                colours_at(drawn, camera, points), colours_at(plain, camera, points), atol=CLOSE, err_msg=plate.layer
            )


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_light_has_reached_what_lies_behind_the_front_and_nothing_before_it(tiny_stage: Stage, theme: str) -> None:
    layout = tiny_stage.layout
    camera = nominal_camera(layout, ASPECT)
    lit = tiny_stage.render(bare(NetView(CLEAN), camera, theme), SIZE, supersample=1)
    halfway = tiny_stage.render(bare(NetView(CLEAN, front=3.0), camera, theme), SIZE, supersample=1)
    dimmed = {}
    for name in ("conv", "relu", "flatten", "scores"):
        plate = layout.plate(name)
        points = np.concatenate([cell_centres(plate, tile).reshape(-1, 3) for tile in range(plate.form.tiles)])
        dimmed[name] = np.abs(colours_at(lit, camera, points) - colours_at(halfway, camera, points)).max()
    assert dimmed["conv"] <= CLOSE
    assert min(dimmed["flatten"], dimmed["scores"]) > 0.1


def test_what_belongs_to_two_nets_stands_at_their_offsets(tiny_stage: Stage) -> None:
    layout = tiny_stage.layout
    offset = (0.0, 6.0, 0.0)
    plate = layout.plate("scores")
    points = np.concatenate([layout.corners(), layout.corners() + offset])
    camera = aimed(layout, points, ASPECT)
    one = bare(NetView(CLEAN), camera, "light")
    both = replace(one, nets=(one.nets[0], replace(one.nets[0], capture=ATTACKED, offset=offset)))
    frame = tiny_stage.render(both, (640, 480), supersample=1)
    for key, moved in ((CLEAN, np.zeros(3)), (ATTACKED, np.asarray(offset))):
        expected = apply_map(values_of(tiny_stage.bundle, plate, key), "light", "activation")
        np.testing.assert_allclose(colours_at(frame, camera, cell_centres(plate, 0) + moved), expected, atol=CLOSE)


def test_more_captures_than_are_kept_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clean capture is shown beside each of many others: the oldest must not vanish while it is on the stage."""
    kept, count = 4, 12
    rng = np.random.default_rng(0)
    arrays = {f"{i}": rng.normal(size=(4, 4, 2)).astype(np.float32) for i in range(count)}
    captures = tuple(
        Capture(
            input=name,
            checkpoint="000",
            outputs={"a": TensorRef(file="i.npz", key=name, shape=(4, 4, 2), dtype="float32")},
        )
        for name in arrays
    )
    inputs = tuple(Input(id=name, label=name) for name in arrays)
    bundle = paper_bundle([layer("a", "conv", 4, 4, 2)], arrays=arrays, captures=captures, inputs=inputs)
    layout = place(bundle)
    camera = nominal_camera(layout, ASPECT)
    last = ViewState(camera, (NetView(CaptureKey("0", "000"), CaptureKey(str(count - 1), "000"), 0.5),))
    monkeypatch.setattr(captures_module, "most_of", lambda _: kept)
    with Stage(bundle, layout) as stage:
        for name in arrays:
            stage.render(
                ViewState(camera, (NetView(CaptureKey("0", "000"), CaptureKey(name, "000"), 0.5),)),
                (64, 48),
                supersample=1,
            )
            assert len(stage._captures) <= kept
        worn = stage.render(last, SIZE)
        nets = tuple(NetView(CaptureKey(name, "000")) for name in arrays)
        assert stage.render(ViewState(camera, nets), (64, 48)).std() > 0, "one frame may need more than are kept"
        stage.render(last, SIZE)
    with Stage(bundle, layout) as stage:
        np.testing.assert_array_equal(stage.render(last, SIZE), worn)


def test_values_that_are_no_numbers_are_drawn(tiny_stage: Stage) -> None:
    arrays = {
        "a": np.full((4, 4, 2), np.nan, np.float32),
        "b": np.full(3, np.nan, np.float32),
        "b/kernel": np.full((32, 3), np.inf, np.float32),
    }
    bundle = paper_bundle([layer("a", "conv", 4, 4, 2), layer("b", "dense", 3)], arrays=arrays)
    layout = place(bundle)
    with Stage(bundle, layout) as stage:
        assert stage.render(ViewState(nominal_camera(layout, ASPECT), (NetView(CaptureKey(*KEY)),)), SIZE).std() > 0


@pytest.mark.parametrize(
    "key", [CaptureKey("nobody", "002"), CaptureKey("clean-0", "999"), CaptureKey("attack-1", "000")]
)
def test_what_was_not_captured_is_an_error_of_the_bundle(tiny_stage: Stage, key: CaptureKey) -> None:
    state = ViewState(nominal_camera(tiny_stage.layout, ASPECT), (NetView(key),))
    with pytest.raises(BundleError, match="capture"):
        tiny_stage.render(state, SIZE)
    tiny_stage.render(replace(state, nets=(NetView(CLEAN),)), SIZE)


@pytest.mark.parametrize("size", [(8, 100), (100, 15), (100, 9000), (0, 0), (-5, 100)])
def test_a_size_that_cannot_be_drawn_is_told(tiny_stage: Stage, size: tuple[int, int]) -> None:
    with pytest.raises(DrawError, match=f"16 to 8192.*{size[0]}x{size[1]}"):
        tiny_stage.render(ViewState(nominal_camera(tiny_stage.layout, ASPECT), ()), size)


@pytest.mark.parametrize(
    "broken",
    [
        {"EGL_PLATFORM": "bogus"},
        {"LIBGL_DRIVERS_PATH": "/nowhere", "MESA_LOADER_DRIVER_OVERRIDE": "nothing"},
        {"PYOPENGL_PLATFORM": "glx"},
    ],
    ids=str,
)
def test_no_driver_is_one_line_that_says_what_to_install(
    broken: dict[str, str], tiny_bundle_path, tmp_path, root
) -> None:
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("PYOPENGL_PLATFORM", "EGL_PLATFORM", "DISPLAY")
    }
    command = [sys.executable, "-m", "kerascope", "frame", str(tiny_bundle_path), "--scene", "flow", "--at-secs", "0"]
    command += ["--out", str(tmp_path / "a.png"), "--size", "64x48"]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=False, cwd=root, env={**environment, **broken}
    )
    assert done.returncode == 1, done.stderr
    lines = [line for line in done.stderr.splitlines() if line.strip() and not line.startswith("libEGL")]
    assert len(lines) == 1, done.stderr
    assert "apt-get install" in lines[0]
    assert not (tmp_path / "a.png").exists()


def test_small_cells_show_their_mean_and_small_changes_their_largest() -> None:
    """Cells of alternating sign under half a pixel: values cancel, a change does not look like no change."""
    board = np.indices((64, 64)).sum(axis=0) % 2 * 2.0 - 1.0
    arrays = {name: values[..., None].astype(np.float32) for name, values in {"0": board * 0, "1": board}.items()}
    captures = tuple(
        Capture(
            input=name,
            checkpoint="000",
            outputs={"a": TensorRef(file="i.npz", key=name, shape=(64, 64, 1), dtype="float32")},
        )
        for name in arrays
    )
    inputs = tuple(Input(id=name, label=name) for name in arrays)
    bundle = paper_bundle([layer("a", "conv", 64, 64, 1)], arrays=arrays, captures=captures, inputs=inputs)
    layout = place(bundle)
    camera = nominal_camera(layout, ASPECT)
    camera = replace(camera, zoom=camera.zoom / 4, shift=(0.0, 0.0))
    zero, one = CaptureKey("0", "000"), CaptureKey("1", "000")
    with Stage(bundle, layout) as stage:
        assert np.ptp(project(camera, layout.corners(), ASPECT)[:, 1]) * 60 / 1080 < 32, "half a pixel a cell"
        points = layout.plates[0].tile_centres()
        values, change = (
            colours_at(stage.render(bare(net, camera, "light"), (80, 60), supersample=1), camera, points)[0]
            for net in (NetView(one), NetView(zero, one, 1.0, "difference"))
        )
    middle = apply_map(np.zeros(1), "light", "activation")[0]
    ends = apply_map(np.array([-1.0, 1.0]), "light", "difference")
    np.testing.assert_allclose(values, middle, atol=0.02)
    assert np.abs(ends - change).max(axis=1).min() < 0.02
