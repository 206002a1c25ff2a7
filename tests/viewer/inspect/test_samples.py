from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from paper_bundle import PaperBundle, layer, paper_bundle

from exporter.bundle import Bundle
from exporter.bundle.schema import Capture, Input, Model
from viewer.inspect.samples import Sample, beside, ordered, samples_at, score_kind


def scored(scores: dict[str, tuple[float | None, ...]], inputs: tuple[Input, ...], **more: object) -> PaperBundle:
    """A bundle of a softmax layer whose inputs have these scores; the class is the largest one."""
    captures = tuple(
        Capture(
            input=id_,
            checkpoint="000",
            outputs={},
            scores=row,
            predicted=None if None in row or len(row) < 2 else int(np.argmax(row)),
        )
        for id_, row in scores.items()
    )
    layers = [layer("picture", "input", 2), layer("scores", "dense", 3, activation=more.pop("activation", "softmax"))]
    return paper_bundle(layers, inputs=inputs, captures=captures, **more)


def clean(id_: str, true_class: int | None = None) -> Input:
    return Input(id=id_, label=f"label {id_}", true_class=true_class)


def test_margins_verdicts_and_shifts_are_those_of_the_scores() -> None:
    attacked = Input(id="b", label="a, attacked", kind="attacked", parent="a", run="r", step=3, epsilon=0.5)
    scores = {"a": (0.7, 0.2, 0.1), "b": (0.1, 0.6, 0.3), "c": (0.2, 0.3, 0.5)}
    a, b, c, d = samples_at(scored(scores, (clean("a"), attacked, clean("c", 1), clean("d", 0))), "000")
    assert (a.predicted, b.predicted, c.predicted) == (0, 1, 2)
    assert [each.margin for each in (a, b, c)] == pytest.approx([0.5, 0.3, 0.2])
    assert [each.probability for each in (a, b, c)] == pytest.approx([0.7, 0.6, 0.5])
    assert [each.is_wrong for each in (a, b, c, d)] == [False, True, True, False]
    assert [each.is_flipped for each in (a, b, c, d)] == [False, True, False, False]
    difference = np.subtract(scores["b"], scores["a"])
    assert b.shift == pytest.approx(np.linalg.norm(difference) / np.linalg.norm(scores["a"]))
    assert (b.step, b.epsilon, b.parent, b.run) == (3, 0.5, "a", "r")
    assert a.shift is c.shift is d.shift is d.margin is None
    assert d.reason == "not captured at checkpoint 000"
    assert not a.reason


def test_an_attacked_input_with_a_true_class_is_judged_by_it() -> None:
    inputs = (clean("a", 1), Input(id="b", label="b", kind="attacked", parent="a", true_class=1))
    _, b = samples_at(scored({"a": (0.7, 0.2, 0.1), "b": (0.1, 0.6, 0.3)}, inputs), "000")
    assert b.is_flipped, "from 0 to 1"
    assert not b.is_wrong, "1 is what it is"


def test_logits_are_read_as_their_softmax_and_values_as_themselves() -> None:
    scores = {"a": (2.0, -1.0, 0.5)}
    named = Model(name="m", class_name="M", inputs=("picture",), outputs=("scores",), parameters=0, class_names=("x",))
    of_classes = scored(scores, (clean("a"),), activation="linear", model=named)
    assert score_kind(of_classes) == "logits"
    shares = np.exp(scores["a"]) / np.exp(scores["a"]).sum()
    (sample,) = samples_at(of_classes, "000")
    assert (sample.probability, sample.margin) == pytest.approx((shares[0], shares[0] - shares[2]))
    plain = scored(scores, (clean("a"),), activation="linear")
    assert score_kind(plain) == "values"
    (sample,) = samples_at(plain, "000")
    assert (sample.probability, sample.margin, sample.value) == (None, None, 2.0)


def test_scores_that_are_no_numbers_missing_or_alone_have_no_margin() -> None:
    inputs = (clean("a", 0), clean("b", 0), clean("c", 0))
    a, b, c = samples_at(scored({"a": (0.5, None, 0.5), "b": (), "c": (0.25,)}, inputs, activation="sigmoid"), "000")
    for each in (a, b, c):
        assert each.margin is each.probability is None
        assert not each.is_wrong, "nothing was said, so nothing is wrong"
    assert (a.value, b.value, c.value) == (None, None, 0.25)


def test_the_tiny_bundle_flips_at_its_last_step(tiny_bundle: Bundle) -> None:
    samples = samples_at(tiny_bundle, "002")
    attacked = [each for each in samples if each.kind == "attacked"]
    assert [each.is_flipped for each in attacked] == [False, False, True]
    assert [each.input_id for each in ordered(samples, "wrong")] == ["attack-3"]
    assert ordered(samples, "shift")[0].input_id == "attack-3"
    assert all(each.reason for each in samples_at(tiny_bundle, "000") if each.kind == "attacked")


margins = st.one_of(st.none(), st.sampled_from([0.0, 0.25, 0.5]), st.floats(0, 1))
lists = st.lists(st.tuples(margins, st.one_of(st.none(), st.floats(0, 9)), st.booleans()), max_size=12)


def listed(facts: list[tuple[float | None, float | None, bool]]) -> tuple[Sample, ...]:
    return tuple(
        Sample(str(at), str(at), "clean", margin=margin, shift=shift, is_wrong=is_wrong)
        for at, (margin, shift, is_wrong) in enumerate(facts)
    )


@given(lists)
def test_orders_are_sorted_complete_and_keep_ties_as_they_stand(facts) -> None:
    samples = listed(facts)
    for order, sign, key in (("margin", 1, "margin"), ("shift", -1, "shift")):
        row = ordered(samples, order)
        assert len(row) == sum(getattr(each, key) is not None for each in samples)
        ranks = [(sign * getattr(each, key), int(each.input_id)) for each in row]
        assert ranks == sorted(ranks)
    assert ordered(samples, "wrong") == tuple(each for each in samples if each.is_wrong)


@given(lists, st.sampled_from(["wrong", "margin", "shift"]), st.sampled_from([1, -1]))
def test_stepping_goes_through_all_of_an_order_once_and_comes_round(facts, order, steps) -> None:
    samples = listed(facts)
    row = [each.input_id for each in ordered(samples, order)]
    here, seen = None, []
    for _ in row:
        here = beside(samples, order, here, steps).input_id
        seen.append(here)
    assert seen == (row if steps == 1 else row[::-1])
    if row:
        assert beside(samples, order, here, steps).input_id == seen[0]
    else:
        assert beside(samples, order, here, steps) is None


@given(lists, st.integers(0, 11))
def test_the_next_wrong_one_is_the_next_as_they_stand(facts, at) -> None:
    samples = listed(facts)
    later = [each.input_id for each in samples[at + 1 :] if each.is_wrong]
    if later and at < len(samples):
        assert beside(samples, "wrong", str(at)).input_id == later[0]
