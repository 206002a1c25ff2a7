from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.bundle.errors import KerascopeError
from exporter.importance.contract import Labelled
from exporter.importance.pruning import (
    RANDOM,
    column_of,
    gates_of,
    measured_classes,
    outcome_of,
    pruning_curves,
)
from exporter.importance.pruning_curves import at_fraction, over_networks

CLASSES = 5
USED, UNUSED = 3, 6
UNITS = CLASSES * USED + UNUSED


class Planted:
    """A network in which it is known what each unit is for: three read one class each, and six read nothing.

    Inputs are the units' values: those of an input's own class are 1, 2 and 3, all others are noise.
    """

    def __init__(self) -> None:
        self.calls = 0
        self.own = np.repeat(np.arange(CLASSES + 1), (USED,) * CLASSES + (UNUSED,))
        self.weights = (self.own[:, None] == np.arange(CLASSES)).astype(float)

    def predict(self, x: Any, gates: Mapping[str, Any]) -> Any:
        self.calls += 1
        return (x[0] * gates["units"]) @ self.weights

    def held_out(self) -> Labelled:
        rng = np.random.default_rng(3)
        truth = np.repeat(np.arange(CLASSES), 40)
        strengths = np.tile([1.0, 2.0, 3.0], CLASSES + 2)[:UNITS]
        x = np.where(self.own == truth[:, None], strengths, 0.0) + rng.uniform(-0.2, 0.2, (len(truth), UNITS))
        return Labelled((x,), truth, tuple("abcde"))

    def importance(self) -> dict[str, Any]:
        """What each unit does for each class: its weight times the strength of what it reads."""
        return {"units": self.weights * np.tile([1.0, 2.0, 3.0], CLASSES + 2)[:UNITS, None]}


def curves_of(importances: dict[str, Any], **options: Any) -> Any:
    planted = Planted()
    return pruning_curves(
        planted, importances, planted.held_out(), layers=("units",), classes=range(CLASSES), **options
    )


def test_what_is_known_to_matter_is_found_and_its_reverse_is_not() -> None:
    true = Planted().importance()
    reverse = {"units": true["units"].max() - true["units"]}
    left = at_fraction(curves_of({"true": true, "reverse": reverse}), 0.7)
    assert left["true"]["overall"].mean == 1.0
    assert left["true"]["overall"].mean > left[RANDOM]["overall"].mean > left["reverse"]["overall"].mean
    assert left["true"]["balanced"].mean > left[RANDOM]["balanced"].mean > left["reverse"]["balanced"].mean
    assert left["reverse"]["balanced"].mean <= 0.55


def test_a_class_that_is_always_named_is_no_success() -> None:
    """At 90 % only units of the class itself are left: all it has are read right, and many others taken for it."""
    curves = curves_of({"true": Planted().importance()})
    curve, last = curves.curve("true"), curves.at(0.9)
    assert curve.recall[:, last].min() == 1.0
    assert curve.balanced[:, last].max() < 0.9


def test_nothing_switched_off_is_the_network_itself_whatever_the_order() -> None:
    curves = curves_of({"true": Planted().importance()}, fractions=(0.0, 0.5))
    assert {curve.overall[:, 0].tolist()[0] for curve in curves.curves} == {1.0}
    assert all(np.ptp(curve.overall[:, 0]) == 0.0 for curve in curves.curves)


def test_everything_switched_off_is_chance() -> None:
    curves = curves_of({"true": Planted().importance()}, fractions=(1.0,))
    assert all(np.allclose(curve.balanced, 0.5) for curve in curves.curves)
    assert all(np.allclose(curve.overall, 1.0 / CLASSES) for curve in curves.curves)


def test_the_same_gates_are_measured_once() -> None:
    """Without ties an order is the same for every seed, and at random for every class."""
    planted = Planted()
    ramp = {"units": np.arange(UNITS)[:, None] + np.zeros((1, CLASSES))}
    fractions = (0.0, 0.3, 0.6)
    how = {"layers": ("units",), "classes": range(CLASSES), "fractions": fractions, "seeds": (0, 1, 2)}
    pruning_curves(planted, {"ramp": ramp}, planted.held_out(), **how)
    assert planted.calls == 1 + 2 + 3 * 2


