from __future__ import annotations

import pytest

from exporter.bundle import Bundle
from viewer.inspect.samples import Sample, samples_at
from viewer.window.docks.inputs.rows import answer_of, filtered, grouped, listed, summary_of, tip_of, title_of

NAMES = ("cat", "dog", "Owl")


def sample(id_: str, **more) -> Sample:
    return Sample(id_, more.pop("label", id_), more.pop("kind", "clean"), **more)


SAMPLES = (
    sample("000", label="first", true_class=0, predicted=0),
    sample("001", label="second", true_class=2, predicted=1, is_wrong=True),
    sample("002", label="first + 0.1", kind="attacked", parent="000", epsilon=0.1, true_class=0, predicted=0),
    sample("003", label="first + 0.2", kind="attacked", parent="000", true_class=0, predicted=1, is_wrong=True),
    sample("004", label="lost", kind="attacked", parent="gone"),
)


def ids(words: str) -> list[str]:
    return [each.input_id for each in listed(filtered(grouped(SAMPLES), words, NAMES))]


def test_attacked_steps_stand_under_their_parent_and_orphans_alone() -> None:
    groups = grouped(SAMPLES)
    assert [(group.head.input_id, [step.input_id for step in group.steps]) for group in groups] == [
        ("000", ["002", "003"]),
        ("001", []),
        ("004", []),
    ]
    assert sorted(ids("")) == [each.input_id for each in SAMPLES]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("wrong", ["003", "001"]),
        ("attacked", ["002", "003", "004"]),
        ("clean", ["000", "001"]),
        ("attacked wrong", ["003"]),
        ("DOG", ["003", "001"]),
        ("owl", ["001"]),
        ("first", ["000", "002", "003"]),
        ("right clean", ["000"]),
        ("004", ["004"]),
        ("no such thing", []),
    ],
)
def test_the_filter_finds_by_state_label_and_class(words: str, found: list[str]) -> None:
    assert ids(words) == found


def test_a_parent_that_does_not_match_heads_its_steps_that_do() -> None:
    (group, _) = filtered(grouped(SAMPLES), "wrong", NAMES)
    assert group.head.input_id == "000"
    assert not group.is_found
    assert summary_of(listed((group,))) == "1 input, 1 wrong"


def test_rows_say_what_the_network_says_and_where_it_is_wrong_the_truth(tiny_bundle: Bundle) -> None:
    samples = {each.input_id: each for each in samples_at(tiny_bundle, "002")}
    names = tiny_bundle.manifest.model.class_names
    flipped = samples["attack-3"]
    assert answer_of(names, flipped).startswith("one")
    assert answer_of(names, flipped).endswith("truly zero")
    assert "truly" not in answer_of(names, samples["clean-0"])
    assert title_of(tiny_bundle, flipped, under_parent=True) == "ε 63.75/255"
    assert title_of(tiny_bundle, flipped, under_parent=False) == flipped.label
    assert f"{flipped.shift:.3g}" in tip_of(tiny_bundle, flipped)
    (early, *_) = (each for each in samples_at(tiny_bundle, "000") if each.kind == "attacked")
    assert answer_of(names, early) == "not captured here"
    assert "not captured at checkpoint 000" in tip_of(tiny_bundle, early)
