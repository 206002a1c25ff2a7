"""Training against attacks, on a task where it must help: a few features that hold and many that an attack can turn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exporter.bundle.errors import KerascopeError

pytestmark = [pytest.mark.tf, pytest.mark.slow]

EPSILON = 0.1
ROBUST, WEAK = 2, 20


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two classes of 22 values in 0 to 1: two that differ by much but are now and then wrong, 20 that differ by little.

    Together the weak ones tell the classes apart almost always, and a change of `EPSILON` turns all of them.
    """
    drawn = np.random.default_rng(1)
    y = drawn.integers(0, 2, 600)
    side = 2.0 * y[:, None] - 1.0
    kept = np.where(drawn.random((len(y), ROBUST)) < 0.95, side, -side)
    strong = 0.5 + 0.15 * kept
    weak = 0.5 + 0.05 * side + drawn.normal(0.0, 0.05, (len(y), WEAK))
    x = np.clip(np.concatenate([strong, weak], axis=1), 0.0, 1.0).astype(np.float32)
    x[0], x[1] = np.arange(ROBUST + WEAK) % 2, 1 - np.arange(ROBUST + WEAK) % 2
    path = tmp_path_factory.mktemp("harden") / "rows.npz"
    np.savez(path, x=x, y=y)
    return path


@pytest.fixture(scope="module")
def trained(keras: Any) -> Any:
    """A net that heeds every value alike: the best there is for clean inputs. Do not change."""
    count = ROBUST + WEAK
    last = keras.layers.Dense(2, activation="softmax", name="last")
    model = keras.Sequential([keras.Input((count,), name="x"), last], name="plain")
    last.set_weights([np.tile([[-0.5, 0.5]], (count, 1)), np.array([0.25, -0.25]) * count])
    return model


@pytest.fixture(scope="module")
def hardened(trained: Any, labelled: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str], Any]:
    """The file, what was told, and the weights that the network had before."""
    from exporter.hardening import harden

    told: list[str] = []
    before = trained.get_weights()
    out = tmp_path_factory.mktemp("hardened") / "robust.keras"
    harden(trained, labelled, out, epsilon=EPSILON, epochs=8, rate=0.3, tell=told.append)
    return out, told, before


def right(model: Any, labelled: Path, epsilon: float) -> float:
    """The share that is right under PGD."""
    from exporter.inputs import PreprocessingOptions
    from exporter.robustness.accuracy import curve_of, trial_of
    from exporter.robustness.subjects import Asked, subjects_of

    (subject,) = subjects_of([model], labelled, Asked(None, PreprocessingOptions(), (), False, lambda _: None))
    trial = trial_of("pgd", {"steps": 5, "step_size": epsilon / 2})
    return curve_of(subject, trial, (0.0, epsilon), lambda *_: None).points[1].right.value


def test_it_bears_an_attack_that_turned_the_network(
    trained: Any, hardened: tuple[Path, list[str], Any], labelled: Path
) -> None:
    from exporter.models import open_model

    robust = open_model(hardened[0])
    assert right(trained, labelled, 0.01) > 0.9
    assert right(trained, labelled, EPSILON) < 0.1
    assert right(robust, labelled, EPSILON) > 0.7
    assert len(hardened[1]) == 8
    assert hardened[1][0].startswith("epoch 1 of 8: loss ")
    assert robust.name == "plain"
    assert [layer.name for layer in robust.layers] == [layer.name for layer in trained.layers]


def test_the_network_that_was_passed_keeps_its_weights(trained: Any, hardened: tuple[Path, list[str], Any]) -> None:
    for before, after in zip(hardened[2], trained.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)


def test_the_same_seed_gives_the_same_weights_and_another_one_others(
    trained: Any, labelled: Path, tmp_path: Path
) -> None:
    from exporter.hardening import harden
    from exporter.models import open_model

    def weights(seed: int, name: str) -> Any:
        options = {"method": "fgsm", "epochs": 1, "epsilon": EPSILON, "seed": seed, "share": 0.5}
        return open_model(harden(trained, labelled, tmp_path / f"{name}.keras", **options)).get_weights()[0]

    one = weights(3, "one")
    np.testing.assert_array_equal(one, weights(3, "again"))
    assert np.abs(one - weights(4, "other")).max() > 1e-4


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"method": "noise"}, "no such way to harden: expected fgsm or pgd"),
        ({"method": "fgsm", "steps": 3}, "fgsm is one step"),
        ({"epsilon": 0.0}, "expected 0 < epsilon <= 1, got 0"),
        ({"share": 0.0}, "expected 0 < share <= 1"),
        ({"epochs": 0}, "expected 1 <= epochs"),
        ({"rate": 7.0}, "expected 0 < rate"),
        ({"steps": 0}, "expected 1 <= steps"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line(
    trained: Any, labelled: Path, tmp_path: Path, options: dict[str, Any], words: str
) -> None:
    from exporter.hardening import harden

    with pytest.raises(KerascopeError, match=words):
        harden(trained, labelled, tmp_path / "out.keras", **options)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_where_there_is_something_or_the_training_diverges(
    keras: Any, trained: Any, labelled: Path, tmp_path: Path
) -> None:
    from exporter.hardening import harden

    out = tmp_path / "out.keras"
    with pytest.raises(KerascopeError, match=r"as a \.keras file: got \.h5"):
        harden(trained, labelled, tmp_path / "out.h5")
    out.write_text("mine", encoding="utf-8")
    with pytest.raises(KerascopeError, match="--overwrite"):
        harden(trained, labelled, out)
    frozen = keras.models.clone_model(trained)
    frozen.trainable = False
    with pytest.raises(KerascopeError, match="nothing to train"):
        harden(frozen, labelled, out, overwrite=True)
    broken = keras.models.clone_model(trained)
    broken.set_weights([np.full_like(each, np.nan) for each in trained.get_weights()])
    with pytest.raises(KerascopeError, match="diverged"):
        harden(broken, labelled, out, overwrite=True, epochs=1)
    assert out.read_text(encoding="utf-8") == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["out.keras"]


def test_digits_to_train_on_are_not_those_that_are_shown() -> None:
    from exporter.hardening import _training_part

    assert _training_part("mnist:40") == ("mnist-training:40", True)
    assert _training_part(["mnist:40"]) == ("mnist-training:40", True)
    assert _training_part("folder") == ("folder", False)
