"""Textures and styles: both losses fall, and what is measured is what numpy measures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matched_net import SHAPE, blob, matched_canvas, matched_net, stripes

pytestmark = pytest.mark.tf

LAYERS = ("fine", "middle")


@pytest.fixture(scope="module")
def probe(keras: Any) -> Any:
    from exporter.probing import Probe

    return Probe(matched_net(keras))


def made(probe: Any, name: str, canvas: Any = None, given: Any = None, seed: int = 0, **options: Any) -> list[Any]:
    from exporter.synthesis.contract import Task
    from exporter.synthesis.registry import synthesis_named

    canvas = canvas or matched_canvas()
    references = {"style": stripes(canvas.shape), "content": blob(canvas.shape)}
    begin = np.full((1, *canvas.shape), 128, np.float32) if given is None else given
    method = synthesis_named(name)
    asked = Task(begin, given is not None, seed=seed, references={role: references[role] for role in method.references})
    return list(method.run(probe, canvas, asked, method.chosen(**options)))


def texture_error(keras: Any, probe: Any, levels: Any, layers: tuple[str, ...] = LAYERS) -> float:
    """How far the Gram matrices of levels (rows, columns, 3) are from those of the stripes, in numpy."""
    errors = []
    for layer in layers:
        below = keras.Model(probe.model.inputs[0], probe.model.get_layer(layer).output)
        flat = [below(matched_canvas().fed(each[None])).numpy()[0] for each in (levels, stripes())]
        found, wanted = (np.einsum("rci,rcj->ij", each, each) / each[..., 0].size for each in flat)
        errors.append(np.sum((found - wanted) ** 2) / np.sum(wanted**2))
    return float(np.mean(errors))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("named", "layers", "optimiser"), [("", LAYERS, "adam"), ("coarse, fine", ("coarse", "fine"), "lbfgs")]
)
def test_a_texture_comes_closer_in_the_words_of_numpy(
    keras: Any, probe: Any, named: str, layers: tuple[str, ...], optimiser: str
) -> None:
    steps = made(probe, "texture", steps=30, layers=named, optimiser=optimiser, step_size=8.0)
    first, last = steps[0], steps[-1]
    assert last.losses[0] < first.losses[0] / 5
    assert last.terms["style"][0] == pytest.approx(texture_error(keras, probe, last.levels[0], layers), rel=1e-3)
    assert last.losses[0] == pytest.approx(last.terms["style"][0] + 0.05 * last.terms["variation"][0], rel=1e-4)
    assert all(0 <= step.levels.min() <= step.levels.max() <= 255 for step in steps)


def test_a_texture_keeps_no_places(keras: Any, probe: Any) -> None:
    """Patches elsewhere are nearly the same texture; the very same pixels, each for itself, are not."""
    picture = stripes()
    patches = picture.reshape(3, 4, 3, 4, 3).transpose(0, 2, 1, 3, 4).reshape(9, 4, 4, 3)
    moved = patches[np.random.default_rng(0).permutation(9)].reshape(3, 3, 4, 4, 3)
    moved = moved.transpose(0, 2, 1, 3, 4).reshape(SHAPE)
    pixels = np.random.default_rng(1).permutation(picture.reshape(-1, 3)).reshape(SHAPE)
    assert np.abs(moved - picture).max() > 50 or texture_error(keras, probe, moved) < 1e-6
    assert texture_error(keras, probe, moved) < texture_error(keras, probe, pixels) / 3


def test_from_noise_content_and_style_both_come_closer(probe: Any) -> None:
    steps = made(probe, "style", steps=40, step_size=8.0, style_weight=1.0, start="noise")
    first, last = steps[0], steps[-1]
    assert last.terms["style"][0] < 0.8 * first.terms["style"][0]
    assert last.terms["content"][0] < 0.8 * first.terms["content"][0]


def test_from_the_content_the_style_comes_closer_and_the_content_pays(probe: Any) -> None:
    steps = made(probe, "style", steps=30, step_size=8.0)
    first, last = steps[0], steps[-1]
    np.testing.assert_array_equal(first.levels[0], blob())
    assert first.terms["content"][0] == 0
    assert last.terms["style"][0] < first.terms["style"][0] / 3
    assert last.terms["content"][0] > first.terms["content"][0]
    parts = {"content": 1.0, "style": 30.0, "variation": 0.05}
    assert last.losses[0] == pytest.approx(sum(parts[name] * last.terms[name][0] for name in parts), rel=1e-4)


def test_the_weight_of_the_style_is_paid_for_by_the_content(probe: Any) -> None:
    little, much = (made(probe, "style", steps=30, style_weight=weight)[-1] for weight in (0.1, 100.0))
    assert much.terms["style"][0] < little.terms["style"][0]
    assert much.terms["content"][0] > little.terms["content"][0]


def test_a_picture_of_the_users_is_begun_with(probe: Any) -> None:
    first = made(probe, "style", given=stripes()[None], steps=1)[0]
    np.testing.assert_array_equal(first.levels[0], stripes())
    assert first.terms["style"][0] == pytest.approx(0, abs=1e-8)


def test_small_grey_pictures_have_textures_too(keras: Any) -> None:
    from exporter.probing import Probe

    shape = (10, 10, 1)
    layers = keras.layers
    parts = [layers.Conv2D(4, 3, activation="relu"), layers.Flatten(), layers.Dense(3)]
    probe = Probe(keras.Sequential([keras.Input(shape), *parts]))
    steps = made(probe, "texture", matched_canvas(shape, (0.0,)), steps=15, step_size=8.0)
    assert steps[-1].terms["style"][0] < steps[0].terms["style"][0] / 2
    assert steps[-1].levels.shape == (1, *shape)


def test_what_makes_no_sense_is_told(probe: Any) -> None:
    from exporter.synthesis.contract import SynthesisError

    with pytest.raises(SynthesisError, match="no such start: expected content or noise, got 'style'"):
        made(probe, "style", start="style")
    with pytest.raises(SynthesisError, match="0 <= tv_weight"):
        made(probe, "texture", tv_weight=-1.0)
    with pytest.raises(SynthesisError, match="'pooled' cannot be compared"):
        made(probe, "texture", layers="pooled")
    with pytest.raises(SynthesisError, match="'pooled' cannot be compared"):
        made(probe, "style", content_layer="pooled")
