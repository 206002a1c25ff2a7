from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from exporter.importance.contract import Labelled
from exporter.importance.prune_report import hidden_layers, weight_orders
from exporter.importance.pruning import pruning_curves
from exporter.importance.pruning_curves import at_fraction

CLASSES = tuple(range(10))

pytestmark = [pytest.mark.tf, pytest.mark.slow]


@pytest.fixture(scope="module")
def left() -> dict[str, Any]:
    """What half of the demo's network still reads, by several orders: among them two that must not do well."""
    from pruning_nets import digits_of, trained
    from pruning_proof import gated_of, ordering_digits, silent

    from exporter.importance.registry import method_named
    from exporter.inputs.digits import digit_split
    from exporter.models import demo_cnn

    gated, net = gated_of(trained(demo_cnn, seed=1, epochs=3, shifts_px=((0, 0),)))
    digits, gradient = ordering_digits(), method_named("gradient")
    shuffled = Labelled(digits.x, np.random.default_rng(0).permutation(digits.classes), digits.names)
    orders = {"gradient": gradient.run(gated, digits, CLASSES, progress=silent)}
    orders["reversed"] = {layer: values.max() - values for layer, values in orders["gradient"].items()}
    orders["shuffled"] = gradient.run(gated, shuffled, CLASSES, progress=silent)
    orders |= weight_orders(net, len(CLASSES), CLASSES)
    held_out, layers = digits_of(digit_split().held_out), hidden_layers(net)
    assert layers == ("conv_1", "conv_2", "dense")
    curves = pruning_curves(gated, orders, held_out, layers=layers, classes=CLASSES, fractions=(0.0, 0.5))
    return {"nothing off": at_fraction(curves, 0.0)["random"], **at_fraction(curves)}


def test_the_network_reads_digits(left: dict[str, Any]) -> None:
    assert left["nothing off"]["overall"].mean > 0.9


@pytest.mark.parametrize("part", ["recall", "balanced"])
def test_half_by_importance_for_a_class_beats_half_by_weight_and_at_random(left: dict[str, Any], part: str) -> None:
    assert left["gradient"][part].mean > left["weight"][part].mean
    assert left["gradient"][part].mean > left["norm"][part].mean
    assert left["gradient"][part].mean > left["random"][part].mean + 0.1


def test_half_by_importance_for_all_beats_half_by_weight_and_at_random(left: dict[str, Any]) -> None:
    assert left["gradient"]["overall"].mean > left["weight"]["overall"].mean
    assert left["gradient"]["overall"].mean > left["random"]["overall"].mean + 0.1


def test_the_reversed_order_loses(left: dict[str, Any]) -> None:
    for part in ("overall", "recall", "balanced"):
        assert left["reversed"][part].mean < left["random"][part].mean


def test_classes_that_are_shuffled_do_not_win(left: dict[str, Any]) -> None:
    """What is important for a class comes from its own samples, and not from that some units are larger."""
    assert left["shuffled"]["balanced"].mean < left["gradient"]["balanced"].mean - 0.05
    assert left["shuffled"]["recall"].mean < left["gradient"]["recall"].mean - 0.05
