"""What holds of every bundling: nothing is lost, ends stay, nothing falls to a heap, and it is the same every time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from bundling_laws import assert_whole
from hypothesis import given, settings
from hypothesis import strategies as st
from random_webs import class_web, random_web

from exporter.bundle.errors import KerascopeError
from exporter.bundling.bundle import bundle_web
from exporter.bundling.cables import MOST_DETOUR
from exporter.bundling.crew import SMALL
from exporter.bundling.measures import distortion, ink
from exporter.bundling.parameters import Parameters
from exporter.bundling.web import Web

pytestmark = pytest.mark.slow
COARSE = Parameters(sampling_rate=5.0)
SIZES = (25, 16, 4)


@pytest.mark.parametrize("rate", [5.0, 10.0, 15.0, 20.0])
@pytest.mark.parametrize("make", [random_web, class_web])
def test_layers_stay_spread_and_edges_stay_short_at_every_sampling_rate(make: type, rate: float) -> None:
    web = make(SIZES)
    parameters = Parameters(sampling_rate=rate)
    bundled = bundle_web(web, parameters)
    assert_whole(web, bundled, parameters)
    assert 1.0 <= distortion(bundled, web.edges) <= MOST_DETOUR
    assert len(np.unique(bundled.positions, axis=0)) == len(bundled.positions)


def test_edges_are_gathered() -> None:
    web = class_web((49, 25, 10))
    bundled = bundle_web(web, Parameters())
    assert ink(bundled) < 0.6
    loose = bundle_web(web, Parameters(edge_bandwidth=0.0))
    assert ink(loose) == pytest.approx(1.0, abs=0.02)
    assert distortion(loose, web.edges) == pytest.approx(1.0, abs=1e-3)


def test_units_of_a_class_come_together() -> None:
    web = class_web((64, 25, 4), apart=0.02)
    bundled = bundle_web(web, COARSE)
    serves = web.importance[:64].argmax(axis=1)
    same = serves[:, None] == serves[None]

    def nearness(units: np.ndarray) -> float:
        far = np.linalg.norm(units[:64, None] - units[None, :64], axis=2)
        return float(far[same & ~np.eye(64, dtype=bool)].mean() / far[~same].mean())

    assert nearness(bundled.placed) > 0.9
    assert nearness(bundled.positions) < 0.7


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_the_same_bits_for_any_number_of_threads(threads: int) -> None:
    web = class_web((64, 25, 10))
    first, again = (bundle_web(web, Parameters(sampling_rate=8.0), keep=7, threads=each) for each in (1, threads))
    assert len(first.points) > 2 * SMALL, "there must be something to share"
    for name in ("positions", "starts", "points", "history"):
        assert getattr(first, name).tobytes() == getattr(again, name).tobytes()


@pytest.mark.parametrize("classes", [1, 10, 23, 1000])
def test_any_number_of_classes(classes: int) -> None:
    random = np.random.default_rng(0)
    web = random_web((12, 8, 5))
    importance = random.random((25, classes), np.float32)
    web = replace(web, importance=importance)
    coarser = Parameters(sampling_rate=3.0)
    assert_whole(web, bundle_web(web, coarser), coarser)


def test_classes_count_beyond_the_first_block() -> None:
    web = class_web((36, 16, 4), apart=0.02)
    far = np.zeros((len(web.importance), 40), np.float32)
    far[:, -4:] = web.importance
    # Cosines are the same, whichever columns hold the classes; the scale of densities is not.
    spread_out = bundle_web(replace(web, importance=far), COARSE)
    assert np.abs(spread_out.positions - spread_out.placed).max() > 0.1


@pytest.mark.parametrize("scale", [0.0, 1e-38, 1e-20, 1e20, 1e38])
def test_importances_of_any_size(scale: float) -> None:
    web = random_web(SIZES)
    web = replace(web, importance=(web.importance * scale).astype(np.float32))
    bundled = bundle_web(web, COARSE)
    assert_whole(web, bundled, COARSE)
    if not scale:
        np.testing.assert_array_equal(bundled.positions, bundled.placed)


def test_what_is_not_a_number_counts_as_nothing() -> None:
    web = random_web(SIZES)
    web.importance[3] = np.nan
    web.importance[5, 0] = np.inf
    assert_whole(web, bundle_web(web, COARSE), COARSE)


def test_equal_edges_and_single_units() -> None:
    one = Web(
        (1, 1, 1),
        (0, 1, 2),
        np.ones((3, 2), np.float32),
        np.array([[0, 1]] * 9 + [[0, 2]], np.int32),
        np.ones(10, np.float32),
    )
    bundled = bundle_web(one, COARSE, keep=10)
    assert_whole(one, bundled, COARSE)
    assert distortion(bundled, one.edges) == pytest.approx(1.0)


def test_a_web_without_edges() -> None:
    web = replace(random_web(SIZES), edges=np.zeros((0, 2), np.int32), strength=np.zeros(0, np.float32))
    bundled = bundle_web(web, COARSE, keep=5)
    assert bundled.points.shape == (0, 3)
    assert bundled.history.shape[1] == 0
    assert ink(bundled) == distortion(bundled, web.edges) == 1.0


@st.composite
def webs(draw: st.DrawFn) -> Web:
    """Layers on planes of their own or side by side, and edges that go on, near or far."""
    planes = sorted(draw(st.lists(st.integers(0, 3), min_size=2, max_size=5)))
    sizes = tuple(draw(st.integers(1, 9)) for _ in planes)
    random = np.random.default_rng(draw(st.integers(0, 99)))
    plane = np.repeat(planes, sizes)
    pairs = np.argwhere(plane[:, None] < plane[None])
    chosen = pairs[random.random(len(pairs)) < draw(st.sampled_from([0.1, 0.5, 1.0]))]
    importance = random.random((sum(sizes), draw(st.integers(1, 20)))) * (random.random((sum(sizes), 1)) < 0.8)
    return Web(
        sizes,
        tuple(planes),
        importance.astype(np.float32),
        np.ascontiguousarray(chosen).astype(np.int32),
        random.random(len(chosen)).astype(np.float32),
    )


@given(web=webs(), kind=st.integers(0, 3), rate=st.sampled_from([3.0, 7.0]))
@settings(max_examples=15, deadline=None)
def test_any_web(web: Web, kind: int, rate: float) -> None:
    parameters = Parameters(sampling_rate=rate, edge_importance_type=kind)
    assert_whole(web, bundle_web(web, parameters, keep=3), parameters)


def test_the_history_begins_straight_and_ends_with_the_paths() -> None:
    web = class_web(SIZES)
    told: list[tuple[str, int, int]] = []
    bundled = bundle_web(web, COARSE, keep=20, history_points=9, progress=lambda *each: told.append(each))
    ends = bundled.placed[web.edges[:20]]
    np.testing.assert_allclose(bundled.history[0][:, [0, -1]], ends, atol=1e-3)
    np.testing.assert_allclose(bundled.history[-1][:, [0, -1]], bundled.positions[web.edges[:20]], atol=1e-3)
    assert bundled.history.shape == (1 + len([each for each in told if each[0] in ("units", "edges")]), 20, 9, 3)
    for what in ("units", "edges"):
        steps = [each[1:] for each in told if each[0] == what]
        assert [done for done, _ in steps] == list(range(1, steps[0][1] + 1))


def test_the_iterations_are_those_of_nn_vis() -> None:
    told: list[str] = []
    bundle_web(random_web((4, 2)), Parameters(), progress=lambda what, *_: told.append(what))
    assert told.count("units") == 56
    assert told.count("edges") == 23


def test_the_four_types_of_importance_differ() -> None:
    web = class_web(SIZES)
    paths = [bundle_web(web, replace(COARSE, edge_importance_type=kind)).points.tobytes() for kind in range(4)]
    assert len(set(paths)) == 4


@pytest.mark.parametrize(
    ("name", "value"),
    [("sampling_rate", 0.0), ("edge_bandwidth_reduction", 1.0), ("edge_importance_type", 4), ("layer_width", np.nan)],
)
def test_parameters_out_of_their_range_are_refused(name: str, value: float) -> None:
    with pytest.raises(KerascopeError, match=name):
        bundle_web(random_web((2, 2)), replace(Parameters(), **{name: value}))


def test_edges_of_units_that_are_not_there_are_refused() -> None:
    web = random_web((2, 2))
    web.edges[0, 1] = 4
    with pytest.raises(KerascopeError, match="units 0 and 4 of 4"):
        bundle_web(web, Parameters())
