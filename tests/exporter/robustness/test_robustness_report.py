"""Accuracy against epsilon, where it can be worked out: of linear models, whose margins are known."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from victims import dense_softmax

from exporter.bundle.errors import KerascopeError

pytestmark = pytest.mark.tf

SIZE, COUNT = 12, 70
EPSILONS = (0.05, 0.1, 0.2)


@pytest.fixture(scope="module")
def kernel() -> np.ndarray:
    """Of two classes: what counts is the difference of its columns."""
    return np.random.default_rng(1).normal(size=(SIZE, 2)).astype(np.float32)


@pytest.fixture(scope="module")
def linear(keras: Any, kernel: np.ndarray) -> Any:
    return dense_softmax(keras, kernel)


@pytest.fixture(scope="module")
def rows(kernel: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Inputs from 0.3 to 0.7, so that nothing is clipped, but for two that span the range; some are mislabelled."""
    x = np.random.default_rng(2).uniform(0.3, 0.7, (COUNT, SIZE)).astype(np.float32)
    x[-2], x[-1] = np.arange(SIZE) % 2, 1 - np.arange(SIZE) % 2
    y = (x @ kernel).argmax(axis=1)
    y[:9] = 1 - y[:9]
    return x, y


@pytest.fixture(scope="module")
def labelled(rows: tuple[np.ndarray, np.ndarray], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rows") / "rows.npz"
    np.savez(path, x=rows[0], y=rows[1])
    return path


@pytest.fixture(scope="module")
def written(linear: Any, labelled: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A report of one model, and what was told."""
    from exporter.robustness.report import robustness_report

    told: list[str] = []
    methods = ("fgsm", "growing-fgsm", "pgd", "noise")
    out = tmp_path_factory.mktemp("report") / "of" / "linear"
    options = {"pgd": {"norm": "l2", "steps": 3}, "growing-fgsm": {"step": 0.0125}}
    robustness_report([linear], labelled, out, methods=methods, epsilons=EPSILONS, options=options, warn=told.append)
    return out, told


@pytest.fixture(scope="module")
def curves(written: tuple[Path, list[str]]) -> dict[str, Any]:
    stored = json.loads((written[0] / "robustness.json").read_text(encoding="utf-8"))
    return {curve["method"]: curve for curve in stored["curves"]}


def counts(curve: dict[str, Any]) -> list[int]:
    return [point["count"] for point in curve["points"]]


def right_at(kernel: np.ndarray, rows: tuple[np.ndarray, np.ndarray], epsilon: float) -> int:
    """How many are right, one input after the other: each moves away from its class as far as it may."""
    right = 0
    for x, label in zip(*rows, strict=True):
        away = kernel[:, 1 - label].astype(float) - kernel[:, label]
        moved = np.clip(x + epsilon * np.sign(away), 0, 1)
        right += (x @ away < 0) and (moved @ away < 0)
    return right


def test_one_step_flips_a_linear_model_at_its_margin(
    curves: dict[str, Any], kernel: np.ndarray, rows: tuple[np.ndarray, np.ndarray]
) -> None:
    expected = [right_at(kernel, rows, epsilon) for epsilon in (0.0, *EPSILONS)]
    assert counts(curves["fgsm"]) == expected
    away = kernel[:, 0].astype(float) - kernel[:, 1]
    needed = np.abs(rows[0][9:-2] @ away) / np.abs(away).sum()  # the margin over the L1 norm, where nothing is clipped
    assert abs(expected[2] - int((needed > 0.1).sum())) <= 2
    assert expected[0] == COUNT - 9
    assert expected == sorted(expected, reverse=True)
    assert expected[0] > expected[-1]


def test_the_smallest_step_says_what_one_step_of_each_size_says(curves: dict[str, Any]) -> None:
    """On a linear model, where it comes by each of these sizes."""
    assert curves["growing-fgsm"]["smallest_change"]
    assert not curves["fgsm"]["smallest_change"]
    assert counts(curves["growing-fgsm"]) == counts(curves["fgsm"])


def test_noise_of_the_size_does_less(curves: dict[str, Any]) -> None:
    assert counts(curves["noise"])[0] == counts(curves["fgsm"])[0]
    assert (np.array(counts(curves["noise"])) > counts(curves["fgsm"]))[2:].all()


def test_a_length_is_not_mixed_with_a_largest_change(
    curves: dict[str, Any], kernel: np.ndarray, rows: tuple[np.ndarray, np.ndarray]
) -> None:
    assert [curves[name]["norm"] for name in ("fgsm", "pgd", "noise")] == ["linf", "l2", "linf"]
    lengths = [point["epsilon"] for point in curves["pgd"]["points"]]
    assert lengths == pytest.approx([0.0, *(epsilon * np.sqrt(SIZE) for epsilon in EPSILONS)])
    assert curves["pgd"]["options"]["steps"] == 3
    assert "step_size" not in curves["pgd"]["options"], "it is another one at each epsilon"
    away = kernel[:, 0].astype(float) - kernel[:, 1]
    needed = np.abs(rows[0][9:] @ away) / np.linalg.norm(away)
    for point in curves["pgd"]["points"]:
        assert point["count"] >= int((needed > point["epsilon"]).sum()), "no attack does better than straight away"


def test_table_and_json_say_the_same(written: tuple[Path, list[str]], curves: dict[str, Any]) -> None:
    out, told = written
    with (out / "robustness.csv").open(encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    assert len(table) == 4 * (1 + len(EPSILONS))
    points = [(name, point) for name, curve in curves.items() for point in curve["points"]]
    for row, (name, point) in zip(table, points, strict=True):
        assert row["method"] == name
        for part in ("epsilon", "count", "of", "share", "low", "high"):
            assert float(row[part]) == pytest.approx(point[part])
        assert point["low"] <= point["share"] <= point["high"]
    assert (out / "robustness.png").read_bytes().startswith(b"\x89PNG")
    assert sorted(path.name for path in out.iterdir()) == ["robustness.csv", "robustness.json", "robustness.png"]
    assert any(f"only {COUNT} labelled inputs" in line for line in told)


def report(*args: Any, **options: Any) -> Path:
    from exporter.robustness.report import robustness_report

    return robustness_report(*args, **{"methods": ["fgsm"], "epsilons": [0.1], "warn": lambda _: None, **options})


def test_without_matplotlib_the_numbers_are_written_all_the_same(
    linear: Any, keras: Any, kernel: np.ndarray, labelled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "exporter.robustness.plot", None)
    told: list[str] = []
    models = [linear, dense_softmax(keras, kernel / 2)]
    models[1].name = models[0].name
    report(models, labelled, tmp_path, warn=told.append)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["robustness.csv", "robustness.json"]
    assert any("kerascope[plots]" in line for line in told)
    one, two = json.loads((tmp_path / "robustness.json").read_text(encoding="utf-8"))["curves"]
    assert two["model"] == f"{one['model']} (2)"
    assert one["points"] == two["points"], "half the weights are the same decisions"


def test_what_is_there_stays_unless_it_may_go(linear: Any, labelled: Path, tmp_path: Path) -> None:
    (tmp_path / "robustness.json").write_text("mine", encoding="utf-8")
    with pytest.raises(KerascopeError, match=r"already.*--overwrite"):
        report([linear], labelled, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["robustness.json"]
    report([linear], labelled, tmp_path, overwrite=True)
    assert json.loads((tmp_path / "robustness.json").read_text(encoding="utf-8"))["inputs"] == COUNT


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"methods": ["pdg"]}, "no such attack.*did you mean pgd"),
        ({"methods": []}, "no attack to try"),
        ({"methods": ["targeted-l2"]}, "a report cannot be made"),
        ({"options": {"fgsm": {"epsilon": 0.1}}}, "pass --epsilons"),
        ({"options": {"pgd": {"steps": 3}}}, "an attack that is not tried"),
        ({"options": {"fgsm": {"speed": 3}}}, "no such option"),
        ({"epsilons": [1.5]}, "expected 0 to 1"),
        ({"survive_rounding": True}, "only pictures are saved"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line(
    linear: Any, labelled: Path, tmp_path: Path, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(KerascopeError, match=words):
        report([linear], labelled, tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()


def test_inputs_must_have_their_true_classes(linear: Any, rows: tuple[np.ndarray, np.ndarray], tmp_path: Path) -> None:
    np.savez(tmp_path / "no_y.npz", x=rows[0])
    with pytest.raises(KerascopeError, match=r"true classes of the inputs are not known.*sub-folder"):
        report([linear], tmp_path / "no_y.npz", tmp_path / "out")
    with pytest.raises(KerascopeError, match="no model to try"):
        report([], tmp_path / "no_y.npz", tmp_path / "out")


def test_inputs_without_a_gradient_count_as_right_and_are_told(keras: Any, kernel: np.ndarray, tmp_path: Path) -> None:
    """A network whose hidden unit is off for some inputs: no attack by gradients finds a way for these."""
    layers = keras.layers
    hidden, last = layers.Dense(1, activation="relu", name="hidden"), layers.Dense(2, activation="softmax", name="out")
    model = keras.Sequential([keras.Input((SIZE,), name="x"), hidden, last], name="gated")
    direction = (kernel[:, :1] - kernel[:, 1:]).astype(np.float32)
    x = np.random.default_rng(7).uniform(0.0, 1.0, (30, SIZE)).astype(np.float32)
    hidden.set_weights([direction, np.float32([-np.median(x @ direction)])])
    last.set_weights([np.float32([[4.0, -4.0]]), np.float32([-0.5, 0.5])])
    np.savez(tmp_path / "rows.npz", x=x, y=np.asarray(model(x)).argmax(axis=1))
    told: list[str] = []
    report([model], tmp_path / "rows.npz", tmp_path / "out", methods=["fgsm", "ifgsm"], warn=told.append)
    curves = json.loads((tmp_path / "out" / "robustness.json").read_text(encoding="utf-8"))["curves"]
    for curve in curves:
        assert curve["not_attacked"] == 15
        assert 15 <= curve["points"][1]["count"] < 30
    assert sum("15 inputs count as right, as masked gradients" in line for line in told) == 2
    hidden.set_weights([direction, np.float32([-1e3])])
    np.savez(tmp_path / "off.npz", x=x, y=np.ones(30, int))
    with pytest.raises(KerascopeError, match="gated cannot be attacked by fgsm: got none of the 30 inputs"):
        report([model], tmp_path / "off.npz", tmp_path / "none")
    assert not (tmp_path / "none").exists()
