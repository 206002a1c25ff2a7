"""Files as Keras 1, Keras 2, tf.keras and the TF.js converter wrote them, byte for byte by hand."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np

Weights = Mapping[str, Mapping[str, np.ndarray]]
"""Layer name to the layer's arrays, by their stored names."""


def layer(class_name: str, name: str, *inbound: str, **config: Any) -> dict[str, Any]:
    """An entry of a functional model of Keras 2, called once on what other layers put out first."""
    nodes = [[[each, 0, 0, {}] for each in inbound]] if inbound else []
    return {"class_name": class_name, "name": name, "config": {"name": name, **config}, "inbound_nodes": nodes}


def given(name: str, *shape: int | None, dtype: str = "float32") -> dict[str, Any]:
    """An input of Keras 2."""
    settings = {"batch_input_shape": [None, *shape], "dtype": dtype, "sparse": False, "ragged": False}
    return layer("InputLayer", name, **settings)


def functional(
    layers: Sequence[dict[str, Any]], inputs: Sequence[str], outputs: Sequence[str], **more: Any
) -> dict[str, Any]:
    """The configuration of a functional model of Keras 2."""
    config = {
        "name": more.get("name", "model_1"),
        "layers": list(layers),
        "input_layers": [[name, 0, 0] for name in inputs],
        "output_layers": [[name, *more.get("output", (0, 0))] for name in outputs],
    }
    return {"class_name": more.get("class_name", "Model"), "config": config}


def sequential(*layers: tuple[str, dict[str, Any]], bare: bool = False) -> dict[str, Any]:
    """The configuration of a stack; Keras 1 and early Keras 2 stored a bare list."""
    entries = [{"class_name": class_name, "config": config} for class_name, config in layers]
    return {"class_name": "Sequential", "config": entries if bare else {"name": "sequential_1", "layers": entries}}


def write_h5(
    path: Path, config: Any, weights: Weights, *, version: str | None = "2.2.4", backend: str = "tensorflow"
) -> Path:
    """A whole model in HDF5: attributes of the root, and a group of weights for each layer."""
    with h5py.File(path, "w") as file:
        if version is not None:
            file.attrs["keras_version"] = version.encode()
            file.attrs["backend"] = backend.encode()
        file.attrs["model_config"] = json.dumps(config).encode()
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = [name.encode() for name in weights]
        for name, arrays in weights.items():
            inner = group.create_group(name)
            inner.attrs["weight_names"] = [each.encode() for each in arrays]
            for each, array in arrays.items():
                inner.create_dataset(each, data=np.asarray(array, np.float32))
    return path


def write_keras_2(path: Path, config: Any, weights: Mapping[str, Sequence[np.ndarray]]) -> Path:
    """A `.keras` file of Keras 2.13: groups are named after classes, arrays numbered."""
    with h5py.File(path.with_suffix(".part"), "w") as file:
        for group, arrays in weights.items():
            for number, array in enumerate(arrays):
                file[f"{group}/vars/{number}"] = np.asarray(array, np.float32)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": "2.13.1", "date_saved": "2023-08-01@10:00:00"}))
        archive.writestr("config.json", json.dumps(config))
        archive.write(path.with_suffix(".part"), "model.weights.h5")
    path.with_suffix(".part").unlink()
    return path


def write_tfjs(
    folder: Path,
    topology: Any,
    arrays: Mapping[str, np.ndarray],
    *,
    quantised: str | None = None,
    shards: int = 1,
) -> Path:
    """A TF.js layers model of one group of arrays, its bytes cut into shards of about one size."""
    folder.mkdir(parents=True, exist_ok=True)
    entries, data = [], b""
    for name, array in arrays.items():
        entry: dict[str, Any] = {"name": name, "shape": list(array.shape), "dtype": "float32"}
        values = np.asarray(array, "<f4")
        if quantised == "float16":
            entry["quantization"] = {"dtype": "float16", "original_dtype": "float32"}
            values = values.astype("<f2")
        elif quantised:
            low, high = float(array.min()), float(array.max())
            scale = (high - low) / np.iinfo(quantised).max or 1.0
            entry["quantization"] = {"dtype": quantised, "min": low, "scale": scale, "original_dtype": "float32"}
            values = np.rint((array.astype(np.float64) - low) / scale).astype(np.dtype(quantised).newbyteorder("<"))
        entries.append(entry)
        data += values.tobytes()
    names = [f"group1-shard{number}of{shards}.bin" for number in range(1, shards + 1)]
    cuts = np.linspace(0, len(data), shards + 1).astype(int)
    for name, start, end in zip(names, cuts, cuts[1:], strict=False):
        (folder / name).write_bytes(data[start:end])
    described = {
        "format": "layers-model",
        "generatedBy": "keras v2.4.0",
        "convertedBy": "TensorFlow.js Converter v3.0.0",
        "modelTopology": topology,
        "weightsManifest": [{"paths": names, "weights": entries}],
    }
    (folder / "model.json").write_text(json.dumps(described))
    return folder / "model.json"
