"""Malicious model files, made here as they were published: each is told in one line, and none leaves a mark.

Every `marker` is a file that the attack would write or a secret that it would read.
"""

from __future__ import annotations

import base64
import json
import marshal
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from old_models import functional, given, layer, sequential, write_h5, write_tfjs

pytestmark = pytest.mark.tf
Entry = dict[str, Any]


@pytest.fixture(scope="module")
def benign(keras: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small honest `.keras` file."""
    path = tmp_path_factory.mktemp("benign") / "m.keras"
    keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="d")]).save(path)
    return path


def changed(benign: Path, path: Path, change: Callable[[Any], None], **parts: bytes) -> Path:
    """The honest file with another configuration and other or further parts."""
    with zipfile.ZipFile(benign) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "config.json":
                config = json.loads(data)
                change(config)
                data = json.dumps(config).encode()
            new.writestr(name, parts.pop(name, data))
        for name, data in parts.items():
            new.writestr(name, data)
    return path


def appended(entry: Entry) -> Callable[[Any], None]:
    return lambda config: config["config"]["layers"].append(entry)


def refused(path: Path, **options: Any) -> str:
    from exporter.models import ModelError, open_model

    before = {each: each.read_bytes() for each in path.parent.iterdir() if each.is_file()}
    with pytest.raises(ModelError) as caught:
        open_model(path, **options)
    assert {each: each.read_bytes() for each in path.parent.iterdir() if each.is_file()} == before
    assert "\n" not in str(caught.value)
    return str(caught.value)


def code_of(marker: Path) -> str:
    function = eval(f"lambda x: (open({str(marker)!r}, 'w').close(), x)[1]")
    return base64.b64encode(marshal.dumps(function.__code__)).decode()


def keras_3(class_name: str, config: Any, module: str | None = "keras.layers", **more: Any) -> Entry:
    return {"module": module, "class_name": class_name, "config": config, "registered_name": None, **more}


def function(module: str, name: str) -> Entry:
    return {"module": module, "class_name": "function", "config": name, "registered_name": name}


GADGETS: list[tuple[str, Callable[[Path], Entry], str]] = [
    ("code of a Lambda (CVE-2024-3660)", lambda marker: keras_3("Lambda", {"name": "evil", "function": {
        "class_name": "__lambda__", "config": {"code": code_of(marker), "defaults": None, "closure": None}}}),
     "Lambda layer.*code.*'evil'.*--unsafe"),
    ("a module of Python (CVE-2025-1550)", lambda marker: keras_3("Lambda2", {"name": "evil", "arguments":
        function("subprocess", "run")}, "builtins"), "'Lambda2', which Keras does not know|subprocess.run"),
    ("a function of Python as an activation", lambda marker: keras_3("Activation", {"name": "evil", "activation":
        function("os", "system")}), r"it would call os\.system"),
    ("a download (CVE-2025-8747)", lambda marker: keras_3("Activation", {"name": "evil", "activation":
        function("keras.utils", "get_file")}), r"it would call keras\.utils\.get_file"),
    ("switching safety off (CVE-2025-9906)", lambda marker: keras_3("Activation", {"name": "evil", "activation":
        function("keras.config", "enable_unsafe_deserialization")}), r"keras\.config\.enable_unsafe_deserialization"),
    ("a setting of Keras", lambda marker: keras_3("Activation", {"name": "evil", "activation":
        function("keras.src.backend.common.global_state", "set_global_attribute")}), "it would call keras.src.backend"),
    ("loading another model", lambda marker: keras_3("Activation", {"name": "evil", "activation":
        function("keras.models", "load_model")}), r"it would call keras\.models\.load_model"),
    ("a function under the name of a class", lambda marker: keras_3("Activation", {"name": "evil", "activation":
        keras_3("load_model", {}, "keras.models")}), r"it would use keras\.models\.load_model"),
    ("a callback that opens files", lambda marker: keras_3("Activation", {"name": "evil", "activation":
        keras_3("CSVLogger", {"filename": str(marker)}, "keras.callbacks")}), r"read the file|callbacks\.CSVLogger"),
    ("an import of Keras' own parts", lambda marker: keras_3("func_load", {"code": code_of(marker)},
        "keras.src.utils.python_utils"), r"it would use keras\.src\.utils"),
    ("pickled code (CVE-2025-49655)", lambda marker: keras_3("TorchModuleWrapper", {"name": "evil", "module":
        base64.b64encode(b"cposix\nsystem\n(S'touch x'\ntR.").decode()}), "TorchModuleWrapper.*'evil'"),
    ("the same by its inner path", lambda marker: keras_3("TorchModuleWrapper", {"name": "evil", "module": "gAR9Lg=="},
        "keras.src.utils.torch_utils"), "TorchModuleWrapper"),
    ("a graph of another file (CVE-2026-1462)", lambda marker: keras_3("TFSMLayer", {"name": "evil", "filepath":
        str(marker), "call_endpoint": "serve"}), "read the file|TFSMLayer"),
    ("a JaxLayer", lambda marker: keras_3("JaxLayer", {"name": "evil", "call_fn": None}), "JaxLayer.*'evil'"),
    ("a FlaxLayer", lambda marker: keras_3("FlaxLayer", {"name": "evil", "module": None}), "FlaxLayer.*'evil'"),
    ("a vocabulary file (CVE-2025-12058)", lambda marker: keras_3("StringLookup", {"name": "evil", "vocabulary":
        str(marker), "num_oov_indices": 1}), "it would read the file.*'evil'"),
    ("an integer vocabulary", lambda marker: keras_3("IntegerLookup", {"name": "evil", "vocabulary": str(marker),
        "vocabulary_dtype": "int64"}), "it would read the file.*'evil'"),
    ("a text vocabulary", lambda marker: keras_3("TextVectorization", {"name": "evil", "vocabulary":
        "https://example.org/words.txt"}), "it would read the file 'https://example.org"),
    ("code in a wrapper", lambda marker: keras_3("TimeDistributed", {"name": "outer", "layer": keras_3("Lambda", {
        "name": "evil", "function": {"class_name": "__lambda__", "config": {"value": code_of(marker)}}})}),
     "Lambda layer.*'evil'"),
    ("code where nobody looks", lambda marker: keras_3("Dense", {"name": "d2", "units": 2}, build_config={"input_shape":
        [None, 2], "more": [{"deep": {"class_name": "__lambda__", "config": {"value": code_of(marker)}}}]}),
     "a Python lambda"),
    ("a class of a stranger's module", lambda marker: keras_3("Popen", {"args": f"touch {marker}"}, "subprocess"),
     "'Popen', which Keras does not know"),
    ("a name that is no text", lambda marker: keras_3(["Dense"], {}), "damaged"),  # type: ignore[arg-type]
]  # fmt: skip


@pytest.mark.parametrize(("gadget", "told"), [each[1:] for each in GADGETS], ids=[each[0] for each in GADGETS])
def test_a_keras_file_that_would_run_code_or_read_files(
    benign: Path, tmp_path: Path, gadget: Callable[[Path], Entry], told: str
) -> None:
    marker = tmp_path / "marker"
    path = changed(benign, tmp_path / "evil.keras", appended(gadget(marker)))
    message = refused(path)
    assert re.search(told, message), message
    assert not marker.exists()


@pytest.mark.parametrize("gadget", [GADGETS[0][1], GADGETS[3][1], GADGETS[10][1], GADGETS[15][1]])
def test_an_h5_file_of_keras_3_is_looked_at_alike(tmp_path: Path, gadget: Callable[[Path], Entry]) -> None:
    """Keras' own loader takes no notice of `safe_mode` for these before 3.11.3 (CVE-2025-9905)."""
    entry = gadget(tmp_path / "marker")
    config = sequential(("InputLayer", {"batch_shape": [None, 3], "name": "x"}))
    config["config"]["layers"].append(entry)
    assert "refused" in refused(write_h5(tmp_path / "evil.h5", config, {}, version="3.4.1"))
    del entry["module"], entry["registered_name"]
    refused(write_h5(tmp_path / "evil.h5", config, {}, version="3.4.1"))
    assert not (tmp_path / "marker").exists()


@pytest.mark.parametrize("version", ["1.2.2", "2.15.0"])
def test_code_in_old_files_and_in_tfjs_files(tmp_path: Path, version: str) -> None:
    marker = tmp_path / "marker"
    old = {"name": "evil", "function": [code_of(marker), None, None], "function_type": "lambda", "arguments": {},
           "output_shape": None, "batch_input_shape": [None, 3]}  # fmt: skip
    config = sequential(("Lambda", old))
    assert re.search(
        "Lambda layer.*'evil'.*--unsafe", refused(write_h5(tmp_path / "a.h5", config, {}, version=version))
    )
    (tmp_path / "t").mkdir()
    path = write_tfjs(tmp_path / "t", {"keras_version": version, "model_config": config}, {})
    assert "Lambda layer" in refused(path)
    merged = functional(
        [given("x", 3), layer("Merge", "evil", "x", "x", mode=[code_of(marker), None, None], mode_type="lambda")],
        ["x"], ["evil"],
    )  # fmt: skip
    assert "never run" in refused(write_h5(tmp_path / "b.h5", merged, {}, version="1.2.2"))
    assert "never run" in refused(write_h5(tmp_path / "b.h5", merged, {}, version="1.2.2"), unsafe=True)
    assert not marker.exists()


@pytest.mark.parametrize("kind", ["keras", "h5", "old", "tfjs"])
def test_unsafe_runs_what_the_file_brings(benign: Path, tmp_path: Path, kind: str) -> None:
    from exporter.models import open_model

    marker = tmp_path / "marker"
    code = {"code": code_of(marker), "defaults": None, "closure": None}
    entry = {"name": "evil", "function": {"class_name": "__lambda__", "config": code}, "output_shape": [2],
             "arguments": {}}  # fmt: skip
    dense = ("Dense", {"name": "d", "units": 2, "batch_input_shape": [None, 3]})
    old = sequential(dense, ("Lambda", {**entry, "function": [code["code"], None, None]}))
    weights = {"d": {"d/kernel:0": np.ones((3, 2)), "d/bias:0": np.zeros(2)}}
    if kind == "keras":
        path = changed(benign, tmp_path / "m.keras", appended(keras_3("Lambda", entry)))
    elif kind == "h5":
        new = sequential(("InputLayer", {"batch_shape": [None, 3], "name": "x"}), ("Lambda", entry))
        path = write_h5(tmp_path / "m.h5", new, {}, version="3.4.1")
    elif kind == "old":
        path = write_h5(tmp_path / "m.h5", old, weights, version="2.15.0")
    else:
        path = write_tfjs(tmp_path / "t", {"model_config": old}, weights["d"])
    assert "Lambda" in refused(path)
    assert not marker.exists()
    assert np.asarray(open_model(path, unsafe=True)(np.ones((1, 3), np.float32))).shape[0] == 1
    assert marker.exists()


def test_custom_classes_and_functions_need_to_be_registered_only(keras: Any, benign: Path, tmp_path: Path) -> None:
    from exporter.models import open_model

    @keras.saving.register_keras_serializable("ours")
    def halved(x: Any) -> Any:
        return x / 2

    entry = keras_3("Activation", {"name": "ours", "activation": function("builtins", "halved")})
    entry["config"]["activation"]["registered_name"] = "ours>halved"
    path = changed(benign, tmp_path / "m.keras", appended(entry))
    entry["config"]["activation"]["config"] = "ours>halved"
    path = changed(benign, tmp_path / "m.keras", appended(entry))
    try:
        assert open_model(path).layers[-1].name == "ours"
    finally:
        keras.saving.get_custom_objects().pop("ours>halved")
    assert "'ours>halved', which Keras does not know" in refused(path)


def test_how_a_model_was_trained_is_nobodys_business(benign: Path, tmp_path: Path) -> None:
    from exporter.models import open_model

    def compiled(config: Any) -> None:
        config["compile_config"] = {"optimizer": "adam", "loss": function("my_losses", "odd"), "metrics": None}

    assert open_model(changed(benign, tmp_path / "m.keras", compiled)).count_params() == 8


# --- Containers -------------------------------------------------------------------------------------------------------


def h5_bytes(path: Path, fill: Callable[[h5py.File], None]) -> bytes:
    with h5py.File(path, "w") as file:
        fill(file)
    data = path.read_bytes()
    path.unlink()
    return data


def external_link(file: h5py.File) -> None:
    file["layers/dense/vars/0"] = np.ones((3, 2), np.float32)
    file["layers/dense/vars/1"] = h5py.ExternalLink("secret.h5", "/secret")


def soft_link(file: h5py.File) -> None:
    file["layers/dense/vars/0"] = np.ones((3, 2), np.float32)
    file["layers/dense/vars/1"] = h5py.SoftLink("/layers")


def external_data(file: h5py.File) -> None:
    file.create_dataset("layers/dense/vars/0", (3, 2), "f4", external=[("secret.h5", 0, 24)])


def virtual_data(file: h5py.File) -> None:
    layout = h5py.VirtualLayout((3, 2), "f4")
    layout[:] = h5py.VirtualSource("secret.h5", "secret", (3, 2))
    file.create_virtual_dataset("layers/dense/vars/0", layout)


def shape_bomb(file: h5py.File) -> None:
    file.create_dataset("layers/dense/vars/0", (10**7, 10**5), "f4", chunks=(1000, 1000), compression="gzip")


@pytest.mark.parametrize(("fill", "told"), [
    (external_link, "links to elsewhere"), (soft_link, "links to elsewhere"),
    (external_data, "weights from another file"), (virtual_data, "weights from another file"),
    (shape_bomb, "larger than what is stored"),
])  # fmt: skip
def test_weights_that_lie_elsewhere_or_nowhere(
    keras: Any, benign: Path, tmp_path: Path, fill: Callable[[h5py.File], None], told: str
) -> None:
    """CVE-2026-1669 and CVE-2026-0897: links, outside storage, virtual arrays and arrays of nothing."""
    from exporter.models import ModelError, load_weights

    with h5py.File(tmp_path / "secret.h5", "w") as file:
        file["secret"] = np.full((3, 2), 42, np.float32)
    data = h5_bytes(tmp_path / "part", fill)
    assert told in refused(changed(benign, tmp_path / "m.keras", lambda _: None, **{"model.weights.h5": data}))
    for version in ("1.2.2", "2.15.0", "3.4.1"):
        config = sequential(("Dense", {"name": "d", "units": 2, "batch_input_shape": [None, 3]}))
        path = write_h5(tmp_path / "m.h5", config, {}, version=version)
        with h5py.File(path, "a") as file:
            fill(file)
        assert told in refused(path)
    (tmp_path / "m.weights.h5").write_bytes(data)
    with pytest.raises(ModelError, match=told):
        load_weights(keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]), tmp_path / "m.weights.h5")


