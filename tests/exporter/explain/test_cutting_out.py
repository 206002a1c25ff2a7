"""Segmentation: the whole object is found around the part that the model looks at."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from explained_nets import asked, explained

pytestmark = pytest.mark.tf

SIDE = 32


@pytest.fixture(scope="module")
def probe(keras: Any) -> Any:
    """One class: how much there is of what is both red and bright."""
    from exporter.probing import Probe

    pytest.importorskip("cv2", reason="OpenCV is not installed")
    layers = keras.layers
    x = keras.Input((SIDE, SIDE, 3), name="picture")
    core = layers.Conv2D(1, 1, activation="relu", name="core")
    model = keras.Model(x, layers.Dense(1, kernel_initializer="ones")(layers.GlobalAveragePooling2D()(core(x))))
    core.set_weights([np.array([1, -0.5, -0.5], np.float32).reshape(1, 1, 3, 1), np.array([-0.7], np.float32)])
    return Probe(model)


@pytest.fixture(scope="module")
def disc() -> Any:
    rows, columns = np.indices((SIDE, SIDE))
    return (rows - 14) ** 2 + (columns - 18) ** 2


@pytest.fixture(scope="module")
def picture(disc: Any) -> Any:
    """A red disc, brighter towards its middle, on a green ground, with some noise."""
    shades = (0.95 - 0.035 * np.sqrt(disc))[..., None] * [1.0, 0.1, 0.1]
    ground = np.array([0.2, 0.5, 0.3])
    noise = np.random.default_rng(2).normal(0, 0.03, (SIDE, SIDE, 3))
    return np.clip(np.where(disc[..., None] < 100, shades, ground) + noise, 0, 1).astype(np.float32)[None]


def overlap(one: Any, other: Any) -> float:
    return float((one & other).sum() / (one | other).sum())


@pytest.mark.parametrize("of", ["saliency", "grad_cam"])
def test_the_object_is_cut_out_around_what_is_looked_at(probe: Any, disc: Any, picture: Any, of: str) -> None:
    question = asked(picture, units=[0])
    looked_at = explained(of, probe, question).maps[0].values[0] > 0
    found = explained("segmentation", probe, question, of=of, smooth=0.0)
    mask = found.maps[0].values[0]
    assert found.maps[0].kind == "mask"
    assert set(np.unique(mask)) == {0, 1}
    assert overlap(looked_at, disc < 100) < 0.4
    assert overlap(mask > 0, disc < 100) > 0.6
    assert found.details[0]["share"] == pytest.approx(mask.mean())


def test_a_map_of_scattered_pixels_is_smoothed_first(disc: Any, picture: Any) -> None:
    from exporter.explain.cut import cut

    rng = np.random.default_rng(1)
    scattered = ((disc < 100) * rng.random((SIDE, SIDE)) ** 4).astype(np.float32) + rng.random((SIDE, SIDE)) * 0.01
    levels = np.rint(np.where(disc[..., None] < 100, [200, 80, 80], [60, 130, 70]) + rng.normal(0, 25, (SIDE, SIDE, 3)))
    shown = np.clip(levels, 0, 255).astype(np.uint8)
    raw, smooth = (cut(shown, scattered.astype(np.float32), (0.3, 0.95), sigma, 5, 0) > 0 for sigma in (0.0, 2.0))
    assert overlap(smooth, disc < 100) > 0.6
    assert overlap(smooth, disc < 100) > overlap(raw, disc < 100)


def test_what_is_fed_in_another_range_is_the_same_picture(picture: Any) -> None:
    from exporter.explain.segmentation import pictures_of

    levels = pictures_of(asked(picture, units=[0]))
    low, high = np.array([-2, -1, 0], np.float32), np.array([2, 3, 5], np.float32)
    moved = asked(low + picture * (high - low), units=[0], low=low, high=high)
    assert np.abs(pictures_of(moved).astype(int) - levels).max() <= 1
    flat = asked(picture[..., :1].reshape(1, -1), units=[0], picture=(SIDE, SIDE, 1))
    np.testing.assert_array_equal(pictures_of(flat), levels[..., :1].repeat(3, axis=-1))


def test_a_map_that_says_nothing_cuts_nothing_out(probe: Any) -> None:
    found = explained("segmentation", probe, asked(np.zeros((1, SIDE, SIDE, 3), np.float32), units=[0]))
    assert not found.maps[0].values.any()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"of": "occlusion"}, "no segmentation by this map: expected one of saliency, grad_cam"),
        ({"object_share": 0.2}, "the shares cannot be used"),
        ({"rounds": 0}, "so few rounds"),
        ({"smooth": -1}, "cannot be smoothed so far"),
    ],
)
def test_options_of_a_cut_that_make_no_sense(probe: Any, picture: Any, options: dict[str, Any], said: str) -> None:
    from exporter.explain import ExplainError

    with pytest.raises(ExplainError, match=said):
        explained("segmentation", probe, asked(picture, units=[0]), **options)


def test_only_pictures_are_cut(keras: Any) -> None:
    from exporter.explain import ExplainError

    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(2)])
    with pytest.raises(ExplainError, match=r"there is nothing to segment: expected a picture, .* got 6"):
        explained("segmentation", model, asked(np.ones((1, 6), np.float32), units=[0]))
