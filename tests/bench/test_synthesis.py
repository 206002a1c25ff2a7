"""What a step of an optimisation costs above the bare gradient of its loss, on SqueezeNet, with several images."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from photographs import weights_file
from pytest_benchmark.fixture import BenchmarkFixture
from taking_turns import Work, in_turns

METHODS = ("filter", "class_image", "deepdream", "inversion", "texture", "style")
LAYER = "fire8_concat"
BATCH, TURNS = 4, 20
OVERHEAD_AT_MOST = 0.15


@pytest.fixture(scope="module")
def squeezed() -> tuple[Any, Any]:
    """The probe of SqueezeNet, and the canvas of what it is fed."""
    from exporter.models import open_source
    from exporter.models.squeezenet import PREPROCESSING
    from exporter.probing import Probe
    from exporter.synthesis import Canvas

    try:
        source = f"squeezenet:{weights_file()}"
    except FileNotFoundError as error:
        pytest.skip(str(error))
    mean = np.array(PREPROCESSING.mean, np.float32)
    return Probe(open_source(source).model), Canvas(-mean, 255 - mean, (227, 227, 3))


def asked(method: Any) -> Any:
    """A task of this method: classes, channels, a layer; a picture of noise where it needs one."""
    from exporter.synthesis import Task

    start = np.zeros((BATCH, 227, 227, 3), np.float32)
    noise = np.random.default_rng(1).uniform(0, 255, start.shape[1:]).astype(np.float32)
    units = np.arange(BATCH) if method.asks in ("class", "channel") else None
    layer = None if method.asks == "class" or method.name in ("texture", "style") else LAYER
    return Task(start, False, layer, units, dict.fromkeys(method.references, noise))


def stepped(probe: Any, canvas: Any, name: str) -> Work:
    """One step of a method after another: of its last octave, where canvases are as large as the picture."""
    from exporter.synthesis import synthesis_named

    method = synthesis_named(name)
    options = {"octaves": 1} if "octaves" in method.option_names else {}
    steps: Iterator[Any] = method.run(probe, canvas, asked(method), method.chosen(steps=10_000, **options))
    return lambda: next(steps).losses


def bare(probe: Any, canvas: Any, name: str) -> Work:
    """The gradient of the loss of that method by what is fed, and nothing else; compiled for any number of images, as
    the steps are, so that those that nothing moves cost nothing.
    """
    from exporter.backend import tf
    from exporter.synthesis import synthesis_named

    method = synthesis_named(name)
    task = asked(method)
    levels = tf.constant(np.random.default_rng(0).uniform(100, 150, task.start.shape).astype(np.float32))
    loss = losses_of(probe, canvas, method, task)

    @tf.function(input_signature=[tf.TensorSpec((None, *canvas.shape))])
    def gradient(levels: Any) -> Any:
        fed = canvas.fed(levels)
        return tf.gradients(loss(fed), fed)[0]

    return lambda: np.asarray(gradient(levels))


def losses_of(probe: Any, canvas: Any, method: Any, task: Any) -> Callable[[Any], Any]:
    """The sum of what the method makes larger or smaller, without what it adds for smoothness."""
    from exporter.backend import tf
    from exporter.probing import scores_of
    from exporter.synthesis.gram import gram_of
    from exporter.synthesis.scales import scale_layers

    if method.asks == "class":
        return lambda fed: tf.reduce_sum(tf.gather(probe.seen(fed).logits, task.units, axis=1, batch_dims=1))
    if method.name in ("filter", "deepdream"):
        return lambda fed: tf.reduce_sum(scores_of(probe.seen(fed, (LAYER,)), LAYER, task.units))
    layers = (LAYER,) if method.name == "inversion" else scale_layers(probe)
    look = (lambda features: features) if method.name == "inversion" else gram_of
    references = canvas.fed(tf.constant(next(iter(task.references.values()))[None]))
    features = probe.compiled(outputs_of, layers)(references)
    wanted = [look(each) for each in features]

    def loss(fed: Any) -> Any:
        found = outputs_of(probe, layers, fed)
        content = tf.reduce_sum((found[1] - features[1]) ** 2) if method.name == "style" else 0.0
        return content + sum(tf.reduce_sum((look(f) - w) ** 2) for f, w in zip(found, wanted, strict=True))

    return loss


def outputs_of(probe: Any, layers: tuple[str, ...], fed: Any) -> list[Any]:
    seen = probe.seen(fed, layers)
    return [seen.outputs[layer] for layer in layers]


@pytest.mark.parametrize("name", METHODS)
def test_a_step_beside_the_bare_gradient(
    squeezed: tuple[Any, Any], name: str, benchmark: BenchmarkFixture, timings: list[str]
) -> None:
    step, gradient = stepped(*squeezed, name), bare(*squeezed, name)
    walls, processors, _ = in_turns({"step": step, "bare": gradient}, TURNS)
    above = {"wall": walls["step"] / walls["bare"] - 1, "processor": processors["step"] / processors["bare"] - 1}
    timings.append(
        f"{name}, {BATCH} images of 227x227: a step {walls['step'] * 1e3:.0f} ms, the bare gradient "
        f"{walls['bare'] * 1e3:.0f} ms, {above['wall']:+.1%} (processor {above['processor']:+.1%})"
    )
    assert above["processor"] < OVERHEAD_AT_MOST
    benchmark.extra_info.update(walls)
    benchmark.pedantic(step, rounds=3)
