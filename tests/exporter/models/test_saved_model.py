"""SavedModels: rebuilt where tf.keras left the layers, else seen from outside, refused where they reach out."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import numpy_network as net
import pytest
from old_models import sequential

pytestmark = pytest.mark.tf
RNG = np.random.default_rng(9)
KERNEL, BIAS = RNG.normal(size=(3, 4)).astype("f4"), RNG.normal(size=4).astype("f4")
MEAN, VARIANCE = RNG.normal(size=3).astype("f4"), RNG.random(3).astype("f4") + 0.5


def numbered(number: int, value: bytes | str | int) -> bytes:
    """One field of a protocol buffer."""
    if isinstance(value, int):
        return bytes([number << 3, value])
    data = value.encode() if isinstance(value, str) else value
    size = bytes([len(data) & 0x7F | 0x80, len(data) >> 7 & 0x7F | 0x80, len(data) >> 14])
    return bytes([number << 3 | 2]) + size + data


def of_tf_keras(folder: Path, config: Any) -> Path:
    """What tf.keras 2.5 and later wrote: the checkpoint's paths and names, and `keras_metadata.pb`."""
    from exporter.backend import tf

    class Layer(tf.Module):
        pass

    root, dense, norm = Layer(), Layer(), Layer()
    dense.kernel, dense.bias = tf.Variable(KERNEL, name="scores/kernel"), tf.Variable(BIAS, name="scores/bias")
    norm.mean, norm.variance = tf.Variable(MEAN, name="mean"), tf.Variable(VARIANCE, name="variance")
    norm.count = tf.Variable(np.int64(7), name="count")
    root.optimizer = Layer()
    root.optimizer.iter = tf.Variable(np.int64(1), name="Adam/iter")
    setattr(root, "layer_with_weights-0", norm)
    setattr(root, "layer_with_weights-1", dense)
    signature = tf.TensorSpec((None, 3), tf.float32, name="x")
    root.call = tf.function(lambda x: tf.linalg.matmul(x, dense.kernel) + dense.bias, input_signature=[signature])
    tf.saved_model.save(root, str(folder), signatures=root.call)
    layer = numbered(2, 1) + numbered(3, "root.layer-0") + numbered(4, "_tf_keras_layer") + numbered(5, "{}")
    text = json.dumps({"class_name": "Sequential", "keras_version": "2.9.0", **config})
    model = numbered(2, 0) + numbered(3, "root") + numbered(4, "_tf_keras_sequential") + numbered(5, text)
    (folder / "keras_metadata.pb").write_bytes(numbered(1, layer) + numbered(1, model))
    return folder


CONFIG = sequential(
    ("InputLayer", {"name": "x", "batch_input_shape": {"class_name": "TensorShape", "items": [None, 3]}}),
    ("Normalization", {"name": "normalization", "axis": {"class_name": "__tuple__", "items": [-1]}, "mean": None,
                       "variance": None}),
    ("Dense", {"name": "scores", "units": 4, "activation": "softmax"}),
)  # fmt: skip


def test_the_layers_of_tf_keras_are_rebuilt_and_its_graph_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from exporter.backend import tf
    from exporter.models import open_source

    folder = of_tf_keras(tmp_path / "saved", CONFIG)
    monkeypatch.setattr(tf.saved_model, "load", None)  # whoever calls it fails
    opened = open_source(folder)
    assert [layer.name for layer in opened.model.layers] == ["normalization", "scores"]
    assert opened.notes == ()
    x = RNG.normal(size=(5, 3))
    expected = net.softmax(net.dense((x - MEAN) / np.sqrt(VARIANCE), KERNEL, BIAS))
    np.testing.assert_allclose(np.asarray(opened.model(x.astype("f4"))), expected, atol=1e-5)


def test_where_the_layers_cannot_be_rebuilt_only_inputs_and_outputs_are_seen(tmp_path: Path) -> None:
    from exporter.models import open_source

    config = json.loads(json.dumps(CONFIG).replace('"Dense"', '"Wormhole"'))
    opened = open_source(of_tf_keras(tmp_path / "saved", config))
    assert len(opened.model.layers) == 2
    assert re.search("only the inputs and outputs.*'Wormhole'.*save the model as .keras", opened.notes[0])
    x = RNG.normal(size=(5, 3)).astype("f4")
    np.testing.assert_allclose(np.asarray(opened.model(x)), net.dense(x, KERNEL, BIAS), atol=1e-5)


