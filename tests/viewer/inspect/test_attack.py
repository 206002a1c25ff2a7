from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.bundle import Bundle
from exporter.bundle.schema import Run
from viewer.inspect.attack import answer_text, attack_of, epsilon_text, run_of
from viewer.inspect.samples import Sample, samples_at


def run_with(ids: list[str]) -> Run:
    return Run(
        id="r", kind="attack", method="pgd", checkpoint="0", options={}, result={}, parent="p", inputs=tuple(ids)
    )


def step(id_: str, epsilon: float, *, is_flipped: bool = False) -> Sample:
    return Sample(id_, id_, "attacked", parent="p", epsilon=epsilon, is_flipped=is_flipped)


def by_id(*samples: Sample) -> dict[str, Sample]:
    return {sample.input_id: sample for sample in (Sample("p", "p", "clean"), *samples)}


def test_the_steps_of_the_tiny_attack_stand_to_scale_with_the_flip_at_the_end(tiny_bundle: Bundle) -> None:
    samples = {sample.input_id: sample for sample in samples_at(tiny_bundle, "002")}
    for id_ in ("clean-0", "attack-2"):
        attack = attack_of(run_of(tiny_bundle, id_), samples)
        assert [each.input_id for each in attack.steps] == ["clean-0", "attack-1", "attack-2", "attack-3"]
        assert attack.places == pytest.approx((0, 0.25, 0.5, 1.0))
        assert attack.is_to_scale
        assert attack.flip == 3
    assert run_of(tiny_bundle, "clean-1") is None
    assert run_of(tiny_bundle, None) is None
    assert epsilon_text(tiny_bundle, samples["attack-3"]) == "63.75/255"


def test_steps_of_equal_size_stand_by_their_number() -> None:
    attack = attack_of(run_with(["a", "b", "c"]), by_id(*(step(id_, 0.1) for id_ in "abc")))
    assert not attack.is_to_scale
    assert attack.places == pytest.approx((0, 1 / 3, 2 / 3, 1))
    assert attack.flip is None


def test_an_attack_of_which_too_little_was_captured_is_none() -> None:
    missing = replace(step("a", 0.1), reason="not captured")
    assert attack_of(run_with(["a"]), by_id(missing)) is None
    assert attack_of(run_with(["a"]), {"a": step("a", 0.1)}) is None, "the clean input is missing"


@given(st.lists(st.floats(1e-3, 1), min_size=1, max_size=8, unique=True), st.floats(0, 1))
def test_the_nearest_step_is_nearer_than_any_other(epsilons, place) -> None:
    attack = attack_of(run_with([str(e) for e in epsilons]), by_id(*(step(str(e), e) for e in epsilons)))
    assert list(attack.places) == sorted(attack.places)
    assert (attack.places[0], attack.places[-1]) == (0, 1)
    chosen = attack.nearest(place)
    assert abs(attack.places[chosen] - place) == min(abs(other - place) for other in attack.places)
    for at, each in enumerate(attack.places):
        assert attack.nearest(each) == at
        assert attack.index_of(attack.steps[at].input_id) == at


def test_answers_are_said_as_what_they_are() -> None:
    assert answer_text(("cat", "dog"), Sample("a", "a", "clean", predicted=1, probability=0.5)) == "dog  50.0 %"
    assert answer_text((), Sample("a", "a", "clean", value=0.123456)) == "0.1235"
    assert answer_text((), Sample("a", "a", "clean", reason="not captured at 3")) == "not captured here"
