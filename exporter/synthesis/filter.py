"""Filter images: what a channel of a layer answers to most."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from exporter.probing import Probe, Seen, scores_of
from exporter.synthesis.contract import Canvas, Step, Synthesis, Task
from exporter.synthesis.course import Painting
from exporter.synthesis.painting import Asked, painted
from exporter.synthesis.start import check_task

_BEFORE = "before relu"


@dataclass(frozen=True)
class FilterOptions(Painting):
    """How many steps, how large each is (in levels), and what keeps the picture smooth: nothing, where nothing is said.

    `octaves`, `jitter`, `blur`, `blur_every` and `weight` are those of a class image. With `before_relu` the channel is
    asked what it computes before its ReLU: then no channel is dead, and its own picture is found where the start does
    not wake it.
    """

    method: ClassVar[str] = "filter"

    before_relu: bool = False


def steps(probe: Probe, canvas: Canvas, task: Task, options: FilterOptions) -> Iterator[Step]:
    """Pictures of channels: gradient ascent on the mean of a channel over all its places, on a vector's unit, or on one
    unit where a place is given, from grey and noise.

    Erhan, Bengio, Courville and Vincent 2009, Technical Report 1341 of the Universite de Montreal, began with it. The
    loss, the division by sqrt(mean(gradient^2)) + 1e-5, the start and the 40 steps of 1 level are those of the listing
    in F. Chollet, Deep Learning with Python (1st edition, section 5.4.2); that levels are clipped is not (see
    `painted`). A channel that puts out 0 everywhere for the start has no gradient: it is marked as dead, and rests.
    """
    check_task(probe, task, "filter", "channel")
    return painted(probe, canvas, task, options, _score, _BEFORE if options.before_relu else "")


def _score(probe: Probe, asked: Asked, fed: Any, units: Any, at: Any) -> tuple[Any, Mapping[str, Any]]:
    assert asked.layer is not None
    seen = probe.seen(fed, (asked.layer,))
    if asked.manner == _BEFORE:
        seen = Seen(seen.answer, {asked.layer: _before_relu(seen.outputs[asked.layer])})
    return scores_of(seen, asked.layer, units, at), {}


def _before_relu(output: Any) -> Any:
    """What a ReLU is given whose output this is; the output itself where it is none."""
    tensor = output
    while tensor.op.type in ("Identity", "Cast"):
        tensor = tensor.op.inputs[0]
    return tensor.op.inputs[0] if tensor.op.type in ("Relu", "Relu6", "LeakyRelu", "Elu", "Selu") else output


FILTER = Synthesis(
    name="filter",
    summary="what a channel answers to most: gradient ascent on its mean, from grey and noise",
    options=FilterOptions,
    run=steps,
    count=lambda options: int(options.steps * options.octaves),
    asks="channel",
)