def test_code_in_the_metadata_and_damaged_files_are_refused(tmp_path: Path) -> None:
    from exporter.models import ModelError, open_source

    folder = of_tf_keras(tmp_path / "saved", sequential(("Lambda", {"name": "evil", "function": ["4wE=", None, None]})))
    with pytest.raises(ModelError, match=r"Lambda layer.*'evil'"):
        open_source(folder)
    (folder / "keras_metadata.pb").write_bytes(b"\x0a\xff\xff\xff\x0f")
    with pytest.raises(ModelError, match=r"cut off.*saved"):
        open_source(folder)
    (folder / "saved_model.pb").write_bytes(b"Dear model,")
    with pytest.raises(ModelError, match="SavedModel is damaged"):
        open_source(folder)


def exported(folder: Path, function: Any, shape: tuple[int | None, ...] = (None, 3)) -> Path:
    from exporter.backend import tf

    root = tf.Module()
    root.call = tf.function(function, input_signature=[tf.TensorSpec(shape, tf.float32, name="x")])
    tf.saved_model.save(root, str(folder), signatures={"serving_default": root.call})
    return folder


def test_what_keras_exports_is_seen_from_outside(keras: Any, tmp_path: Path) -> None:
    from exporter.models import open_source

    model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Conv2D(2, 3), keras.layers.Flatten(),
                              keras.layers.Dropout(0.5), keras.layers.Dense(3, activation="softmax")])  # fmt: skip
    model.export(tmp_path / "exported", verbose=False)
    opened = open_source(tmp_path / "exported")
    x = RNG.random((2, 8, 8, 1), np.float32)
    np.testing.assert_allclose(np.asarray(opened.model(x)), np.asarray(model(x)), atol=1e-6)
    assert "does not say which layers" in opened.notes[0]


@pytest.mark.parametrize("kind", ["write", "read", "python", "print", "hidden"])
def test_a_graph_that_reaches_out_is_refused_and_not_run(tmp_path: Path, kind: str) -> None:
    from exporter.backend import tf
    from exporter.models import ModelError, open_source

    marker = tmp_path / "marker"

    def writes(x: Any) -> Any:
        tf.io.write_file(str(marker), "it ran")
        return x

    def prints(x: Any) -> Any:
        tf.print(x, output_stream=f"file://{marker}")
        return x

    hidden = tf.function(writes, input_signature=[tf.TensorSpec((None, 3), tf.float32)])
    functions = {
        "write": writes,
        "read": lambda x: x + tf.cast(tf.strings.length(tf.io.read_file("/etc/hostname")), tf.float32),
        "python": lambda x: tf.ensure_shape(tf.py_function(lambda y: y, [x], tf.float32), (None, 3)),
        "print": prints,
        "hidden": lambda x: tf.cond(tf.reduce_sum(x) > 0, lambda: hidden(x), lambda: x),
    }
    folder = exported(tmp_path / "evil", functions[kind])
    marker.unlink(missing_ok=True)
    operation = {"write": "WriteFile", "read": "ReadFile", "python": "EagerPyFunc", "print": "PrintV2",
                 "hidden": "WriteFile"}[kind]  # fmt: skip
    with pytest.raises(ModelError, match=f"operation {operation}, which reaches beyond the model; pass --unsafe"):
        open_source(folder)
    assert not marker.exists()
    if kind == "write":
        model = open_source(folder, unsafe=True).model
        model(np.ones((1, 3), np.float32))
        assert marker.read_text() == "it ran"


def test_what_cannot_be_called(tmp_path: Path) -> None:
    from exporter.backend import tf
    from exporter.models import ModelError, open_source

    root = tf.Module()
    root.add = tf.function(lambda x, y: x + y, input_signature=[tf.TensorSpec((None, 3)), tf.TensorSpec((None, 3))])
    tf.saved_model.save(root, str(tmp_path / "two"), signatures=root.add)
    with pytest.raises(ModelError, match="expected one input, got 2"):
        open_source(tmp_path / "two")
    tf.saved_model.save(tf.Module(), str(tmp_path / "none"))
    with pytest.raises(ModelError, match="nothing that can be called: expected serve or serving_default, got none"):
        open_source(tmp_path / "none")
