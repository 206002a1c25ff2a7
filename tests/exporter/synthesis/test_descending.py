"""Adam and L-BFGS, step by step, against Keras' and SciPy's own; what breaks, what stops, and no thread left behind."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from matched_net import matched_canvas

pytestmark = pytest.mark.tf

SHAPE = (4, 4, 3)
WANTED = np.random.default_rng(0).uniform(-20, 250, SHAPE).astype(np.float32)
"""Some of it is below 0, where no level may go."""


def stretched(probe: Any, layers: Any, levels: Any, fed: Any, wanted: Any, *, weight: Any) -> Any:
    """A long valley: four times the squared error, and the error between neighbours."""
    from exporter.backend import tf

    off = levels - wanted
    losses = tf.reduce_sum(4 * off**2, [1, 2, 3]) + weight * tf.reduce_sum((off[:, 1:] - off[:, :-1]) ** 2, [1, 2, 3])
    return losses, {"off": tf.reduce_max(tf.abs(off), [1, 2, 3])}


def broken_between(probe: Any, layers: Any, levels: Any, fed: Any, wanted: Any, *, weight: Any) -> Any:
    """Least at 150, but no number from `weight` to there: the way up is barred, the way down is free."""
    from exporter.backend import tf

    mean = tf.reduce_mean(levels, [1, 2, 3])
    losses = tf.reduce_mean((levels - 150) ** 4, [1, 2, 3]) / 1e4
    return losses * tf.where((mean > weight) & (mean < 149), np.nan, 1.0), {}


@pytest.fixture(scope="module")
def probe(keras: Any) -> Any:
    from exporter.probing import Probe

    return Probe(keras.Sequential([keras.Input(SHAPE, name="picture"), keras.layers.Flatten()]))


def descended(probe: Any, start: Any, measure: Any = stretched, weight: float = 10.0, **options: Any) -> Iterator[Any]:
    from exporter.backend import tf
    from exporter.synthesis.descending import Descent, Goal
    from exporter.synthesis.descending import descended as run

    goal = Goal(measure, (), (tf.constant(WANTED[None]),), {"weight": weight})
    return run(probe, matched_canvas(SHAPE), start, goal, Descent(**options))


def begin(count: int = 1) -> Any:
    return np.random.default_rng(1).uniform(100, 156, (count, *SHAPE)).astype(np.float32)


def slope(levels: Any, weight: float = 10.0) -> Any:
    off = levels - WANTED
    found = 8 * off
    found[1:] += 2 * weight * np.diff(off, axis=0)
    found[:-1] -= 2 * weight * np.diff(off, axis=0)
    return found


def test_adam_takes_the_steps_of_keras(keras: Any, probe: Any) -> None:
    start = begin()
    variable = keras.Variable(start)
    adam = keras.optimizers.Adam(4.0, epsilon=1e-12)
    for step in descended(probe, start, steps=6):
        np.testing.assert_allclose(step.levels, variable.numpy(), rtol=1e-4, atol=1e-3)
        adam.apply([keras.ops.convert_to_tensor(slope(variable.numpy()[0])[None])], [variable])
        variable.assign(np.clip(variable.numpy(), 0, 255))
    assert step.number == 6


def test_lbfgs_takes_the_iterations_of_scipy(probe: Any) -> None:
    from scipy.optimize import minimize

    start = begin()
    steps = list(descended(probe, start, steps=5, optimiser="lbfgs", step_size=2.0))
    scale = 2.0 / np.sqrt(np.mean(slope(start[0]) ** 2))

    def asked(flat: Any) -> Any:
        off = flat.reshape(SHAPE) - WANTED
        loss = np.sum(4 * off**2) + 10 * np.sum(np.diff(off, axis=0) ** 2)
        return scale * loss, scale * slope(flat.reshape(SHAPE)).ravel()

    places = [start[0].astype(np.float64)]
    minimize(
        asked,
        places[0].ravel(),
        jac=True,
        method="L-BFGS-B",
        bounds=[(0, 255)] * start.size,
        callback=lambda flat: places.append(flat.reshape(SHAPE).copy()),
        options={"maxiter": 5},
    )
    assert len(steps) == len(places) == 6
    for step, place in zip(steps, places, strict=True):
        np.testing.assert_allclose(step.levels[0], place, rtol=1e-3, atol=0.05)


@pytest.mark.parametrize(("optimiser", "steps"), [("adam", 150), ("lbfgs", 40)])
def test_both_arrive_within_the_levels_that_there_are(probe: Any, optimiser: str, steps: int) -> None:
    start = begin(2)
    all_steps = list(descended(probe, start, weight=0.0, steps=steps, optimiser=optimiser))
    first, last = all_steps[0], all_steps[-1]
    np.testing.assert_array_equal(first.levels, start)
    assert [step.number for step in all_steps] == list(range(steps + 1))
    assert all(step.levels.min() >= 0 and step.levels.max() <= 255 for step in all_steps)
    np.testing.assert_allclose(last.levels, np.broadcast_to(np.clip(WANTED, 0, 255), last.levels.shape), atol=0.5)
    assert (last.losses < first.losses / 50).all()
    assert set(last.terms) == {"off"}


@pytest.mark.parametrize("optimiser", ["adam", "lbfgs"])
def test_an_image_does_not_depend_on_those_beside_it(probe: Any, optimiser: str) -> None:
    both = begin(2) * np.array([1, 0.3], np.float32).reshape(2, 1, 1, 1)
    together = list(descended(probe, both, steps=8, optimiser=optimiser))[-1]
    alone = [list(descended(probe, both[[row]], steps=8, optimiser=optimiser))[-1] for row in (0, 1)]
    np.testing.assert_allclose(together.levels, np.concatenate([each.levels for each in alone]), rtol=1e-3, atol=0.02)


@pytest.mark.parametrize("optimiser", ["adam", "lbfgs"])
def test_where_the_loss_is_no_number_the_last_good_picture_is_kept(probe: Any, optimiser: str) -> None:
    start = np.stack([np.full(SHAPE, 108, np.float32), np.full(SHAPE, 250, np.float32)])
    steps = list(descended(probe, start, broken_between, 110.0, steps=5, optimiser=optimiser))
    last = steps[-1]
    assert last.lost.tolist() == [True, False]
    assert 108 <= last.levels[0].min() <= last.levels[0].max() <= 110
    assert np.isfinite(last.losses).all()
    assert last.number == 5
    assert 149 < last.levels[1].max() < 250
    alone = list(descended(probe, start[:1], broken_between, 110.0, steps=90, optimiser=optimiser))
    assert "no finite number" in alone[-1].stopped
    assert len(alone) < 91


def test_nobody_searches_on_when_nobody_asks(probe: Any) -> None:
    def searching() -> int:
        return sum(thread.name == "l-bfgs" for thread in threading.enumerate())

    steps = descended(probe, begin(2), steps=50, optimiser="lbfgs")
    for _ in range(3):
        next(steps)
    assert searching() == 2
    del steps
    assert searching() == 0
    assert len(list(descended(probe, begin(), steps=4, optimiser="lbfgs"))) == 5
    assert searching() == 0


def test_the_net_runs_only_where_steps_are_asked_for(probe: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import exporter.synthesis.searching as room

    threads = set()
    looked = room._looked

    def noted(*args: Any) -> Any:
        threads.add(threading.current_thread())
        return looked(*args)

    monkeypatch.setattr(room, "_looked", noted)
    list(descended(probe, begin(), steps=3, optimiser="lbfgs"))
    assert threads == {threading.main_thread()}


def test_one_that_cannot_be_improved_stays(probe: Any) -> None:
    steps = list(descended(probe, begin(), weight=0.0, steps=30, optimiser="lbfgs"))
    assert len(steps) == 31
    np.testing.assert_array_equal(steps[-1].levels, steps[-2].levels)


def test_without_scipy_adam_is_offered(probe: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    from exporter.synthesis.contract import SynthesisError

    monkeypatch.setitem(sys.modules, "scipy.optimize", None)
    with pytest.raises(SynthesisError, match=r"kerascope\[lbfgs\].*or use adam"):
        next(descended(probe, begin(), optimiser="lbfgs"))


@pytest.mark.parametrize("wrong", [{"steps": 0}, {"step_size": 0.0}, {"step_size": float("nan")}, {"optimiser": "sgd"}])
def test_options_that_make_no_sense_are_refused(keras: Any, wrong: dict[str, Any]) -> None:
    from exporter.synthesis.contract import SynthesisError
    from exporter.synthesis.style import StyleOptions

    with pytest.raises(SynthesisError, match=r"^style |^no such optimiser"):
        replace(StyleOptions(), **wrong)
