"""A perturbation and its control as a bundle holds them: which runs, how large, what is said of each."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from msgspec import structs
from rival_attacks import add_attack
from tiny_bundle import make_tiny_bundle
from two_bundles import CRAFTED, NOISE, RATES, SHOWN, attacked_pair, changed_run, noisy

from exporter.bundle import Bundle, KerascopeError, read_bundle
from scenes.attack.size import ChangeSize
from scenes.options import SceneOptions
from scenes.panels.answer import answer_of
from scenes.transfer.crafted import crafted_pair
from scenes.transfer.story import rates_line, verdict
from scenes.transfer.transferred import Rates, Said, Transfer, rates_of, transfer_of

PLAIN = SceneOptions()


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Bundle, Bundle]:
    """A model, and another that sees what was made on it."""
    return attacked_pair(tmp_path_factory.mktemp("attacked"))


def transfer(bundle: Bundle, **asked: str) -> Transfer:
    return transfer_of(bundle, replace(PLAIN, **asked), answer_of(bundle))


def test_what_is_said_is_what_was_captured(pair: tuple[Bundle, Bundle]) -> None:
    for bundle, run_id in zip(pair, (CRAFTED, SHOWN), strict=True):
        shown = transfer(bundle, run_id=run_id)
        assert shown.control is not None
        fed = "clean-0", *shown.run.inputs, shown.control.inputs[-1]
        captures = [bundle.capture(name, "002") for name in fed]
        said = *shown.steps, shown.noise
        assert [each.predicted for each in said if each] == [capture.predicted for capture in captures]
        assert [each.share for each in said if each] == pytest.approx([max(c.scores) for c in captures])  # type: ignore[type-var]
        assert [each.is_fooled for each in said if each] == [c.predicted != captures[0].predicted for c in captures]
        pictures = [bundle.output(name, "002", "picture") for name in (fed[0], shown.run.inputs[-1])]
        assert shown.size.linf == pytest.approx(float(np.abs(pictures[1] - pictures[0]).max()))


def test_where_it_was_made_is_said(pair: tuple[Bundle, Bundle]) -> None:
    here, there = transfer(pair[0], run_id=CRAFTED), transfer(pair[1])
    levels = f"{here.size.linf * 255:.1f}".removesuffix(".0")
    assert here.origin == f"crafted here (PGD, {levels}/255)"
    assert there.run.id == SHOWN, "what was made elsewhere comes first"
    assert there.origin.startswith("crafted on tiny (PGD, ")
    assert there.origin.endswith(", shown to this one")


def test_both_bundles_show_the_same_perturbation(pair: tuple[Bundle, Bundle]) -> None:
    assert crafted_pair(*pair) == (CRAFTED, SHOWN)
    assert crafted_pair(*pair[::-1]) == (SHOWN, CRAFTED)
    assert crafted_pair(*pair, CRAFTED) == (CRAFTED, SHOWN)
    assert crafted_pair(*pair, "attack") == ("attack", None), "one that was never shown to the other"
    assert crafted_pair(pair[0], pair[0]) == (None, None)


def test_noise_of_another_size_is_no_control(tmp_path: Path) -> None:
    path = make_tiny_bundle(tmp_path / "a.bundle")
    clean = read_bundle(path).output("clean-0", "002", "picture")
    assert transfer(read_bundle(path)).control is None
    add_attack(path, "far", "noise", [noisy(clean, 0.2)])
    assert transfer(read_bundle(path)).control is None, "the attack has 0.25"
    add_attack(path, "near", "noise", [noisy(clean, 0.24)])
    add_attack(path, "nearest", "noise", [noisy(clean, 0.25)])
    found = transfer(read_bundle(path)).control
    assert found is not None
    assert found.id == "nearest"


def test_of_an_attack_in_l2_the_length_counts(tmp_path: Path) -> None:
    path = make_tiny_bundle(tmp_path / "a.bundle")
    bundle = read_bundle(path)
    clean, attacked = (bundle.output(name, "002", "picture") for name in ("clean-0", "attack-3"))
    length = float(np.linalg.norm(attacked - clean))
    middle = clean + np.full_like(clean, length / 6)  # 36 cells
    add_attack(path, "even", "noise", [middle.astype(np.float32)])
    assert transfer(read_bundle(path)).control is None
    changed_run(path, "attack", result={"norm": "l2"})
    assert transfer(read_bundle(path)).control is not None


def test_asked_for_noise_it_shows_what_it_is_the_control_of(pair: tuple[Bundle, Bundle]) -> None:
    assert transfer(pair[1], run_id=NOISE).run.id == SHOWN
    assert transfer(pair[0], run_id="attack").run.id == "attack"
    assert transfer(pair[1], input_id="clean-0").run.id == SHOWN


@pytest.mark.parametrize(
    ("asked", "got"), [({}, "none"), ({"run_id": "no"}, "no"), ({"input_id": "clean-1"}, "none on input clean-1")]
)
def test_without_a_perturbation_it_says_how_to_make_one(
    pair: tuple[Bundle, Bundle], asked: dict[str, str], got: str
) -> None:
    bundle = pair[1]
    if not asked:
        manifest = structs.replace(bundle.manifest, runs=tuple(r for r in bundle.manifest.runs if r.method == "noise"))
        bundle = Bundle(bundle.path, manifest, bundle._limits)
    with pytest.raises(KerascopeError, match="no perturbation to show") as raised:
        transfer(bundle, **asked)
    assert f"got {got}; " in str(raised.value)
    assert "kerascope transfer A.keras --to B.keras --inputs IMAGES --out FOLDER" in str(raised.value)
    assert str(raised.value).endswith(f"({bundle.path})")


def test_counts_are_told_all_together_or_not_at_all(pair: tuple[Bundle, Bundle]) -> None:
    rates = rates_of(transfer(pair[1]).run)
    assert rates == Rates(200, 0.31, 0.02, 0.045)
    assert rates_line(rates) == "Of 200 pictures: 31.0 % misled, 2.0 % by noise of this size, 4.5 % wrong before."
    run = transfer(pair[0], run_id=CRAFTED).run
    assert rates_of(run) is None
    assert rates_of(structs.replace(run, result={**RATES, "judged": None})) is None
    assert rates_line(Rates(1, 1.0, None, None)) == "Of 1 picture: 100.0 % misled."
    none = "Of 1,850 pictures: 59.0 % misled, none by noise of this size, none wrong before."
    assert rates_line(Rates(1850, 0.59, 0.0, 0.0)) == none


def said(name: str, *, is_fooled: bool = False) -> Said:
    return Said(ord(name[0]), name, 0.9, is_fooled)


FLIPPED, STAYS = said("cat", is_fooled=True), said("dog")


@pytest.mark.parametrize(
    ("made_on", "attacked", "noise", "sentence"),
    [
        ("", FLIPPED, STAYS, "It works here: dog becomes cat; noise of the same size changes no answer."),
        ("net", FLIPPED, STAYS, "It carries over: dog becomes cat; noise of the same size changes no answer."),
        ("net", FLIPPED, None, "It carries over: dog becomes cat; there is no noise control."),
        ("net", FLIPPED, FLIPPED, "It carries over: dog becomes cat. But noise of the same size does as much: cat."),
        ("net", STAYS, STAYS, "It does not carry over: the answer stays dog, as with noise of the same size."),
        ("", STAYS, FLIPPED, "It does not work here: the answer stays dog. Noise of the same size makes it cat."),
        ("net", STAYS, None, "It does not carry over: the answer stays dog; there is no noise control."),
    ],
)
def test_the_verdict_follows_from_the_answers(
    pair: tuple[Bundle, Bundle], made_on: str, attacked: Said, noise: Said | None, sentence: str
) -> None:
    run = structs.replace(transfer(pair[0]).run, options={"crafted_on": made_on})
    made = Transfer(run, ChangeSize(0.1, 1.0, True), (STAYS, attacked), None, noise, False)
    assert verdict(made) == sentence
