"""The words of the inspector: what lines there are for what was hit, and that their numbers are the bundle's."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from exporter.bundle import Bundle
from viewer.forward.audits import audit
from viewer.forward.formulas import formula
from viewer.inspect.pick import Hit
from viewer.inspect.reading import read
from viewer.state import Camera, CaptureKey, Mute, NetView, ViewState
from viewer.study import EdgePlace, Place, Study
from viewer.window.docks.inspector.card import card_of, compared_words, copied_text
from viewer.window.docks.inspector.details import details_of
from viewer.window.docks.inspector.formula import audit_verdict, audit_words, formula_lines, term_rows
from viewer.window.docks.inspector.patch import patch_of
from viewer.window.docks.inspector.readings import is_slow, said_of
from viewer.window.docks.inspector.sight import sight_words
from viewer.window.docks.inspector.subject import Subject, captures_of, subject_of
from viewer.window.docks.words import MINUS, number_words

KEY = CaptureKey("clean-0", "002")
CELL = Place("conv", channel=2, position=(3, 4))


def output(bundle: Bundle, layer: str) -> np.ndarray:
    return np.asarray(bundle.load(bundle.capture(KEY.input_id, KEY.checkpoint_id).outputs[layer]))


def number_of(words: str) -> float:
    return float(words.replace(MINUS, "-"))


def subject(place: Place, key: CaptureKey = KEY, **more: Any) -> Subject:
    return Subject(place, place, None, key, **more)


def test_a_cell_has_its_value_and_says_which_one_it_is(tiny_bundle: Bundle) -> None:
    card = card_of(read(tiny_bundle, KEY, CELL))
    values = output(tiny_bundle, "conv")
    assert number_of(card.value) == pytest.approx(values[3, 4, 2], rel=1e-4)
    assert (card.title, card.index) == ("conv", "channel 2 of 4, row 3, column 4")
    assert (card.kind, card.source, card.moment) == ("pre-activation", "ring", "epoch 2")
    rank = 1 + int((values > values[3, 4, 2]).sum())
    assert card.rank == f"rank {rank} of {values.size} in the layer"
    assert number_of(dict(card.statistics)["mean"].split(" ± ")[0]) == pytest.approx(values.mean(), rel=1e-2)


def test_a_layer_has_no_value_but_statistics(tiny_bundle: Bundle) -> None:
    card = card_of(read(tiny_bundle, KEY, Place("relu")))
    assert (card.value, card.rank, card.index) == ("", "", "")
    zeros = (output(tiny_bundle, "relu") == 0).mean()
    assert dict(card.statistics)["exactly 0"] == f"{100 * zeros:.3g} %"
    assert "exactly 0" not in dict(card_of(read(tiny_bundle, KEY, Place("scores"))).statistics), "none is"


def test_what_is_copied_is_what_is_shown(tiny_bundle: Bundle) -> None:
    card = card_of(read(tiny_bundle, KEY, CELL))
    text = copied_text(card)
    assert text.splitlines()[0] == "conv, channel 2 of 4, row 3, column 4"
    assert f"{card.value} · pre-activation" in text
    assert all(f"{name}: {words}" in text for name, words in card.statistics)


def test_two_values_are_compared_with_their_change() -> None:
    assert compared_words(1.0, 0.25, "a", "b") == f"a 1 → b 0.25, a change of {MINUS}0.75"
    assert compared_words(1.0, None, "a", "b") == ""


def test_the_terms_add_up_to_the_formulas_value(tiny_bundle: Bundle) -> None:
    told = formula(tiny_bundle, KEY, CELL)
    rows = term_rows(told)
    assert formula_lines(told, CELL)[-1] == "from picture, channel (row, column):"
    assert [row.source for row in rows[-2:]] == [f"{told.rest_count} more", "bias"]
    assert sum(number_of(row.product) for row in rows) == pytest.approx(output(tiny_bundle, "conv")[3, 4, 2], abs=5e-3)
    for row in rows[:-2]:
        assert number_of(row.value) * number_of(row.weight) == pytest.approx(number_of(row.product), rel=2e-2, abs=1e-9)
        assert row.place is not None, "a click goes there"
        picture = output(tiny_bundle, "picture")[(*row.place.position, row.place.channel)]
        assert number_of(row.value) == pytest.approx(picture, rel=1e-2)
    assert rows[-1].place is None


def test_a_formula_of_several_values_says_which_one_it_is_about(tiny_bundle: Bundle) -> None:
    place = Place("conv", channel=1)
    values = output(tiny_bundle, "conv")[..., 1]
    row, column = np.unravel_index(np.abs(values).argmax(), values.shape)
    first = formula_lines(formula(tiny_bundle, KEY, place), place)[0]
    assert first == f"the largest value of the map, channel 1, row {row}, column {column}:"
    assert "largest" not in formula_lines(formula(tiny_bundle, KEY, CELL), CELL)[0]


def test_the_audit_is_told_with_the_recomputed_value(tiny_bundle: Bundle) -> None:
    found = audit(tiny_bundle, KEY, CELL)
    assert audit_words(found).startswith(f"recomputed from the weights: {number_words(found.recomputed)}, the same")
    assert audit_verdict(found) == "good"
    off = dataclasses.replace(found, relative_error=0.1)
    assert audit_verdict(off) == "bad"
    missing = dataclasses.replace(found, recomputed=None, relative_error=None, words="no such thing")
    assert (audit_words(missing), audit_verdict(missing)) == ("not recomputed: no such thing", "")


def test_what_only_passes_a_value_on_says_so_without_weights_or_a_second_source(tiny_bundle: Bundle) -> None:
    place = Place("relu", channel=2, position=(3, 4))
    details = details_of(tiny_bundle, subject(place))
    assert details.audit.startswith("recomputed from what comes in: ")
    assert [row.place for row in details.terms] == [CELL]
    assert [line for line in details.formula if line.startswith("from ")] == ["from conv, channel (row, column):"]


def test_what_is_seen_is_told_in_rows_and_columns(tiny_bundle: Bundle) -> None:
    assert sight_words(tiny_bundle, CELL) == "rows 2–4, columns 3–5 of picture"
    assert sight_words(tiny_bundle, Place("pool", channel=0, position=(1, 1))) == "rows 1–4, columns 1–4 of picture"
    corner = sight_words(tiny_bundle, Place("conv", channel=0, position=(0, 0)))
    assert corner == "rows 0–1, columns 0–1 of picture, and beyond its border"
    assert sight_words(tiny_bundle, Place("scores", channel=0)) == "all of picture"
    assert sight_words(tiny_bundle, Place("conv")) == sight_words(tiny_bundle, Place("picture", channel=0)) == ""


def test_details_of_a_cell_have_its_neighbours_round_it(tiny_bundle: Bundle) -> None:
    details = details_of(tiny_bundle, subject(CELL))
    assert details.patch is not None
    values, (row, column), scale = details.patch
    assert values[row, column] == output(tiny_bundle, "conv")[3, 4, 2]
    assert scale == pytest.approx(np.abs(output(tiny_bundle, "conv")).max())
    assert details_of(tiny_bundle, subject(Place("scores", channel=1))).patch is None, "a unit has none"


def test_what_an_attack_made_is_not_judged_by_its_rounded_picture(tiny_bundle: Bundle) -> None:
    place, attacked = Place("picture", channel=0, position=(2, 2)), CaptureKey("attack-3", "002")
    assert details_of(tiny_bundle, subject(place)).verdict == "good"
    told = details_of(tiny_bundle, subject(place, attacked))
    assert (told.verdict, told.terms) == ("", ())
    assert "256 levels" in told.audit


@pytest.mark.parametrize(("at", "shape", "inside"), [((0, 0), (3, 3), (0, 0)), ((5, 5), (5, 5), (2, 2))])
def test_a_patch_is_cut_at_the_border(at: tuple[int, int], shape: tuple[int, int], inside: tuple[int, int]) -> None:
    cells = np.arange(144, dtype=np.float32).reshape(12, 12)
    values, there = patch_of(cells, at)
    assert (values.shape, there) == (shape, inside)
    assert values[there] == cells[at]


def test_what_is_pinned_comes_before_what_is_pointed_at() -> None:
    hit = Hit(0, 1, CELL, None, (0.0, 0.0, 0.0))
    captures = KEY, None
    assert subject_of(Study(), None, captures) is None
    assert subject_of(Study(), hit, None) is None
    assert subject_of(Study(), hit, captures).what == CELL
    pinned = Place("scores", channel=1)
    assert subject_of(Study(pinned=pinned), hit, captures).what == pinned
    edge = EdgePlace("flatten", 3, "scores", 1)
    found = subject_of(Study(pinned_edge=edge), hit, captures)
    assert (found.edge, found.place) == (edge, pinned)
    mute = Mute("conv", 1)
    assert subject_of(Study(muted=(mute,)), hit, captures) != subject_of(Study(), hit, captures), "it reads anew"


def test_the_capture_is_that_which_is_seen() -> None:
    clean, other = CaptureKey("a", "0"), CaptureKey("b", "0")
    nets = (
        NetView(clean),
        NetView(clean, toward=other, blend=0.7),
        NetView(clean, toward=other, blend=0.3),
        NetView(clean, toward=other, quantity="difference"),
    )
    state = ViewState(Camera(), nets)
    found = [captures_of(state, net) for net in (0, 1, 2, 3, 9)]
    assert found == [(clean, None), (other, None), (clean, None), (other, clean), (clean, None)]
    assert captures_of(None, 0) is None


def test_a_difference_is_told_with_both_values(tiny_bundle: Bundle) -> None:
    attacked = CaptureKey("attack-3", "002")
    said = said_of(tiny_bundle, subject(Place("scores", channel=0), attacked, beside=KEY))
    before = output(tiny_bundle, "scores")[0]
    assert said.compared.startswith(f"ring {number_words(float(before), 4)} → ring, attacked with epsilon 0.25 ")
    assert said_of(tiny_bundle, subject(Place("scores", channel=0))).compared == ""


def test_what_has_to_be_computed_first_is_read_in_a_thread(tiny_bundle: Bundle) -> None:
    mutes = (Mute("conv", 2),)
    assert not is_slow(tiny_bundle, subject(CELL))
    assert is_slow(tiny_bundle, subject(CELL, muted=mutes))
    assert said_of(tiny_bundle, subject(CELL, muted=mutes)).card.value == "0"
