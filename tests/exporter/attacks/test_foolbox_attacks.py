"""Attacks that foolbox carries out: they fool, they come close, they can be repeated, and they leave nothing behind."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from victims import attacked, batch_of, dense_softmax, victim_of

pytestmark = [pytest.mark.tf, pytest.mark.slow]

QUICK = {
    "cw": {"searches": 3, "steps": 30, "first_weight": 1.0},
    "boundary": {"steps": 60},
    "hopskipjump": {"steps": 2, "evaluations": 30},
}
BY_DECISIONS = ("boundary", "hopskipjump")


@pytest.fixture(scope="module")
def victim(learned: tuple[Any, Any]) -> Any:
    pytest.importorskip("foolbox", reason="foolbox is not installed", exc_type=ImportError)
    return victim_of(learned[0], (28, 28, 1))


@pytest.fixture(scope="module")
def batch(victim: Any) -> Any:
    from exporter.inputs.digits import balanced_digits
    from exporter.training import fed

    return batch_of(victim, np.asarray(fed(balanced_digits(10))[0])[[0, 3, 7]])


@pytest.fixture(scope="module")
def linear(keras: Any) -> Any:
    pytest.importorskip("foolbox", reason="foolbox is not installed", exc_type=ImportError)
    kernel = np.random.default_rng(30).normal(size=(12, 3)).astype(np.float32)
    return victim_of(dense_softmax(keras, kernel), (12,))


@pytest.fixture(scope="module")
def vectors(linear: Any) -> Any:
    return batch_of(linear, np.random.default_rng(31).uniform(0.3, 0.7, (2, 12)).astype(np.float32))


@pytest.mark.parametrize("name", sorted(QUICK))
@pytest.mark.parametrize("is_rounded", [False, True])
def test_digits_are_misread(name: str, is_rounded: bool, victim: Any, batch: Any) -> None:
    results = attacked(name, victim, replace(batch, is_rounded=is_rounded), **QUICK[name])
    assert all(result.success for result in results)
    for x, result in zip(batch.pixels, results, strict=True):
        lengths = [np.linalg.norm(step.pixels - x) for step in result.steps]
        assert lengths[-1] == min(lengths)
        assert result.l2 == pytest.approx(lengths[-1], rel=1e-5)
        assert result.l2 < 10  # from one digit to another it is about as far
        assert result.last.pixels.min() >= 0
        assert result.last.pixels.max() <= 1
        if is_rounded:
            np.testing.assert_array_equal(result.last.pixels, np.rint(result.last.pixels * 255) / np.float32(255))
    last = np.stack([result.last.pixels for result in results])
    assert (victim.judged(last).argmax(axis=1) != batch.labels).all()


@pytest.mark.parametrize("name", sorted(QUICK))
def test_near_a_linear_border_the_change_is_hardly_longer_than_the_shortest(
    name: str, linear: Any, vectors: Any
) -> None:
    """DeepFool goes there straight: 2 % too far."""
    more = {"cw": {"steps": 60, "searches": 4}, "boundary": {"steps": 500}, "hopskipjump": {"steps": 4}}[name]
    shortest = np.array([result.l2 for result in attacked("deepfool", linear, vectors)]) / 1.02
    lengths = np.array([result.l2 for result in attacked(name, linear, vectors, **more)])
    assert (lengths >= 0.99 * shortest).all()
    assert (lengths <= 1.5 * shortest).all()


@pytest.mark.parametrize("name", sorted(QUICK))
def test_the_same_seed_makes_the_same_trace_and_nobody_elses_numbers_change(
    name: str, linear: Any, vectors: Any
) -> None:
    def trace(seed: int, rows: Any = slice(None)) -> list[np.ndarray]:
        alike = replace(
            vectors, pixels=vectors.pixels[rows], labels=vectors.labels[rows], places=vectors.places[rows], seed=seed
        )
        return [
            np.stack([step.pixels for step in result.steps]) for result in attacked(name, linear, alike, **QUICK[name])
        ]

    np.random.seed(5)  # noqa: NPY002
    first, drawn = trace(1), np.random.random()  # noqa: NPY002
    np.random.seed(6)  # noqa: NPY002
    for one, other in zip(first, trace(1), strict=True):
        np.testing.assert_array_equal(one, other)
    np.random.seed(5)  # noqa: NPY002
    assert np.random.random() == drawn  # noqa: NPY002
    if name in BY_DECISIONS:
        assert not all(np.array_equal(one, other) for one, other in zip(first, trace(2), strict=True))


@pytest.mark.parametrize("name", sorted(QUICK))
def test_a_target_is_reached(name: str, linear: Any, vectors: Any) -> None:
    targets = linear.judged(vectors.pixels).argsort(axis=1)[:, -2]
    for result, target in zip(
        attacked(name, linear, replace(vectors, targets=targets), **QUICK[name]), targets, strict=True
    ):
        assert result.success
        assert result.last.predicted == target


def test_confidence_carries_a_change_beyond_the_border(linear: Any, vectors: Any) -> None:
    for result in attacked("cw", linear, vectors, confidence=0.5, **QUICK["cw"]):
        logits = np.sort(result.last.logits)
        assert logits[-1] - result.last.logits[result.original] >= 0.5


def test_what_nothing_turns_comes_back_as_it_was(linear: Any, vectors: Any) -> None:
    """Not as the black picture that foolbox puts out then."""
    for result in attacked("cw", linear, vectors, searches=1, steps=1, first_weight=1e-6):
        assert not result.success
        np.testing.assert_array_equal(result.last.pixels, result.clean)


@pytest.mark.parametrize("name", BY_DECISIONS)
def test_without_anything_to_start_from_one_line_says_so(name: str, keras: Any) -> None:
    pytest.importorskip("foolbox", reason="foolbox is not installed", exc_type=ImportError)
    from exporter.attacks import AttackError

    steady = victim_of(dense_softmax(keras, np.eye(4, 2, dtype=np.float32) * 0), (4,))
    said = "nothing to start from: expected a picture that the model reads as another class than 0, got none among"
    with pytest.raises(AttackError, match=said):
        attacked(name, steady, batch_of(steady, np.full((2, 4), 0.5, np.float32)))


@pytest.mark.parametrize("name", sorted(QUICK))
def test_without_foolbox_one_line_says_how_to_get_it(name: str, keras: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from exporter.attacks import AttackError

    monkeypatch.setitem(sys.modules, "foolbox", None)
    plain = victim_of(dense_softmax(keras, np.eye(3, dtype=np.float32)), (3,))
    with pytest.raises(AttackError, match=rf"^{name} needs foolbox.*pip install 'kerascope\[foolbox\]'$"):
        attacked(name, plain, batch_of(plain, np.array([[0.9, 0.1, 0.1]], np.float32)))


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("cw", {"steps": 0}),
        ("cw", {"confidence": -1.0}),
        ("cw", {"step_size": float("nan")}),
        ("boundary", {"steps": 0}),
        ("boundary", {"source_step": 0.0}),
        ("hopskipjump", {"evaluations": 0}),
    ],
)
def test_options_that_make_no_sense(name: str, options: dict[str, float]) -> None:
    from exporter.attacks import AttackError, attack_named

    with pytest.raises(AttackError, match="expected"):
        attack_named(name).chosen(**options)
