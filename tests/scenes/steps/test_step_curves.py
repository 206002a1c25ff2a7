"""Curves, numbers along axes, histograms, and what activation functions are called."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from paper_bundle import layer

from exporter.bundle.errors import KerascopeError
from scenes.steps.functions import flat_spans, function_of, has_function, refuse_softmax
from scenes.steps.plot import Plot, curve, histogram, plot_in, span_of, tick_text, ticks
from viewer.forward.activations import ELEMENTWISE
from viewer.forward.node import Node

SIZES = st.floats(1e-6, 1e6)


@given(SIZES, SIZES, st.integers(2, 9))
def test_numbers_along_an_axis_are_inside_even_and_told_apart(below: float, above: float, most: int) -> None:
    """Nought is among them, and each is written as what it is."""
    found = ticks((-below, above), most)
    values = [value for value, _ in found]
    assert all(-below * 1.0001 <= value <= above * 1.0001 for value in values)
    assert 0.0 in values
    assert len(values) <= most + 2
    steps = np.diff(values)
    assert np.allclose(steps, steps[:1])
    assert len({text for _, text in found}) == len(found)
    for value, text in found:
        assert float(text.replace("\u2212", "-")) == pytest.approx(value, rel=1e-6)


def test_an_axis_without_a_length_has_no_numbers() -> None:
    """Neither have those that never end."""
    assert ticks((1.0, 1.0), 4) == ticks((0.0, float("inf")), 4) == ()
    assert tick_text(0.05, 0.05) == "0.05"


@given(st.lists(st.floats(-1e3, 1e3), max_size=30))
def test_a_span_holds_all_values_and_nought(values: list[float]) -> None:
    """With room on both sides of nought."""
    low, high = span_of(np.array(values))
    assert low < 0 < high
    assert all(low <= value <= high for value in values)


@given(st.lists(st.floats(-9, 9), min_size=1, max_size=60))
def test_a_histogram_counts_every_value_once_and_parts_at_nought(values: list[float]) -> None:
    """What is cut to nought never shares a bar with what passes."""
    array = np.array(values)
    borders, shares = histogram(array, span_of(array), 12)
    assert shares.sum() == pytest.approx(1.0)
    at = np.abs(borders).argmin()
    assert borders[at] == pytest.approx(0.0, abs=1e-9)
    negative = np.count_nonzero(array < borders[at]) / len(values)
    assert shares[:at].sum() == pytest.approx(negative)


def test_a_curve_runs_through_its_points() -> None:
    """Up on the picture is down in pixels; what lies outside is left out."""
    plot = Plot((100.0, 50.0, 200.0, 80.0), (-1.0, 1.0), (0.0, 2.0))
    assert plot.at(0.0, 2.0) == (200.0, 50.0)
    assert plot.at(9.0, -9.0) == (300.0, 130.0)
    line = curve(plot, np.array([-1.0, 0.0, 1.0]), np.array([0.0, 1.0, 9.0])).hud.lines[-1]
    assert line.points_px == ((100.0, 130.0), (200.0, 90.0))
    made = plot_in((0.0, 0.0, 400.0, 300.0), (-1.0, 1.0), (0.0, 2.0), 90.0)
    assert made.area[0] >= 0
    assert made.right_px <= 400
    assert made.floor_px <= 300 - 90


def _node(kind: str = "activation", **more: object) -> Node:
    return Node(layer("f", kind, 4, **more), lambda _: np.array([0.5, 0.25, -0.1, 0.0]))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", sorted(set(ELEMENTWISE) - {"linear"}))
def test_every_function_of_one_value_can_be_told(name: str) -> None:
    """As a layer of its own and at the end of another, with its formula."""
    x = np.linspace(-3, 3, 31)
    settings = {"computed_by": "Activation", "activation": name}
    own = _node(class_name="Activation", activation=name, settings=settings)
    fused = _node("dense", class_name="Dense", activation=name)
    for node in (own, fused):
        assert has_function(node.layer)
        function = function_of(node, (0,))
        assert np.allclose(function.values(x), ELEMENTWISE[name](x), atol=1e-5)
        assert function.name
    assert "x" in function_of(own, (0,)).formula or name == "swish" or name.startswith("hard_s")


def test_parameters_stand_in_the_formula() -> None:
    """Those of the layer, and of PReLU those of the channel."""
    leaky = _node(class_name="LeakyReLU", activation="leaky_relu", settings={"negative_slope": 0.3})
    assert "0.3" in function_of(leaky, (0,)).formula
    relu = {"negative_slope": 0.0, "threshold": 0.0, "max_value": 6.0}
    capped = function_of(_node(class_name="ReLU", activation="relu", settings=relu), (0,))
    assert capped.formula == "min(max(0, x), 6)"
    assert capped.values(np.array([-1.0, 3.0, 9.0])).tolist() == [0.0, 3.0, 6.0]
    prelu = _node(class_name="PReLU", activation="prelu")
    assert [function_of(prelu, (at,)).values(np.array([-2.0]))[0] for at in range(3)] == pytest.approx([-1, -0.5, 0.2])


def test_flat_parts_are_found() -> None:
    """Two of ReLU6, one of ReLU, none of tanh."""
    x = np.linspace(-8, 8, 401)
    assert flat_spans(x, ELEMENTWISE["relu"](x)) == ((-8.0, pytest.approx(0.0, abs=1e-9)),)
    assert len(flat_spans(x, ELEMENTWISE["relu6"](x))) == 2
    assert flat_spans(x[100:300], np.tanh(x[100:300])) == ()


def test_softmax_is_told_by_another_scene() -> None:
    """As a layer of its own, and at the end of another."""
    for of in (layer("s", "activation", 4, class_name="Softmax"), layer("s", "dense", 4, activation="softmax")):
        assert not has_function(of)
        with pytest.raises(KerascopeError, match="--scene softmax --layer s"):
            refuse_softmax(of)
    assert not has_function(layer("c", "conv", 4, 4, 2, activation="linear"))
