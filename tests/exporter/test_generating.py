"""Random dense networks as bundles: what is in them, against Keras, and which sizes are refused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exporter.bundle import KerascopeError, read_bundle, validate_bundle
from exporter.bundling.net import unit_net
from exporter.bundling.norms import weight_importance
from exporter.bundling.parameters import Parameters
from exporter.generated import check_sizes, dense_layers, made_inputs, random_weights
from exporter.generating import generate_bundle

QUICK = Parameters(sampling_rate=5, node_bandwidth_reduction=0.5, edge_bandwidth_reduction=0.5)
SIZES = (25, 9, 6, 4)


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small one that nobody may change."""
    return generate_bundle(SIZES, tmp_path_factory.mktemp("made") / "made.bundle", seed=3, parameters=QUICK)


@pytest.mark.slow
def test_it_is_a_whole_bundle_with_a_sculpture_of_all_its_edges(generated: Path) -> None:
    assert validate_bundle(generated) == []
    bundle = read_bundle(generated)
    net = unit_net(bundle, "000")
    (sculpture,) = bundle.manifest.sculptures
    assert (sculpture.id, sculpture.method, sculpture.layers) == ("000-weight", "weight", net.layers)
    assert tuple(layer.units for layer in net.layers) == SIZES
    assert sculpture.result["edges"] == 25 * 9 + 9 * 6 + 6 * 4
    expected = np.concatenate(weight_importance(net, 4))
    np.testing.assert_array_equal(bundle.load(sculpture.tensors["importance"]), expected)


@pytest.mark.slow
def test_pictures_and_what_was_fed_are_the_same(generated: Path) -> None:
    bundle = read_bundle(generated)
    assert len(bundle.manifest.inputs) == 3
    pictures = [bundle.image(shown.id) for shown in bundle.manifest.inputs]
    for shown, picture in zip(bundle.manifest.inputs, pictures, strict=True):
        assert picture is not None
        assert picture.shape == (5, 5, 1)
        assert (picture.min(), picture.max()) == (0, 255)
        np.testing.assert_allclose(bundle.output(shown.id, "000", "input"), picture.ravel() / 255, rtol=1e-6)
    assert not np.array_equal(pictures[0], pictures[1])


@pytest.mark.slow
@pytest.mark.tf
def test_keras_makes_the_same_of_the_same_weights(generated: Path, keras: Any) -> None:
    bundle = read_bundle(generated)
    dense = (keras.layers.Dense(each.units, each.activation, name=each.name) for each in bundle.manifest.layers[1:])
    model = keras.Sequential([keras.Input((SIZES[0],)), *dense])
    for layer in model.layers:
        layer.set_weights([bundle.weight("000", layer.name, each) for each in ("kernel", "bias")])
    for capture in bundle.manifest.captures:
        values = bundle.output(capture.input, "000", "input")[None]
        for layer in model.layers:
            values = np.asarray(layer(values))
            np.testing.assert_allclose(bundle.output(capture.input, "000", layer.name), values[0], rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(capture.scores, values[0], rtol=1e-4)
        assert capture.predicted == values[0].argmax()


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes_and_another_one_others(generated: Path, tmp_path: Path) -> None:
    same = generate_bundle(SIZES, tmp_path / "same.bundle", seed=3, parameters=QUICK)
    other = generate_bundle(SIZES, tmp_path / "other.bundle", seed=4, parameters=QUICK)
    files = sorted(file.relative_to(generated) for file in generated.rglob("*") if file.is_file())
    assert len(files) >= 6
    assert all((same / file).read_bytes() == (generated / file).read_bytes() for file in files)
    assert (other / "weights/000.npz").read_bytes() != (generated / "weights/000.npz").read_bytes()


def test_weights_are_even_in_the_range_of_glorot() -> None:
    weights = random_weights((200, 100, 50), 0)
    limit = (6 / 300) ** 0.5
    kernel = weights["dense_1/kernel"]
    assert kernel.dtype == np.float32
    assert 0.999 * limit < np.abs(kernel).max() <= limit * (1 + 1e-6)
    assert abs(kernel.mean()) < 5 * limit / (3 * kernel.size) ** 0.5
    counts = np.histogram(kernel, 10, (-limit, limit))[0]
    assert np.abs(counts / kernel.size - 0.1).max() < 0.01
    assert not weights["scores/bias"].any()


def test_layers_are_those_of_a_classifier() -> None:
    layers, edges = dense_layers((7, 5, 1))
    assert [(layer.name, layer.activation, layer.parameters) for layer in layers] == [
        ("input", None, 0), ("dense_1", "relu", 40), ("scores", "sigmoid", 6),
    ]  # fmt: skip
    assert [(edge.source, edge.target) for edge in edges] == [("input", "dense_1"), ("dense_1", "scores")]
    assert dense_layers((7, 5))[0][-1].activation == "softmax"


@pytest.mark.parametrize("units", [1, 2, 17, 784])
def test_made_up_inputs_use_the_whole_range(units: int) -> None:
    made = made_inputs(units, 3, 5)
    assert made.shape == (3, units)
    assert made.dtype == np.uint8
    assert (made.max(axis=1) == 255).all()
    assert units == 1 or (made.min(axis=1) == 0).all()


@pytest.mark.parametrize("sizes", [(), (5,), (5, 0), (5, -1, 3), (1_000_001, 2), (10_000, 10_000), (2,) * 101])
def test_sizes_are_refused_before_anything_is_made(sizes: tuple[int, ...], tmp_path: Path) -> None:
    with pytest.raises(KerascopeError) as caught:
        generate_bundle(sizes, tmp_path / "made.bundle")
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_the_largest_sizes_are_taken() -> None:
    check_sizes((1_000_000, 20))
    check_sizes((2,) * 100)


@pytest.mark.slow
def test_of_many_classes_some_are_told_apart_and_it_is_said(tmp_path: Path) -> None:
    said: list[str] = []
    path = generate_bundle((6, 5, 40), tmp_path / "many.bundle", parameters=QUICK, warn=said.append)
    bundle = read_bundle(path)
    (sculpture,) = bundle.manifest.sculptures
    predicted = {capture.predicted for capture in bundle.manifest.captures}
    assert len(sculpture.classes) == 10
    assert predicted <= set(sculpture.classes)
    assert len(said) == 1
    assert said[0].startswith("10 of the 40 classes")


@pytest.mark.slow
def test_a_place_that_is_taken_is_refused_and_keeps_what_is_there(generated: Path) -> None:
    before = (generated / "manifest.json").read_bytes()
    with pytest.raises(KerascopeError, match="--overwrite"):
        generate_bundle(SIZES, generated, seed=9, parameters=QUICK)
    assert (generated / "manifest.json").read_bytes() == before


@pytest.mark.slow
def test_it_goes_without_tensorflow(root: Path) -> None:
    code = (
        "import sys; sys.modules['tensorflow'] = sys.modules['keras'] = None; "
        "import exporter.generating, exporter.sculpting; assert 'numba' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
