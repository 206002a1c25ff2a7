"""One compiled function gives what an export stores, and the worker says in a line what is wrong."""

from __future__ import annotations

import importlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exporter.bundle import Bundle, read_bundle
from viewer.live.shared import Plan, Shared, plan_of

pytestmark = pytest.mark.tf

ALIKE = {"rtol": 1e-4, "atol": 1e-5}


def fed_like(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random(shape).astype(np.float32)


def answered(model: Any, wanted: set[str], fed: np.ndarray) -> tuple[Any, dict[str, np.ndarray], np.ndarray]:
    from exporter.live.answering import Answering

    answering = Answering(model, wanted)
    answering.begin(fed.shape)
    return (answering, *answering.answer(fed))


@pytest.fixture(scope="module")
def published(root: Path) -> Path:
    """The folder of Tiny VGG."""
    folder = Path(os.environ.get("KERASCOPE_DATA", root.parent / "shared" / "data")) / "tiny_vgg"
    if not (folder / "model.json").is_file():
        pytest.skip("tiny_vgg is not here: set KERASCOPE_DATA to the folder that has it")
    return folder


def attentive(keras: Any) -> Any:
    """Attention, whose scores are captured, on the cells of a picture."""
    layers = keras.layers
    picture = keras.Input((4, 4, 3), name="picture")
    cells = layers.Reshape((16, 3), name="cells")(picture)
    kinds = layers.Attention(name="plain"), layers.AdditiveAttention(name="additive")
    headed = layers.MultiHeadAttention(2, 4, name="headed")(cells, cells)
    x = layers.Concatenate(name="joined")([headed, *(kind([cells, cells]) for kind in kinds)])
    return keras.Model(picture, layers.Dense(3, name="scores")(layers.Flatten(name="flat")(x)))


def remembering(keras: Any) -> Any:
    """States of every step, of layers that run backwards and in both directions; and a mask."""
    layers = keras.layers
    picture = keras.Input((4, 4, 1), name="picture")
    rows = layers.Masking(name="masked")(layers.Reshape((4, 4), name="rows")(picture))
    both = layers.Bidirectional(layers.GRU(3, return_sequences=True), name="both")(rows)
    return keras.Model(picture, layers.Dense(3, name="scores")(layers.LSTM(4, go_backwards=True, name="last")(both)))


def wilful(keras: Any) -> Any:
    """A layer of the author's that looks at numbers, as no graph can."""

    @keras.saving.register_keras_serializable("tests.live")
    class Counted(keras.layers.Layer):
        def call(self, x: Any) -> Any:
            return x * float(np.asarray(x).max())

        def compute_output_shape(self, shape: Any) -> Any:
            return shape

        def compute_output_spec(self, x: Any) -> Any:
            return keras.KerasTensor(x.shape, x.dtype)

    picture = keras.Input((6, 6, 1), name="picture")
    return keras.Model(picture, keras.layers.Dense(3, name="scores")(keras.layers.Flatten()(Counted()(picture))))


def of_a_class(keras: Any) -> Any:
    """A model whose graph Keras does not know."""

    class Net(keras.Model):
        def __init__(self) -> None:
            super().__init__(name="net")
            self.conv = keras.layers.Conv2D(3, 3, name="conv")
            self.dense = keras.layers.Dense(4, activation="softmax", name="dense")
            self.flat = keras.layers.Flatten(name="flat")

        def call(self, x: Any) -> Any:
            return self.dense(self.flat(keras.ops.relu(self.conv(x)) * 2))

    model = Net()
    model(np.zeros((1, 6, 6, 1), np.float32))
    return model


@pytest.mark.parametrize(
    ("make", "is_compiled"), [(attentive, True), (remembering, True), (of_a_class, True), (wilful, False)]
)
def test_it_gives_all_that_an_export_keeps(keras: Any, make: Any, is_compiled: bool) -> None:
    from exporter.capture import LayerOutputs

    model = make(keras)
    kept = LayerOutputs(model)
    fed = fed_like({attentive: (4, 4, 3), remembering: (4, 4, 1)}.get(make, (6, 6, 1)))
    fed[-1] = 0.0
    answering, outputs, scores = answered(model, set(kept.names), fed)
    assert answering.is_compiled is is_compiled
    expected = kept.run([fed[None]])
    assert set(outputs) == set(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(outputs[name], values[0], **ALIKE, err_msg=name)
    np.testing.assert_allclose(scores, np.asarray(model(fed[None], training=False))[0], **ALIKE)


def test_numpy_gives_the_scores_of_attention_too(keras: Any) -> None:
    from forward_bundle import forward_bundle

    from viewer.live.whole_pass import check_covered, whole_pass

    bundle = forward_bundle(attentive(keras))
    check_covered(bundle, "000")
    capture = bundle.capture("shown", "000")
    made = whole_pass(bundle, "000", bundle.output("shown", "000", "picture"))
    assert {"headed#1", "plain#1", "additive#1"} <= set(made) == set(capture.outputs)
    for name, ref in capture.outputs.items():
        np.testing.assert_allclose(made[name], bundle.load(ref), **ALIKE, err_msg=name)


def test_tiny_vgg_predicts_what_keras_predicts(published: Path) -> None:
    from forward_bundle import forward_bundle

    from exporter.capture import LayerOutputs
    from exporter.inputs.pictures import read_picture
    from exporter.models import open_model
    from viewer.live.whole_pass import check_covered, whole_pass

    model = open_model(published / "model.json")
    picture = read_picture(next((published / "images").glob("*panda*")), "RGB", (64, 64))
    fed = (picture / 255.0).astype(np.float32)
    kept = LayerOutputs(model)
    answering, outputs, scores = answered(model, set(kept.names), fed)
    assert answering.is_compiled
    predicted = model.predict(fed[None], verbose=0)[0]
    np.testing.assert_allclose(scores, predicted, **ALIKE)
    bundle = forward_bundle(model, {"picture": fed[None]})
    check_covered(bundle, "000")
    in_numpy = whole_pass(bundle, "000", fed)
    for name, values in kept.run([fed[None]]).items():
        for ours in (outputs, in_numpy):
            np.testing.assert_allclose(ours[name], values[0], rtol=1e-3, atol=1e-4 * np.abs(values).max(), err_msg=name)
    np.testing.assert_allclose(in_numpy[bundle.manifest.model.outputs[0]].ravel(), predicted, **ALIKE)


class Overheard:
    """A pipe whose messages are written beforehand, and which keeps what is said."""

    def __init__(self, *messages: dict[str, Any]) -> None:
        self.messages, self.heard = messages, []

    def said(self) -> Iterator[dict[str, Any]]:
        yield from self.messages

    def say(self, **message: Any) -> None:
        self.heard.append(message)


@pytest.fixture
def learned_plan(learned_bundle: Path) -> tuple[Bundle, Plan]:
    bundle = read_bundle(learned_bundle)
    return bundle, plan_of(bundle, bundle.final_checkpoint.id)


def told(bundle: Bundle, plan: Plan, shared: Shared, **more: Any) -> dict[str, Any]:
    first = {"bundle": str(bundle.path), "checkpoint": bundle.final_checkpoint.id, "model": "none.keras"}
    return {**first, "imports": [], "unsafe": False, "memory": shared.fd, **plan.told(), **more}


def told_by_main(pipe: Overheard, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the process says; what it changes of itself is left alone."""
    worker = importlib.import_module("exporter.live.process")
    monkeypatch.setattr(worker, "Pipe", lambda: pipe)
    monkeypatch.setattr(worker, "_offered_first", lambda: None)
    monkeypatch.setattr(worker.signal, "signal", lambda *_: None)
    worker.work("exporter.live.serve")
    return pipe.heard


def opened_with(model: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from exporter.live import serve

    monkeypatch.setattr(serve, "open_model", lambda source, **_: model)


def test_a_model_that_cannot_be_opened_is_said_in_a_line(
    learned_plan: tuple[Bundle, Plan], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle, plan = learned_plan
    shared = Shared(plan)
    (tmp_path / "bad.keras").write_bytes(b"no model")
    for path, words in ((tmp_path / "none.keras", "no such model file"), (tmp_path / "bad.keras", "not a Keras model")):
        (said,) = told_by_main(Overheard(told(bundle, plan, shared, model=str(path))), monkeypatch)
        assert said["cannot"].startswith(words)
    shared.close()


def test_too_little_memory_is_said_in_a_line(
    learned_plan: tuple[Bundle, Plan], learned: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from exporter.backend import tf
    from exporter.live.answering import Answering

    bundle, plan = learned_plan
    shared = Shared(plan)
    opened_with(learned[0], monkeypatch)
    for error in (MemoryError(), tf.errors.ResourceExhaustedError(None, None, "OOM when allocating 9 GB\nat a place")):

        def too_large(*_: Any, error: Exception = error) -> None:
            raise error

        with monkeypatch.context() as context:
            context.setattr(Answering, "answer", too_large)
            heard = told_by_main(Overheard(told(bundle, plan, shared)), context)
        assert heard == [{"memory": str(error).partition("\n")[0] or "MemoryError"}]
    shared.close()


def test_it_has_the_weights_of_the_checkpoint_that_is_looked_at(
    learned_plan: tuple[Bundle, Plan], learned: tuple[Any, Any], keras: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from exporter.live.serve import serve

    bundle, plan = learned_plan
    model = keras.models.clone_model(learned[0])
    model.set_weights(learned[0].get_weights())
    opened_with(model, monkeypatch)
    first = bundle.manifest.checkpoints[0].id
    capture = next(bundle.captures_at(first))
    shared = Shared(plan)
    shared.put(bundle.output(capture.input, first, bundle.manifest.model.inputs[0]))
    pipe = Overheard(told(bundle, plan, shared, checkpoint=first), {"ask": 1})
    serve(pipe)
    assert pipe.heard == [{"ready": "", "attacks": ("fgsm", "pgd")}, {"answer": 1, "problem": ""}]
    np.testing.assert_allclose(shared.scores, capture.scores, **ALIKE)
    shared.close()


def test_a_model_that_was_trained_further_answers_and_says_so(
    learned_plan: tuple[Bundle, Plan], learned: tuple[Any, Any], keras: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from exporter.live.serve import serve

    bundle, plan = learned_plan
    model = keras.models.clone_model(learned[0])
    model.set_weights([values * 1.25 for values in learned[0].get_weights()])
    opened_with(model, monkeypatch)
    shared = Shared(plan)
    fed = fed_like(plan.fed.shape)
    shared.put(fed)
    pipe = Overheard(told(bundle, plan, shared), {"ask": 1}, {"attack": 2, "method": "nonsense"})
    serve(pipe)
    assert pipe.heard[0]["ready"] == "the model answers otherwise than the bundle"
    assert pipe.heard[2]["refused"] == 2
    np.testing.assert_allclose(shared.scores, model.predict(fed[None], verbose=0)[0], **ALIKE)
    shared.close()


def test_another_model_is_refused(
    learned_plan: tuple[Bundle, Plan], branching: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle, plan = learned_plan
    opened_with(branching, monkeypatch)
    shared = Shared(plan)
    (said,) = told_by_main(Overheard(told(bundle, plan, shared)), monkeypatch)
    assert said["cannot"].startswith("the model is not the one that the bundle was made of")
    shared.close()


def test_an_output_of_another_shape_is_refused() -> None:
    from exporter.bundle import KerascopeError
    from exporter.live.memory import Memory

    place = {"offset": 0, "shape": [2], "dtype": "float32"}
    with tempfile.TemporaryFile() as file:
        file.truncate(64)
        memory = Memory(
            {
                "memory": file.fileno(),
                "size_bytes": 64,
                "fed": place,
                "attacked": place,
                "scores": place,
                "outputs": {"conv": {"offset": 16, "shape": [2, 3], "dtype": "float32"}},
            }
        )
    memory.write({"conv": np.arange(8.0).reshape(2, 4)}, np.ones(2))  # only as many channels as are kept
    assert memory.outputs["conv"].tolist() == [[0, 1, 2], [4, 5, 6]]
    with pytest.raises(KerascopeError, match=r"conv is not as the bundle has it: expected \(2, 3\), got \(3, 3\)"):
        memory.write({"conv": np.ones((3, 3))}, np.ones(2))
