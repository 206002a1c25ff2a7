"""Images added to a bundle that is there, pictures that they begin with, and what stops them halfway."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exporter.bundle import Bundle, KerascopeError, read_bundle, validate_bundle
from exporter.bundle.schema import Run

pytestmark = pytest.mark.tf


def files_of(path: Path) -> dict[str, bytes]:
    return {file.relative_to(path).as_posix(): file.read_bytes() for file in path.rglob("*") if file.is_file()}


def run_of(bundle: Bundle, run_id: str) -> Run:
    return next(run for run in bundle.manifest.runs if run.id == run_id)


@pytest.fixture
def there(one_path: Path, tmp_path: Path) -> Path:
    return shutil.copytree(one_path, tmp_path / "there.bundle")


@pytest.fixture(scope="module")
def added(small: Any, one_path: Path, picture_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """An image that begins with a picture, and one more: the picture comes into the bundle once."""
    from exporter.synthesising import synthesise

    path = shutil.copytree(one_path, tmp_path_factory.mktemp("added") / "there.bundle")
    chosen: dict[str, Any] = {"into": path, "layer": "conv", "channels": [1], "steps": 6, "keep": 2}
    assert synthesise(small, "filter", init=picture_file, **chosen) == ("filter-1",)
    assert synthesise(small, "filter", init=str(picture_file), **chosen) == ("filter-2",)
    return read_bundle(path)


def test_a_picture_that_images_begin_with_is_a_clean_input_and_their_parent(added: Bundle) -> None:
    assert validate_bundle(added.path) == []
    clean = [each for each in added.manifest.inputs if each.kind == "clean"]
    assert [(each.id, each.label) for each in clean] == [("004", "ramp")]
    assert [run.parent for run in added.manifest.runs] == [None, "004", "004"]
    assert [added.input(id_).step for id_ in run_of(added, "filter-1").inputs] == [0, 6]
    assert all(added.input(id_).parent == "004" for id_ in run_of(added, "filter-2").inputs)


def test_the_first_step_is_the_picture_as_the_model_is_fed_it(added: Bundle) -> None:
    fed = [added.output(id_, "001", "picture") for id_ in ("004", run_of(added, "filter-1").inputs[0])]
    np.testing.assert_allclose(fed[0], fed[1], atol=1e-6)
    assert np.ptp(fed[0]) > 0.5


def test_what_was_there_stays_as_it_was(added: Bundle, one_path: Path) -> None:
    before, after = files_of(one_path), files_of(added.path)
    assert {name: after[name] for name in before if name != "manifest.json"} == {
        name: before[name] for name in before if name != "manifest.json"
    }
    assert read_bundle(one_path).manifest.inputs == added.manifest.inputs[:4]


def test_a_bundle_of_another_model_is_refused(keras: Any, there: Path) -> None:
    from exporter.synthesising import synthesise

    layers = keras.layers
    other = keras.Sequential([keras.Input((6, 6, 1)), layers.Conv2D(2, 3, name="conv")])
    with pytest.raises(KerascopeError, match="the model is not the one"):
        synthesise(other, "filter", into=there, layer="conv", channels=[0], steps=1)


class HereError(Exception):
    """Comes in the middle of the work."""


@pytest.mark.parametrize("is_new", [True, False])
def test_what_ends_in_the_middle_leaves_nothing(small: Any, there: Path, tmp_path: Path, is_new: bool) -> None:
    from exporter.synthesising import synthesise

    def stopped(what: str, done: int, total: int) -> None:
        if what == "filter" and done == 5:
            raise HereError

    before, place = files_of(there), {"out": tmp_path / "new.bundle"} if is_new else {"into": there}
    with pytest.raises(HereError):
        synthesise(small, "filter", layer="conv", channels=[0], steps=9, progress=stopped, **place)
    assert files_of(there) == before
    assert [path.name for path in tmp_path.iterdir()] == ["there.bundle"]


@dataclass(frozen=True)
class BreaksOptions:
    """None."""

    steps: int = 6


def breaks() -> Any:
    """A method whose second image is lost at step 1, and which stops at step 3."""
    from exporter.synthesis.contract import Step, Synthesis

    def run(probe: Any, canvas: Any, task: Any, options: BreaksOptions) -> Iterator[Step]:
        for number in range(4):
            lost = np.array([False, number > 0])
            losses = np.array([number, 0 if number == 0 else np.nan], np.float32)
            levels = np.full_like(task.start, number)
            stopped = "the sky fell" if number == 3 else ""
            terms = {"norm": 2 * losses}
            yield Step(number, levels, losses, terms, stopped=stopped, dead=np.zeros(2, bool), lost=lost)

    return Synthesis("breaks", "", BreaksOptions, run, lambda options: int(options.steps), asks="class")


def test_what_breaks_keeps_its_last_picture_and_says_why(
    small: Any, there: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from exporter.synthesis import registry
    from exporter.synthesising import synthesise

    monkeypatch.setattr(registry, "SYNTHESES", {"breaks": breaks()})
    told: list[str] = []
    ids = synthesise(small, "breaks", into=there, classes=["bee", 0], keep=3, warn=told.append)
    bundle = read_bundle(there)
    one, other = (run_of(bundle, id_) for id_ in ids)
    assert (one.options["class"], other.options["class"]) == (2, 0)
    assert bundle.input(one.inputs[-1]).label == "bee, step 3"
    assert one.result["stopped"] == "the sky fell"
    assert "no finite number" in str(other.result["stopped"])
    assert json.loads(str(other.result["losses"])) == [0.0, None]
    assert json.loads(str(other.result["terms"])) == {"norm": [0.0, None]}
    assert other.result["last_loss"] is None
    assert [bundle.input(id_).step for id_ in one.inputs] == [0, 3]
    assert [line.split(":")[0] for line in told] == list(ids)
    last = bundle.output(one.inputs[-1], "001", "picture")
    np.testing.assert_allclose(last, 3 / 255, rtol=1e-5)
