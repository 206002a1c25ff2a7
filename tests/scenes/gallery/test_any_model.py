"""Models of every form are drawn by every scene, or told in one line why not. Nothing warns, whatever the values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from msgspec import structs
from paper_bundle import KEY, PaperBundle, layer, paper_bundle

from exporter.bundle.errors import KerascopeError
from exporter.bundle.schema import Capture, Checkpoint, Input, Model, Output, TensorRef
from scenes.options import SceneOptions
from scenes.registry import scene
from viewer.drift import flat_of

SIZE_PX = 320, 180


def named(bundle: PaperBundle, scores: tuple[float, ...], classes: int = 0) -> PaperBundle:
    """The bundle with a prediction, and names for its classes."""
    manifest = bundle.manifest
    captures = tuple(structs.replace(capture, scores=scores) for capture in manifest.captures)
    model = structs.replace(manifest.model, class_names=tuple(f"thing {i}" for i in range(classes)))
    return PaperBundle(structs.replace(manifest, captures=captures, model=model), bundle.arrays, bundle.fill)


def autoencoder() -> PaperBundle:
    return named(
        paper_bundle(
            [
                layer("picture", "input", 16, 16, 1),
                layer("code", "conv", 8, 8, 4),
                layer("wide", "resize", 16, 16, 4),
                layer("made", "conv", 16, 16, 1, activation="sigmoid"),
            ]
        ),
        (0.5,) * 256,
    )


def regression() -> PaperBundle:
    return named(
        paper_bundle([layer("table", "input", 8), layer("hidden", "dense", 16), layer("price", "dense", 1)]), (312.5,)
    )


def logits() -> PaperBundle:
    return named(
        paper_bundle([layer("table", "input", 8), layer("out", "dense", 3)], kernels={"out": (8, 3)}),
        (-4.0, 9.0, 2.0),
        3,
    )


def thousand_classes() -> PaperBundle:
    scores = np.random.default_rng(0).dirichlet(np.full(1000, 0.05))
    layers = [layer("picture", "input", 32, 32, 3), layer("pool", "global_pool", 64)]
    net = paper_bundle([*layers, layer("out", "dense", 1000, activation="softmax")], kernels={"out": (64, 1000)})
    return named(net, tuple(map(float, scores)), 1000)


def sequence() -> PaperBundle:
    """Words to two classes, with hidden states and attention scores as further outputs."""
    kinds = {
        "words": ("input", (20,)),
        "places": ("embedding", (20, 8)),
        "look": ("attention", (20, 8)),
        "memory": ("recurrent", (12,)),
        "window": ("conv", (18, 6)),
        "says": ("dense", (2,)),
    }
    layers = [layer(name, kind, *shape) for name, (kind, shape) in kinds.items()]
    extra = {
        "look": Output((2, 20, 20), "float32", "attention scores"),
        "memory": Output((20, 12), "float32", "states"),
    }
    layers = [
        structs.replace(each, outputs=(*each.outputs, extra[each.name])) if each.name in extra else each
        for each in layers
    ]
    edges = [("words", "places"), ("places", "look"), ("look", "memory"), ("look", "window"), ("memory", "says")]
    bundle = paper_bundle(layers, edges, kernels={"window": (3, 8, 6), "says": (12, 2)})
    (capture,) = bundle.manifest.captures
    more = {
        f"{name}#1": TensorRef(file="inputs/000.npz", key=f"{name}#1", shape=output.shape, dtype="float32")  # type: ignore[arg-type]
        for name, output in extra.items()
    }
    captures = (structs.replace(capture, outputs={**capture.outputs, **more}),)
    return PaperBundle(structs.replace(bundle.manifest, captures=captures), bundle.arrays, bundle.fill)


def two_inputs() -> PaperBundle:
    layers = [
        layer("picture", "input", 12, 12, 3),
        layer("table", "input", 5),
        layer("flat", "flatten", 432),
        layer("both", "merge", 437, mode="concatenate"),
        layer("out", "dense", 4),
    ]
    edges = [("picture", "flat"), ("flat", "both"), ("table", "both"), ("both", "out")]
    return paper_bundle(layers, edges, kernels={"out": (437, 4)})


def volume() -> PaperBundle:
    return paper_bundle(
        [layer("scan", "input", 6, 10, 10, 1), layer("conv", "conv", 4, 8, 8, 3), layer("out", "dense", 2)],
        kernels={"conv": (3, 3, 3, 1, 3)},
    )


def large_dense() -> PaperBundle:
    return paper_bundle(
        [layer("a", "input", 5000), layer("b", "dense", 3000), layer("c", "dense", 10)],
        kernels={"b": (5000, 3000), "c": (3000, 10)},
    )


def kept_in_part() -> PaperBundle:
    """Six of 24 channels of one layer, nothing of another, no weights at all."""
    layers = [layer("picture", "input", 12, 12, 3), layer("a", "conv", 12, 12, 24), layer("b", "conv", 12, 12, 8)]
    part = structs.replace(layers[1], outputs=(Output((12, 12, 24), "float16", stored_channels=6),))
    bundle = paper_bundle([layers[0], part, layers[2], layer("out", "dense", 3)])
    (capture,) = bundle.manifest.captures
    ref = TensorRef(file="inputs/000.npz", key="a", shape=(12, 12, 6), dtype="float16")
    outputs = {name: kept for name, kept in capture.outputs.items() if name != "b"} | {"a": ref}
    captures = (structs.replace(capture, outputs=outputs),)
    return PaperBundle(structs.replace(bundle.manifest, captures=captures), bundle.arrays, bundle.fill)


def no_numbers() -> PaperBundle:
    def fill(key: str, shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
        values = np.resize(np.array([np.nan, np.inf, -np.inf, 6e4, 1.0], np.float16), shape)
        return values if len(shape) else values.reshape(())

    layers = [layer("picture", "input", 12, 12, 3), layer("a", "conv", 12, 12, 40), layer("b", "conv", 12, 12, 8)]
    net = paper_bundle([*layers, layer("out", "dense", 3)], kernels={"b": (3, 3, 40, 8)}, fill=fill)
    return named(net, (float("nan"), float("inf"), 0.0), 3)


MODELS: dict[str, Callable[[], PaperBundle]] = {
    made.__name__: made
    for made in (
        autoencoder, regression, logits, thousand_classes, sequence, two_inputs, volume, large_dense, kept_in_part,
        no_numbers,
    )
}  # fmt: skip


def built(bundle: PaperBundle, name: str):
    options = SceneOptions(size_px=SIZE_PX)
    layout = scene(name).lay_out(bundle, options)
    return layout, scene(name).build(bundle, layout, options)


def said(bundle: PaperBundle, name: str = "flow") -> list[str]:
    _, timeline = built(bundle, name)
    return [line.text for line in flat_of(timeline.state_at(timeline.duration_secs * 0.8), 16 / 9).words]


@pytest.mark.gl
@pytest.mark.parametrize("name", ["flow", "structure"])
@pytest.mark.parametrize("model", MODELS)
def test_every_model_is_drawn(model: str, name: str) -> None:
    from viewer.stage import Stage

    bundle = MODELS[model]()
    layout, timeline = built(bundle, name)
    with Stage(bundle, layout) as stage:
        frame = stage.render(timeline.state_at(timeline.duration_secs * 0.6), SIZE_PX, supersample=1)
    assert frame.std() > 3


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("name", ["training", "adversarial"])
def test_a_scene_that_cannot_be_shown_says_why_in_a_line(model: str, name: str) -> None:
    with pytest.raises(KerascopeError) as caught:
        built(MODELS[model](), name)
    assert "\n" not in str(caught.value)


def test_an_autoencoder_has_no_classes() -> None:
    assert not [text for text in said(autoencoder()) if "%" in text or "class" in text]
    assert {"makes", "made", "16\u00d716\u00d71"} <= set(said(autoencoder()))


def test_a_regression_says_its_number() -> None:
    assert {"price", "+312"} <= set(said(regression()))
    assert not [text for text in said(regression()) if "%" in text]


def test_scores_of_named_classes_are_shares_of_their_softmax() -> None:
    texts = said(logits())
    sizes = np.exp([-4.0, 9.0, 2.0])
    assert {f"{100 * share:.1f} %" for share in sizes[1:] / sizes.sum()} <= set(texts)
    assert "softmax of the scores" in texts


def test_the_likeliest_of_a_thousand_classes_lead_with_their_names() -> None:
    bundle = thousand_classes()
    (capture,) = bundle.manifest.captures
    best = np.argsort(capture.scores)[::-1][:9]
    texts = said(bundle)
    assert [text for text in texts if text.startswith("thing")] == [f"thing {i}" for i in best]
    assert "991 others" in texts


def test_training_without_weights_is_shown_without_kernels() -> None:
    whole = logits()
    (capture,) = whole.manifest.captures
    checkpoints = tuple(Checkpoint(id=f"{i:03}", label=f"epoch {i}", weights={}) for i in range(3))
    captures = tuple(structs.replace(capture, checkpoint=each.id) for each in checkpoints)
    manifest = structs.replace(whole.manifest, checkpoints=checkpoints, captures=captures)
    texts = said(PaperBundle(manifest, whole.arrays, whole.fill), "training")
    assert "weights were not kept" in texts
    assert not [text for text in texts if "kernel" in text]


@pytest.mark.gl
@pytest.mark.parametrize("name", ["flow", "structure", "training"])
def test_what_a_first_frame_reads_does_not_grow_with_inputs_and_checkpoints(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = []
    for inputs, moments in ((10, 3), (300, 40)):
        bundle = wide_bundle(inputs, moments)
        read: set[TensorRef] = set()
        load = bundle.load
        monkeypatch.setattr(bundle, "load", lambda ref, load=load, read=read: (read.add(ref), load(ref))[1])
        draw_first(bundle, name)
        counts.append(len(read))
    assert counts[0] == counts[1] < 40


def wide_bundle(inputs: int, moments: int) -> PaperBundle:
    """A small net that was shown many inputs at many checkpoints; no layer's statistics were kept."""
    layers = [layer("picture", "input", 12, 12, 3), layer("a", "conv", 12, 12, 8), layer("b", "pool", 6, 6, 8)]
    chain = [*layers, layer("flat", "flatten", 288), layer("out", "dense", 3, activation="softmax")]
    kernels = {"a": (3, 3, 3, 8), "out": (288, 3)}
    whole = paper_bundle(chain, kernels=kernels)
    (capture,), (checkpoint,) = whole.manifest.captures, whole.manifest.checkpoints

    def ref(old: TensorRef, *path: int) -> TensorRef:
        return structs.replace(old, key="/".join((*map(str, path), old.key)))

    checkpoints = tuple(
        structs.replace(
            checkpoint, id=f"{m:03}", label=f"epoch {m}", weights={k: ref(r, m) for k, r in checkpoint.weights.items()}
        )
        for m in range(moments)
    )
    shown = tuple(Input(id=f"{i:04}", label=f"picture {i}", true_class=0) for i in range(inputs))
    captures = tuple(
        Capture(
            input=each.id,
            checkpoint=moment.id,
            outputs={name: ref(old, i, m) for name, old in capture.outputs.items()},
            scores=(0.7, 0.2, 0.1),
            predicted=0,
        )
        for i, each in enumerate(shown)
        for m, moment in enumerate(checkpoints)
    )
    model: Model = whole.manifest.model
    manifest = structs.replace(whole.manifest, checkpoints=checkpoints, inputs=shown, captures=captures, model=model)
    return PaperBundle(manifest, {}, whole.fill)


def draw_first(bundle: PaperBundle, name: str) -> None:
    from viewer.stage import Stage

    layout, timeline = built(bundle, name)
    with Stage(bundle, layout) as stage:
        stage.render(timeline.state_at(0.0), SIZE_PX, supersample=1)


def test_the_key_of_paper_bundles_is_the_one_that_is_shown() -> None:
    (net,) = built(regression(), "flow")[1].state_at(0.0).nets
    assert (net.capture.input_id, net.capture.checkpoint_id) == KEY