@pytest.mark.parametrize(
    "name", ["../evil.txt", "/evil.txt", "assets/../../evil.txt", "C:/evil.txt", "a\\..\\evil.txt"]
)
def test_parts_that_would_be_unpacked_elsewhere(benign: Path, tmp_path: Path, name: str) -> None:
    path = changed(benign, tmp_path / "m.keras", lambda _: None, **{name: b"evil"})
    assert "unpacked elsewhere" in refused(path)
    assert not list(tmp_path.parent.rglob("evil.txt"))


def test_zips_that_swell_repeat_or_break_off(benign: Path, tmp_path: Path) -> None:
    path = changed(benign, tmp_path / "m.keras", lambda _: None)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("assets/zeros", bytes(64 * 2**20))
    assert "swells" in refused(path)
    path = changed(benign, tmp_path / "m.keras", lambda _: None)
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("config.json", b"{}")
    assert "two parts of one name" in refused(path)
    path.write_bytes(benign.read_bytes()[:-100])
    assert "cannot be loaded" in refused(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("notes.txt", b"no model")
    assert "config.json in the zip" in refused(path)


def test_absurd_sizes_are_refused_before_anything_is_allocated(benign: Path, tmp_path: Path) -> None:
    def wide(config: Any) -> None:
        config["config"]["layers"][1]["config"]["units"] = 10**12

    def deep(config: Any) -> None:
        nested: Any = "x"
        for _ in range(600):
            nested = [nested]
        config["more"] = nested

    assert re.search(
        "do not fit the stored weights: expected about 8 weights in all, got [0-9]{13,}.*layer 'd'",
        refused(changed(benign, tmp_path / "m.keras", wide)),
    )
    assert "nested too deep" in refused(changed(benign, tmp_path / "m.keras", deep))
    again = keras_3("RepeatVector", {"name": "again", "n": 10**12})
    assert "'again' puts out more" in refused(changed(benign, tmp_path / "m.keras", appended(again)))


def test_honest_models_pass(keras: Any, tmp_path: Path, branching: Any) -> None:
    """The negative control: what Keras saves of a varied model is not refused."""
    from exporter.models import open_model

    layers = keras.layers
    words = keras.Input((), dtype="string", name="words")
    lookup = layers.StringLookup(vocabulary=["a", "b"], name="lookup")
    x = layers.Embedding(4, 6, embeddings_initializer=keras.initializers.RandomNormal(seed=1))(lookup(words))
    x = layers.Dense(6, kernel_regularizer=keras.regularizers.L2(0.1), kernel_constraint=keras.constraints.MaxNorm(2))(
        x
    )
    x = layers.Activation(keras.activations.gelu)(keras.ops.relu(x) + 1.0)
    model = keras.Model(words, x)
    model.compile("adam", keras.losses.MeanSquaredError(), [keras.metrics.MeanAbsoluteError()])
    for each in (model, branching):
        each.save(tmp_path / "m.keras")
        assert [layer.name for layer in open_model(tmp_path / "m.keras").layers] == [
            layer.name for layer in each.layers
        ]