def test_the_same_seeds_give_the_same_curves() -> None:
    first, second, other = (curves_of({"true": Planted().importance()}, seeds=seeds) for seeds in ((4,), (4,), (5,)))
    assert np.array_equal(first.curve(RANDOM).balanced, second.curve(RANDOM).balanced)
    assert not np.array_equal(first.curve(RANDOM).balanced, other.curve(RANDOM).balanced)


@given(
    st.lists(st.integers(0, 3), min_size=1, max_size=30),
    st.integers(0, 20).map(lambda n: n / 20),
    st.integers(0, 99),
    st.sampled_from(["layer", "net"]),
)
def test_the_least_important_go_and_no_more_than_asked(
    values: list[int], fraction: float, seed: int, scope: Any
) -> None:
    column = {"one": np.array(values, float), "two": np.array(values[::-1], float)}
    gates = gates_of(column, fraction, seed, scope)
    for group in [["one", "two"]] if scope == "net" else [["one"], ["two"]]:
        on = np.concatenate([gates[name] for name in group]) == 1.0
        importance = np.concatenate([column[name] for name in group])
        assert np.sum(~on) == int(fraction * len(on) + 1e-9)
        if on.any() and not on.all():
            assert importance[~on].max() <= importance[on].min()


def test_ties_are_broken_by_the_seed_alone() -> None:
    column = {"layer": np.zeros(64)}
    first, again, other = (gates_of(column, 0.5, seed)["layer"] for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert 8 < first[:32].sum() < 24, "drawn, and not the first ones"


def test_one_column_is_for_every_class_and_all_classes_are_their_mean() -> None:
    values = {"wide": np.array([[1.0, 3.0], [5.0, 7.0]]), "narrow": np.array([[2.0], [4.0]])}
    assert column_of(values, 1)["wide"].tolist() == [3.0, 7.0]
    assert column_of(values, 1)["narrow"].tolist() == [2.0, 4.0]
    assert column_of(values, None)["wide"].tolist() == [2.0, 6.0]


def test_the_outcome_by_hand() -> None:
    scores = np.eye(3)[[0, 0, 1, 0, 2, 1]]
    outcome = outcome_of(scores, np.array([0, 0, 0, 1, 1, 2]), (0, 1, 2))
    assert outcome.overall == pytest.approx(2 / 6)
    assert outcome.recall.tolist() == pytest.approx([2 / 3, 0.0, 0.0])
    assert outcome.balanced.tolist() == pytest.approx([(2 / 3 + 2 / 3) / 2, (0 + 2 / 4) / 2, (0 + 4 / 5) / 2])


def test_one_column_is_a_choice_of_two() -> None:
    outcome = outcome_of(np.array([[-1.0], [2.0], [3.0]]), np.array([0, 1, 0]), (0, 1))
    assert outcome.overall == pytest.approx(2 / 3)
    assert outcome.recall.tolist() == [0.5, 1.0]


def test_classes_with_most_samples_are_looked_at() -> None:
    held_out = Labelled((), np.array([3, 3, 3, 0, 0, 2]), tuple("abcd"))
    assert measured_classes(held_out) == (0, 2, 3)
    assert measured_classes(held_out, most=2) == (0, 3)


def test_networks_are_runs_and_their_own_runs_one_mean() -> None:
    first, second = (curves_of({"true": Planted().importance()}, seeds=seeds) for seeds in ((0, 1), (2, 3)))
    both = over_networks((first, second))
    assert both.curve(RANDOM).overall.shape == (2, 10)
    assert np.allclose(both.curve(RANDOM).overall[1], second.curve(RANDOM).overall.mean(axis=0))


@pytest.mark.parametrize(("classes", "layers"), [([1, 1, 1], ("units",)), ([0, 1, 2], ())])
def test_what_cannot_be_compared_is_one_clear_line(classes: list[int], layers: tuple[str, ...]) -> None:
    planted = Planted()
    held_out = Labelled((planted.held_out().x[0][:3],), np.array(classes), tuple("abcde"))
    with pytest.raises(KerascopeError, match="two classes or more and a hidden layer"):
        pruning_curves(planted, {"true": planted.importance()}, held_out, layers=layers, classes=set(classes))


def test_an_importance_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="no number"):
        gates_of({"layer": np.array([1.0, np.nan])}, 0.5, 0)
