"""What is told of a file that holds no weights of SqueezeNet, or hostile ones; nothing in it runs."""

from __future__ import annotations

import pickle
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nn_vis_hostile as hostile
import numpy as np
import pytest

pytestmark = pytest.mark.tf
Weights = dict[str, Any]
CLASSES = 7
MOST_BYTES = 24 * 2**20


@pytest.fixture(scope="module")
def weights() -> Weights:
    """Random weights of a network that tells seven classes apart. Do not change."""
    from exporter.models.squeezenet import convolutions

    random = np.random.default_rng(2)
    return {each.name: [random.normal(0, 0.05, shape).astype(np.float32) for shape in each.shapes]
            for each in convolutions(CLASSES)}  # fmt: skip


def put(name: str, value: Any) -> Callable[[Weights], Weights]:
    return lambda weights: {**weights, name: value}


def kernel(change: Callable[[Any], Any], name: str = "fire4/expand3x3") -> Callable[[Weights], Weights]:
    return lambda weights: {**weights, name: [change(weights[name][0]), weights[name][1]]}


def last(classes: int) -> Callable[[Weights], Weights]:
    return put("conv10", [np.zeros((1, 1, 512, 2), np.float32), np.zeros(classes, np.float32)])


def with_nan(values: Any) -> Any:
    changed = values.copy()
    changed[1, 1, 3, 5] = np.nan
    return changed


WRONG: dict[str, tuple[Callable[[Weights], Any], str]] = {
    "a list": (lambda weights: list(weights.values()), "the file has no such weights"),
    "no layers": (lambda _: {}, "the file has no weights of 'conv10'"),
    "a layer less": (lambda weights: {key: weights[key] for key in weights if key != "fire7/squeeze1x1"},
                     "the file has no weights of 'fire7/squeeze1x1'"),
    "another shape": (kernel(lambda values: values[:1]), "'fire4/expand3x3' does not fit: expected the shape (3, 3,"),
    "kernels the other way round": (kernel(lambda values: values.transpose(3, 2, 0, 1)), "got (128, 32, 3, 3)"),
    "NaN": (kernel(with_nan), "the kernel of 'fire4/expand3x3' cannot be used: expected finite numbers"),
    "too large": (kernel(lambda values: values.astype("f8") * 1e300), "cannot be used: expected finite numbers"),
    "whole numbers": (kernel(lambda values: values.astype("i8")), "the file is no pickle of arrays"),
    "objects": (kernel(lambda values: values[0, 0, 0].astype(object)), "expected two arrays, kernel and bias"),
    "one array": (put("conv1", [np.zeros((3, 3, 3, 64), "f4")]), "the weights of 'conv1' cannot be used"),
    "no array": (put("conv1", [1.0, 2.0]), "the weights of 'conv1' cannot be used"),
    "one class": (last(1), "expected from 2 to 10000 classes, got the shape (1,)"),
    "20,000 classes": (last(20_000), "expected from 2 to 10000 classes"),
    "a bias of two axes": (put("conv10", [np.zeros((1, 1, 512, 7), "f4"), np.zeros((7, 1), "f4")]), "(7, 1)"),
}  # fmt: skip


def refusal(file: Path) -> str:
    """The one line that a file is refused with; memory is bounded."""
    from exporter.models import ModelError, open_source

    tracemalloc.start()
    try:
        with pytest.raises(ModelError) as refused:
            open_source(f"squeezenet:{file}")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    line = str(refused.value)
    assert "\n" not in line
    assert line.endswith(f"({file})")
    assert peak < MOST_BYTES
    return line


@pytest.mark.parametrize("what", WRONG)
def test_what_cannot_be(what: str, weights: Weights, tmp_path: Path) -> None:
    change, told = WRONG[what]
    file = tmp_path / "weights.pkl"
    file.write_bytes(pickle.dumps(change(weights), protocol=3))
    assert told in refusal(file)


def test_files_that_are_none(weights: Weights, tmp_path: Path) -> None:
    file = tmp_path / "weights.pkl"
    assert refusal(file).startswith("no such file of weights: expected a pickle with the weights of SqueezeNet")
    assert refusal(tmp_path).startswith("no such file")
    whole = pickle.dumps(weights, protocol=3)
    for held, told in ((b"", "too early"), (b"PK\x03\x04" + whole, "the instruction"), (whole[:-9999], "too early"),
                       (whole + b"]", "after its end")):  # fmt: skip
        file.write_bytes(held)
        assert told in refusal(file)
    with file.open("wb") as stream:
        stream.truncate(2**40)
    assert "over the limit" in refusal(file)


def test_a_hostile_file_runs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "weights.pkl"
    for name in (("os", "system"), ("builtins", "eval"), ("numpy", "fromfile")):
        file.write_bytes(b"\x80\x03}X\x05\x00\x00\x00conv1" + hostile.call(*name) + b"s.")
        line = refusal(file)
        assert line.startswith(f"the file names {name[0]}.{name[1]}, which arrays of numbers do not need")
        assert "do not trust it" in line
    giant = b"J\x00\xca\x9a\x3b"  # a thousand million
    file.write_bytes(b"\x80\x03}X\x05\x00\x00\x00conv1" + hostile.floats(giant + b"\x85", b"") + b"s.")
    assert "with 0 bytes" in refusal(file)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["weights.pkl"]


@pytest.mark.slow
def test_a_network_of_other_classes_is_opened(weights: Weights, tmp_path: Path) -> None:
    """The negative control of all the above."""
    from exporter.models import open_source

    file = tmp_path / "weights.pkl"
    file.write_bytes(pickle.dumps(weights, protocol=4))
    opened = open_source(f"squeezenet:{file}")
    assert (opened.model.output_shape, opened.class_names, opened.notes) == ((None, CLASSES), (), ())
    for name, stored in weights.items():
        for ours, theirs in zip(opened.model.get_layer(name.replace("/", "_")).get_weights(), stored, strict=True):
            np.testing.assert_array_equal(ours, theirs)
