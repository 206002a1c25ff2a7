"""Attacks on several inputs of a bundle: what is chosen, what is kept, what is saved, what is told."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from exporter.bundle import Bundle, KerascopeError, read_bundle, validate_bundle

pytestmark = pytest.mark.tf


def test_the_command_line_knows_every_attack_and_all_that_can_be_asked_of_one() -> None:
    from exporter import arguments, commands
    from exporter.attacks import ATTACKS

    assert tuple(ATTACKS) == arguments.ATTACKS
    assert {name for attack in ATTACKS.values() for name in attack.option_names} == set(commands.ATTACK_OPTIONS)
    parser = argparse.ArgumentParser()
    arguments.add_attack(parser)
    assert set(commands.ATTACK_OPTIONS) <= {action.dest for action in parser._actions}


@pytest.fixture(scope="module")
def told() -> list[str]:
    return []


@pytest.fixture(scope="module")
def path(
    learned: tuple[Any, Any], learned_bundle: Path, told: list[str], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """All ten digits attacked by PGD, rounded, seen at every checkpoint, saved as pictures."""
    from exporter.attacking import attack_bundle

    folder = tmp_path_factory.mktemp("laboratory")
    path = shutil.copytree(learned_bundle, folder / "digits.bundle")
    chosen: dict[str, Any] = {"input_id": "all", "keep": 3, "at": ("all",), "png": folder / "pictures", "steps": 8}
    tell = {"warn": told.append, "tell": told.append}
    attack_bundle(path, learned[0], "pgd", survive_rounding=True, epsilon=0.2, step_size=0.05, **chosen, **tell)
    return path


@pytest.fixture(scope="module")
def attacked(path: Path) -> Bundle:
    return read_bundle(path)


def fooled(bundle: Bundle, model: Any) -> int:
    """How many runs the saved pictures bear out, read from their files as anybody would."""
    count = 0
    for run in bundle.manifest.runs:
        saved = np.asarray(Image.open(bundle.path.parent / "pictures" / f"{run.id}.png"), np.float32) / 255
        said = int(np.asarray(model(saved[None, ..., None], training=False)).argmax())
        assert said == run.result["predicted"] == run.result["predicted_8bit"]
        count += said != run.result["original"]
    return count


def test_a_run_for_each_input_that_is_read_right(attacked: Bundle, told: list[str]) -> None:
    assert validate_bundle(attacked.path) == []
    final = attacked.final_checkpoint.id
    clean = [each for each in attacked.manifest.inputs if each.kind == "clean"]
    wrong = [each.id for each in clean if attacked.capture(each.id, final).predicted != each.true_class]
    runs = attacked.manifest.runs
    assert [run.parent for run in runs] == [each.id for each in clean if each.id not in wrong]
    assert all(any(f"input {id_} is left out" in line for line in told) for id_ in wrong)
    turned = sum(bool(run.result["success"]) for run in runs)
    assert f"{turned} of {len(runs)} inputs were turned" == told[-1]
    assert turned >= 5


def test_the_saved_pictures_still_fool_the_model(attacked: Bundle, learned: tuple[Any, Any]) -> None:
    assert fooled(attacked, learned[0]) == sum(bool(run.result["success"]) for run in attacked.manifest.runs)


def test_what_was_made_is_within_the_budget_and_on_the_levels_of_a_picture(attacked: Bundle) -> None:
    final = attacked.final_checkpoint.id
    for run in attacked.manifest.runs:
        assert run.parent is not None
        clean = attacked.output(run.parent, final, "digit").astype(np.float64)
        last = attacked.output(run.inputs[-1], final, "digit").astype(np.float64)
        np.testing.assert_allclose(last * 255, np.rint(last * 255), atol=1e-4)
        assert np.abs(last - clean).max() == pytest.approx(run.result["linf"], abs=1e-6)
        assert np.abs(last - clean).max() <= 0.2 + 1e-6
        assert np.linalg.norm(last - clean) == pytest.approx(run.result["l2"], rel=1e-5)
        assert (run.options["epsilon"], run.options["survive_rounding"], run.result["norm"]) == (0.2, True, "linf")
        assert [attacked.input(id_).step for id_ in run.inputs] == [0, 4, 7]


def test_other_checkpoints_see_the_same_inputs(attacked: Bundle, learned: tuple[Any, Any]) -> None:
    from exporter.capture import weights_as

    model, recorder = learned
    run, first = attacked.manifest.runs[0], attacked.manifest.checkpoints[1]
    with weights_as(model, recorder.moments[1].weights()):
        for id_ in (run.parent or "", *run.inputs):
            fed = attacked.output(id_, attacked.final_checkpoint.id, "digit")
            np.testing.assert_array_equal(attacked.output(id_, first.id, "digit"), fed)
            expected = np.asarray(model(fed[None], training=False))[0]
            np.testing.assert_allclose(attacked.capture(id_, first.id).scores, expected, atol=1e-5)


def test_pictures_of_a_folder_are_added_once(learned: tuple[Any, Any], path: Path, tmp_path: Path) -> None:
    from exporter.attacking import attack_bundle

    copied = shutil.copytree(path, tmp_path / "copied.bundle")
    before = read_bundle(copied)
    folder = tmp_path / "mine" / "7"
    folder.mkdir(parents=True)
    seven = next(each for each in before.manifest.inputs if each.true_class == 7)
    picture = np.roll(before.image(seven.id)[..., 0], 1, axis=0)
    Image.fromarray(picture).save(folder / "shifted.png")
    for again in (False, True):
        quiet = {"warn": lambda line: None, "tell": lambda line: None}
        attack_bundle(copied, learned[0], "fgsm", inputs=[folder.parent], epsilon=0.3, target="2", **quiet)
        after = read_bundle(copied)
        run = after.manifest.runs[-1]
        added = [each for each in after.manifest.inputs if each.kind == "clean" and each.label == "shifted"]
        assert [each.id for each in added] == [run.parent], again
        assert added[0].true_class == 7
        np.testing.assert_array_equal(after.image(added[0].id)[..., 0], picture)
        assert run.options["target"] == 2
    assert validate_bundle(copied) == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"target": "eleven"}, r"no such class: expected 0 to 9, or one of .*, got eleven"),
        ({"target": 10}, "no such class"),
        ({"at": ("777",)}, "777"),
        ({"keep": "some"}, "so many steps cannot be kept"),
        ({"epsilon": 0.0}, "epsilon"),
        ({"inputs": ("nowhere",)}, "nowhere"),
    ],
)
def test_what_cannot_be_is_one_line(learned: tuple[Any, Any], path: Path, options: dict[str, Any], words: str) -> None:
    from exporter.attacking import attack_bundle

    before = (path / "manifest.json").read_bytes()
    with pytest.raises(KerascopeError, match=words):
        attack_bundle(path, learned[0], "pgd", **options)
    assert (path / "manifest.json").read_bytes() == before


def test_pictures_that_are_there_are_not_replaced(learned: tuple[Any, Any], path: Path, tmp_path: Path) -> None:
    from exporter.attacking import attack_bundle

    parent = read_bundle(path).manifest.runs[0].parent
    (tmp_path / f"{parent}.png").write_bytes(b"mine")
    with pytest.raises(KerascopeError, match="pass --overwrite"):
        attack_bundle(path, learned[0], "fgsm", input_id=parent, png=tmp_path)
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"mine"]


def test_an_input_that_is_misread_already_is_one_line(learned: tuple[Any, Any], path: Path, told: list[str]) -> None:
    from exporter.attacking import attack_bundle

    bundle, final = read_bundle(path), read_bundle(path).final_checkpoint.id
    clean = [each for each in bundle.manifest.inputs if each.kind == "clean"]
    wrong = [each.id for each in clean if bundle.capture(each.id, final).predicted != each.true_class]
    if not wrong:
        pytest.skip("the network reads all ten digits")
    with pytest.raises(KerascopeError, match="the model is wrong already: expected class"):
        attack_bundle(path, learned[0], "fgsm", input_id=wrong[0])


def test_inputs_that_are_read_as_the_target_are_left_out(learned: tuple[Any, Any], path: Path, tmp_path: Path) -> None:
    from exporter.attacking import attack_bundle

    copied, told = shutil.copytree(path, tmp_path / "copied.bundle"), []
    before = read_bundle(copied)
    clean = [each.id for each in before.manifest.inputs if each.kind == "clean"]
    said = {id_: before.capture(id_, before.final_checkpoint.id).predicted for id_ in clean}
    chosen: dict[str, Any] = {"input_id": "all", "target": said[clean[0]], "epsilon": 0.01, "keep": 1}
    ids = attack_bundle(copied, learned[0], "fgsm", **chosen, warn=told.append)
    runs = {run.id: run for run in read_bundle(copied).manifest.runs}
    assert [runs[id_].parent for id_ in ids] == [id_ for id_ in clean if said[id_] != said[clean[0]]]
    for id_ in clean:
        is_told = any(f"input {id_} is left out: the target is what the model says already" in line for line in told)
        assert is_told == (said[id_] == said[clean[0]])
    with pytest.raises(KerascopeError, match="the target is what the model says already"):
        attack_bundle(copied, learned[0], "fgsm", **{**chosen, "input_id": clean[0]})


def test_steps_that_cannot_use_the_budget_up_are_told() -> None:
    from exporter.attacking.words import told_of_reach
    from exporter.attacks import attack_named

    told: list[str] = []
    pgd = attack_named("pgd")
    told_of_reach(pgd, pgd.chosen(steps=10), told.append)
    told_of_reach(pgd, pgd.chosen(), told.append)
    told_of_reach(attack_named("deepfool"), attack_named("deepfool").chosen(), told.append)
    assert len(told) == 1
    assert "10 steps of 0.00105 do not reach as far as epsilon, 0.0314" in told[0]
