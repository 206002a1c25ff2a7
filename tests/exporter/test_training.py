"""The training of the demo is as good as it is promised to be, and the same every time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exporter.bundle import KerascopeError, read_bundle, validate_bundle

pytestmark = [pytest.mark.tf, pytest.mark.slow]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from exporter.pipeline import export_demo

    return export_demo(tmp_path_factory.mktemp("demo") / "out")


def test_held_out_digits_are_read_right(demo: Path) -> None:
    from exporter.inputs.digits import digit_split
    from exporter.models import open_model
    from exporter.training import fed

    model = open_model(demo.with_name("demo.keras"))
    x, y = fed(digit_split().held_out)
    accuracy = float((model.predict(x, verbose=0, batch_size=500).argmax(axis=1) == y).mean())
    assert accuracy >= 0.97
    checkpoints = read_bundle(demo).manifest.checkpoints
    assert 8 <= len(checkpoints) <= 12
    assert (checkpoints[0].id, checkpoints[0].label) == ("000", "untrained")
    assert checkpoints[-1].metrics["val_accuracy"] == pytest.approx(accuracy)


def test_the_bundle_has_all_that_the_scenes_need(demo: Path) -> None:
    bundle = read_bundle(demo)
    manifest = bundle.manifest
    assert validate_bundle(demo) == []
    clean = [shown for shown in manifest.inputs if shown.kind == "clean"]
    assert [shown.true_class for shown in clean] == [*range(10)] * 2
    for checkpoint in manifest.checkpoints:
        captured = [c.input for c in manifest.captures if c.checkpoint == checkpoint.id]
        assert len(captured) >= 4
        assert all(
            set(bundle.capture(id_, checkpoint.id).outputs) == {x.name for x in manifest.layers} for id_ in captured
        )
    (run,) = manifest.runs
    assert run.result["success"] is True
    assert 0.02 <= float(run.result["epsilon"] or 0) <= 0.15
    assert bundle.input(run.parent or "").true_class == run.result["original"]
    assert manifest.model.class_names == tuple("0123456789")


def test_it_does_not_write_over_what_is_there(demo: Path) -> None:
    from exporter.pipeline import export_demo

    with pytest.raises(KerascopeError, match=r"already; pass --overwrite"):
        export_demo(demo.parent)


def test_the_same_seed_learns_the_same(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from exporter import training

    monkeypatch.setattr(training, "EPOCHS", 1)
    monkeypatch.setattr(training, "_SHIFTS_PX", ((0, 0),))
    models: list[Any] = [training.train_demo(lambda epoch: None)[0] for _ in range(2)]
    for one, other in zip(*(model.get_weights() for model in models), strict=True):
        np.testing.assert_array_equal(one, other)
