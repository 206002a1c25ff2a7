from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.bundle import Bundle
from viewer.inspect.divergence import Drifted, divergence, growths, turn_of
from viewer.layout import Layout, LayoutOptions, place
from viewer.scales import relative_change
from viewer.state import CaptureKey

CLEAN, LAST = CaptureKey("clean-0", "002"), CaptureKey("attack-3", "002")


def drifted(*changes: float) -> tuple[Drifted, ...]:
    return tuple(Drifted(f"layer {at}", f"layer {at}", change) for at, change in enumerate(changes))


def test_it_is_the_relative_change_of_every_layer_in_net_order(tiny_bundle: Bundle, tiny_layout: Layout) -> None:
    found = divergence(tiny_bundle, tiny_layout, CLEAN, LAST)
    assert [each.layer for each in found] == ["picture", "conv", "relu", "pool", "flatten", "scores"]
    for each in found:
        assert each.change == relative_change(tiny_bundle, each.layer, CLEAN, LAST)
        before = tiny_bundle.output("clean-0", "002", each.layer).astype(float)
        after = tiny_bundle.output("attack-3", "002", each.layer).astype(float)
        assert each.change == pytest.approx(np.linalg.norm(after - before) / np.linalg.norm(before), rel=1e-6)


def test_an_input_has_not_drifted_from_itself(tiny_bundle: Bundle) -> None:
    found = divergence(tiny_bundle, place(tiny_bundle, LayoutOptions()), CLEAN, CLEAN)
    assert {each.change for each in found} == {0.0}
    assert turn_of(found, "scores") is None


def test_the_turn_is_the_steepest_layer_before_the_answer() -> None:
    turn = turn_of(drifted(0.02, 0.021, 0.06, 0.07, 0.9), "layer 4")
    assert turn.at == 2
    assert turn.growth == pytest.approx(0.06 / 0.021)
    assert "layer 2" in turn.words
    assert "×12.9" in turn.words, "what the answer does is said too"


def test_where_no_layer_stands_out_only_the_answer_turns() -> None:
    turn = turn_of(drifted(0.1, 0.11, 0.1, 0.7), "layer 3")
    assert turn.at == 3
    assert "only the answer" in turn.words
    assert turn_of(drifted(0.1, 0.11, 0.1, 0.11), "layer 3") is None


@given(st.lists(st.one_of(st.just(0.0), st.floats(1e-6, 1e3), st.just(float("inf"))), max_size=8))
def test_a_turn_grows_most_of_all_that_may_be_named(changes) -> None:
    factors = growths(changes)
    assert len(factors) == len(changes)
    turn = turn_of(drifted(*changes), f"layer {len(changes) - 1}")
    hidden = [factor for factor in factors[:-1] if factor >= 1.25]
    if hidden:
        assert turn.growth == max(hidden)
    elif factors and factors[-1] >= 1.25:
        assert turn.at == len(changes) - 1
    else:
        assert turn is None
