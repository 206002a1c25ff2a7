"""Which sculptures and classes are shown when nobody says, and what is said where there are none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from made_sculpture import add_made_sculptures
from msgspec import structs
from tiny_bundle import CLASS_NAMES, make_tiny_bundle

from exporter.bundle import Bundle, read_bundle
from exporter.bundle.errors import KerascopeError
from exporter.bundle.limits import Limits
from scenes.options import SceneOptions
from scenes.sculptures.sculpted import compared_sculptures, hidden_importance, lit_classes, shown_sculpture
from scenes.sculptures.specific import own_share

LAYERS = (("picture", 1), ("conv", 4), ("scores", 3))


@pytest.fixture(scope="module")
def bundle(sculpted_path: Path) -> Bundle:
    return read_bundle(sculpted_path)


def test_the_last_checkpoint_is_shown_and_any_can_be_chosen(bundle: Bundle) -> None:
    assert shown_sculpture(bundle, SceneOptions()).id == "002-weight"
    assert shown_sculpture(bundle, SceneOptions(checkpoint_id="000")).id == "000-weight"


def test_the_one_added_last_is_shown(tmp_path: Path) -> None:
    path = make_tiny_bundle(tmp_path / "a.bundle")
    add_made_sculptures(path, LAYERS, {"002": 1.0, "000": 1.0})
    assert shown_sculpture(read_bundle(path), SceneOptions()).id == "002-weight"


def test_before_and_after_are_the_first_and_the_last(bundle: Bundle) -> None:
    assert [each.id for each in compared_sculptures(bundle, SceneOptions())] == ["000-weight", "002-weight"]


@pytest.mark.parametrize(
    ("checkpoint", "words"),
    [("001", "no sculpture to show at checkpoint '001'"), ("nobody", "checkpoint"), ("000", "no two sculptures")],
)
def test_what_is_not_there_is_one_line(bundle: Bundle, checkpoint: str, words: str) -> None:
    with pytest.raises(KerascopeError, match=words) as caught:
        compared_sculptures(bundle, SceneOptions(checkpoint_id=checkpoint))
    assert "\n" not in str(caught.value)


def test_a_bundle_without_sculptures_says_how_to_add_them(tiny_bundle_path: Path) -> None:
    with pytest.raises(KerascopeError, match=r"kerascope sculpt .*tiny\.bundle"):
        shown_sculpture(read_bundle(tiny_bundle_path), SceneOptions())


def test_all_classes_are_lit_in_order_and_any_can_be_chosen(bundle: Bundle) -> None:
    kept = bundle.sculpture("002-weight")
    assert lit_classes(bundle, kept, SceneOptions()).names == CLASS_NAMES
    chosen = lit_classes(bundle, kept, SceneOptions(classes=(2, 0, 2)))
    assert (chosen.ids, chosen.names, chosen.is_part) == ((2, 0), ("two", "zero"), True)
    with pytest.raises(KerascopeError, match=r"no such class.*0 to 2.*got 3"):
        lit_classes(bundle, kept, SceneOptions(classes=(3,)))


def test_of_many_classes_those_of_most_importance_are_lit(tmp_path: Path) -> None:
    path = make_tiny_bundle(tmp_path / "a.bundle")
    add_made_sculptures(path, (("picture", 2), ("conv", 30), ("scores", 14)), {"002": 2.0})
    many = read_bundle(path)
    kept = many.sculpture("002-weight")
    lit = lit_classes(many, kept, SceneOptions())
    sums = hidden_importance(kept, many.load(kept.tensors["importance"])).sum(axis=0)
    assert lit.ids == tuple(np.argsort(-sums)[:10])
    assert (lit.of, lit.is_part, lit.names[0]) == (14, True, lit_name(lit.ids[0]))


def test_a_model_without_classes_has_an_output(tmp_path: Path) -> None:
    path = add_made_sculptures(make_tiny_bundle(tmp_path / "a.bundle"), (("picture", 4), ("scores", 1)), {"002": 2.0})
    made = read_bundle(path)
    bare = structs.replace(made.manifest, model=structs.replace(made.manifest.model, class_names=()))
    nameless = Bundle(made.path, bare, Limits())
    lit = lit_classes(nameless, nameless.sculpture("002-weight"), SceneOptions())
    assert (lit.ids, lit.names, lit.is_part) == ((0,), ("output",), False)


def lit_name(number: int) -> str:
    return CLASS_NAMES[number] if number < len(CLASS_NAMES) else f"class {number}"


@pytest.mark.parametrize(
    ("importance", "share"),
    [(np.eye(3), 1.0), (np.ones((4, 5)), 0.2), ([[3, 1], [1, 1]], 4 / 6), (np.zeros((2, 3)), None), ([[1], [2]], None)],
)
def test_the_share_of_the_strongest_class(bundle: Bundle, monkeypatch, importance, share: float | None) -> None:
    monkeypatch.setattr(bundle, "load", lambda _: np.asarray(importance, np.float32))
    monkeypatch.setattr("scenes.sculptures.specific.hidden_importance", lambda _, rows: rows)
    assert own_share(bundle, bundle.sculpture("002-weight")) == (None if share is None else pytest.approx(share))
