"""TF.js models: a published one against plain numpy, every way of storing weights, and every way of being damaged."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import numpy_network as net
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from old_models import functional, layer, sequential, write_tfjs
from old_models import given as input_of
from PIL import Image

pytestmark = pytest.mark.tf
RNG = np.random.default_rng(6)
KERNEL, BIAS = RNG.normal(size=(5, 3)), RNG.normal(size=3)
DENSE = {"name": "scores", "units": 3, "activation": "softmax", "batch_input_shape": [None, 5], "dtype": "float32"}
TOPOLOGY = {"keras_version": "2.4.0", "backend": "tensorflow", "model_config": sequential(("Dense", DENSE))}


def test_the_published_model_puts_out_what_numpy_does(tiny_vgg: Path) -> None:
    from exporter.capture import LayerOutputs
    from exporter.models import open_model

    model = open_model(tiny_vgg / "model.json")
    files = sorted((tiny_vgg / "images").iterdir())
    x = np.stack([np.asarray(Image.open(file).convert("RGB"), np.float32) / 255 for file in files])
    flat = np.frombuffer((tiny_vgg / "group1-shard1of1.bin").read_bytes(), "<f4")
    entries = json.loads((tiny_vgg / "model.json").read_text())["weightsManifest"][0]["weights"]
    sizes = [int(np.prod(entry["shape"])) for entry in entries]
    parts = np.split(flat, np.cumsum(sizes)[:-1])
    w = {entry["name"]: part.reshape(entry["shape"]) for entry, part in zip(entries, parts, strict=True)}

    expected, y = {}, x.astype(np.float64)
    for block in (1, 2):
        for nth in (1, 2):
            name = f"{block}_{nth}"
            y = net.conv2d(y, w[f"conv_{name}/kernel"], w[f"conv_{name}/bias"])
            expected[f"conv_{name}"] = y
            y = net.relu(y)
        y = net.max_pool(y)
        expected[f"max_pool_{block}"] = y
    expected["output"] = net.softmax(net.dense(y.reshape(len(y), -1), w["output/kernel"], w["output/bias"]))
    found = LayerOutputs(model).run([x])
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, atol=1e-4, err_msg=name)

    classes = ["boat", "bug", "pizza", "pepper", "bus", "koala", "espresso", "panda", "orange", "car"]
    said = [classes[place] for place in found["output"].argmax(axis=1)]
    assert said == [file.stem.partition("_")[0] for file in files]
    assert found["output"][said.index("panda"), 7] == pytest.approx(0.957, abs=5e-4)


@pytest.mark.parametrize("names", [("scores/kernel", "scores/bias"), ("scores/kernel:0", "scores/bias:0"),
                                   ("my_model/scores/kernel", "my_model/scores/bias")])  # fmt: skip
@pytest.mark.parametrize("is_bare", [False, True])
def test_names_and_topologies_of_all_converters(tmp_path: Path, names: tuple[str, str], is_bare: bool) -> None:
    from exporter.models import open_model

    config = TOPOLOGY["model_config"]
    topology = {**config, "keras_version": "tfjs-layers 4.2.0", "backend": "tensor_flow.js"} if is_bare else TOPOLOGY
    path = write_tfjs(tmp_path / "m", topology, dict(zip(names, (KERNEL, BIAS), strict=True)))
    x = RNG.normal(size=(4, 5))
    for source in (path, path.parent):
        found = np.asarray(open_model(source)(x.astype(np.float32)))
        np.testing.assert_allclose(found, net.softmax(net.dense(x, KERNEL, BIAS)), atol=1e-6)


@settings(max_examples=12)
@given(
    st.sampled_from([None, "uint8", "uint16", "float16"]),
    st.integers(1, 4),
    st.sampled_from([1e-3, 1.0, 300.0]),
    st.booleans(),
)
def test_quantised_weights_come_back_as_near_as_their_steps(
    tmp_path_factory: pytest.TempPathFactory, quantised: str | None, shards: int, size: float, constant: bool
) -> None:
    from exporter.models import open_model

    bias = np.full(3, size) if constant else BIAS * size
    arrays = {"scores/kernel": KERNEL * size, "scores/bias": bias}
    path = write_tfjs(tmp_path_factory.mktemp("q"), TOPOLOGY, arrays, quantised=quantised, shards=shards)
    for found, true in zip(open_model(path).get_weights(), arrays.values(), strict=True):
        spread = float(np.ptp(true))
        bound = {None: 1e-7 * size, "float16": 2**-11 * np.abs(true).max()}.get(quantised)
        step = spread / np.iinfo(quantised).max if bound is None else 0.0  # type: ignore[arg-type]
        np.testing.assert_allclose(found, true, rtol=1e-6, atol=(step / 2 if bound is None else bound) * 1.001)
        assert found.dtype == np.float32
        if quantised == "uint8" and not constant:
            assert not np.allclose(found, true, rtol=1e-7, atol=0.0)  # it has been quantised


def test_a_graph_of_nested_models_shared_layers_and_names_in_any_order(tmp_path: Path) -> None:
    from exporter.models import open_model

    inner = functional(
        [input_of("at", 4), layer("Dense", "in_1", "at", units=4), layer("Dense", "in_2", "in_1", units=4)],
        ["at"], ["in_2"], name="inner",
    )  # fmt: skip
    once, twice = [["inner", 1, 0, {}]], [["inner", 2, 0, {}]]
    nested = {**inner, "name": "inner", "inbound_nodes": [[["x", 0, 0, {}]], once]}
    last = {**layer("Add", "sum"), "inbound_nodes": [[*once, *twice]]}
    config = functional([input_of("x", 4), nested, last], ["x"], ["sum"])
    w = {f"{name}/{part}": RNG.normal(size=(4, 4)[: 2 if part == "kernel" else 1]) for name in ("in_1", "in_2")
         for part in ("kernel", "bias")}  # fmt: skip
    shuffled = {name: w[name] for name in ("in_2/bias", "in_1/kernel", "in_1/bias", "in_2/kernel")}
    path = write_tfjs(tmp_path / "n", {"keras_version": "2.4.0", "model_config": config}, shuffled)

    def inside(x: np.ndarray) -> np.ndarray:
        return net.dense(net.dense(x, w["in_1/kernel"], w["in_1/bias"]), w["in_2/kernel"], w["in_2/bias"])

    x = RNG.normal(size=(3, 4))
    found = np.asarray(open_model(path)(x.astype(np.float32)))
    np.testing.assert_allclose(found, inside(x) + inside(inside(x)), atol=1e-4)


def described(folder: Path) -> Any:
    path = write_tfjs(folder, TOPOLOGY, {"scores/kernel": KERNEL, "scores/bias": BIAS})
    return json.loads(path.read_text())


def refused(folder: Path, content: Any) -> str:
    from exporter.models import ModelError, open_model

    (folder / "model.json").write_text(content if isinstance(content, str) else json.dumps(content))
    before = sorted(folder.rglob("*"))
    with pytest.raises(ModelError) as caught:
        open_model(folder / "model.json")
    assert sorted(folder.rglob("*")) == before
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith("model.json)")
    return str(caught.value)


@pytest.mark.parametrize("name", ["../secret.bin", "/etc/hostname", "a/../../secret.bin", "..\\secret.bin", "C:x", 7,
                                  "https://example.org/w.bin", "link.bin", "none.bin"])  # fmt: skip
def test_weights_are_read_from_the_folder_only(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.bin").write_bytes(bytes(72))
    content = described(tmp_path / "m")
    (tmp_path / "m/link.bin").symlink_to(tmp_path / "secret.bin")
    content["weightsManifest"][0]["paths"] = [name]
    assert ("missing" if name in (7, "none.bin") else "outside its folder") in refused(tmp_path / "m", content)


@pytest.mark.parametrize(("change", "told"), [
    ({"shape": [10**6, 10**6]}, "expected 4000000000012 bytes.*got 72"),
    ({"shape": [5, 2]}, "expected 52 bytes.*got 72; fetch"),
    ({"shape": [-5, -3]}, "cannot be read"),
    ({"shape": [True, 15]}, "cannot be read"),
    ({"shape": "53"}, "cannot be read"),
    ({"shape": 3}, "weightsManifest is damaged"),
    ({"dtype": "string"}, "one of float32"),
    ({"dtype": "O8"}, "one of float32"),
    ({"name": "other/kernel"}, "'other/kernel', which belongs to no layer"),
    ({"shape": [3, 5]}, r"do not fit the layer 'scores'.*\(5, 3\).*\(3, 5\)"),
    ({"quantization": {"dtype": "uint8", "scale": "x"}}, "damaged"),
])  # fmt: skip
def test_a_manifest_that_lies(tmp_path: Path, change: dict[str, Any], told: str) -> None:
    content = described(tmp_path / "m")
    content["weightsManifest"][0]["weights"][0].update(change)
    message = refused(tmp_path / "m", content)
    assert re.search(told, message), message


@pytest.mark.parametrize(("change", "told"), [
    ({"format": "graph-model"}, "graph model, which has no Keras layers"),
    ({"modelTopology": {"node": [], "versions": {}}}, "graph model"),
    ({"modelTopology": None}, "not a TF.js model"),
    ({"weightsManifest": None}, "has no weights"),
    ({"weightsManifest": [{"paths": "x", "weights": []}]}, "has no weights"),
    ({"weightsManifest": []}, "do not fit the stored weights|weights of the layer 'scores' are missing"),
    ({"modelTopology": {"model_config": []}}, "configuration"),
    ({"modelTopology": {"model_config": {"class_name": "Sequential", "config": {}}}}, "cannot be rebuilt"),
    ({"modelTopology": {"model_config": "{"}}, "cannot be read: expected JSON"),
])  # fmt: skip
def test_what_is_no_layers_model(tmp_path: Path, change: dict[str, Any], told: str) -> None:
    message = refused(tmp_path / "m", {**described(tmp_path / "m"), **change})
    assert re.search(told, message), message


@pytest.mark.parametrize("content", ["", "[1]", "[" * 100_000, "\x00"])
def test_what_is_no_json(tmp_path: Path, content: str) -> None:
    (tmp_path / "m").mkdir()
    refused(tmp_path / "m", content)


def test_absurd_layers_are_refused_before_anything_is_allocated(tmp_path: Path) -> None:
    content = described(tmp_path / "m")
    entries = content["modelTopology"]["model_config"]["config"]["layers"]
    entries[0]["config"]["units"] = 10**12
    assert "do not fit the stored weights: expected about 18 weights in all" in refused(tmp_path / "m", content)
    entries[0]["config"]["units"] = 3
    entries.append({"class_name": "RepeatVector", "config": {"name": "again", "n": 10**12}})
    assert "'again' puts out more than can be held" in refused(tmp_path / "m", content)
    entries[1] = {"class_name": "Wormhole", "config": {"name": "w"}}
    assert "the model uses 'Wormhole', which Keras does not know; register" in refused(tmp_path / "m", content)
