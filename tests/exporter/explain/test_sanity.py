"""Do maps depend on what a network has learned? Weights are replaced by random ones, layer by layer from the top.

Adebayo et al. 2018, arXiv 1810.03292: an explanation of what was learned must change. Saliency does; guided backprop
stays much more like it was, which is its known failure.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from explained_nets import asked, likeness, mapped

pytestmark = [pytest.mark.tf, pytest.mark.slow]

FROM_THE_TOP = ["output", "dense", "conv_2", "conv_1"]
METHODS = ["saliency", "guided_backprop"]


@pytest.fixture(scope="module")
def fallen(keras: Any, learned: Any) -> dict[str, list[float]]:
    """How like the first maps those are with other weights: none, then from the top down; last, of another class."""
    from exporter.inputs.digits import digit_split
    from exporter.probing import Probe
    from exporter.training import fed

    model = keras.models.clone_model(learned[0])
    model.set_weights(learned[0].get_weights())
    x, y = fed(digit_split().training)
    probe, question = Probe(model), asked(np.asarray(x[:16], np.float32), units=y[:16])
    first = {method: mapped(method, probe, question) for method in METHODS}
    other = asked(question.fed, units=(question.units + 1) % 10)
    found = {method: [likeness(first[method], mapped(method, probe, question))] for method in METHODS}
    of_another = {method: likeness(first[method], mapped(method, probe, other)) for method in METHODS}
    rng = np.random.default_rng(0)
    for name in FROM_THE_TOP:
        layer = model.get_layer(name)
        layer.set_weights([rng.normal(0.0, each.std(), each.shape) for each in layer.get_weights()])
        for method in METHODS:
            found[method].append(likeness(first[method], mapped(method, probe, question)))
    return {method: [*found[method], of_another[method]] for method in METHODS}


def test_maps_of_the_same_weights_are_the_same(fallen: dict[str, list[float]]) -> None:
    assert [fallen[method][0] for method in METHODS] == pytest.approx([1, 1])


def test_saliency_changes_with_the_weights(fallen: dict[str, list[float]]) -> None:
    assert fallen["saliency"][1] < 0.6
    assert max(fallen["saliency"][2:5]) < 0.35


def test_guided_backprop_hardly_asks_what_was_learned(fallen: dict[str, list[float]]) -> None:
    plain, guided = (np.array(fallen[method]) for method in METHODS)
    assert (guided[1:3] > plain[1:3] + 0.2).all(), "with a random top the guided maps stay alike, the plain ones do not"
    assert guided[2] > 0.45


def test_guided_backprop_hardly_asks_which_class(fallen: dict[str, list[float]]) -> None:
    assert fallen["guided_backprop"][-1] > fallen["saliency"][-1] + 0.2


def test_the_comparer_tells_noise_from_a_map() -> None:
    one, other = np.random.default_rng(0).random((2, 4, 28, 28))
    assert likeness(one, one**3) == pytest.approx(1)
    assert abs(likeness(one, other)) < 0.1
