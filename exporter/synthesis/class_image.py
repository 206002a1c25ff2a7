"""Class images: what a net takes for a class more than anything else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from exporter.backend import tf
from exporter.probing import Probe
from exporter.synthesis.contract import Canvas, Step, Synthesis, SynthesisError, Task
from exporter.synthesis.course import Painting
from exporter.synthesis.painting import Asked, painted
from exporter.synthesis.start import check_task

OBJECTIVES = ("logit", "log_softmax")


@dataclass(frozen=True)
class ClassImageOptions(Painting):
    """How many steps, how large each is (in levels), and what keeps the picture smooth.

    `objective`: `logit`, or `log_softmax`, which also asks that all other classes be less likely. `octaves` canvases,
    each twice as large as the one before, with `steps` in each; `jitter` shifts, and a `blur` of so many pixels after
    each `blur_every` steps; `weight` is lambda.
    """

    method: ClassVar[str] = "class_image"
    tells_norm: ClassVar[bool] = True

    steps: int = 40
    step_size: float = 8.0
    octaves: int = 3
    jitter: int | None = None
    blur: float | None = None
    blur_every: int = 1
    weight: float = 10.0
    objective: str = "logit"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.objective not in OBJECTIVES:
            raise SynthesisError("no such objective", expected=" or ".join(OBJECTIVES), got=repr(self.objective))


def steps(probe: Probe, canvas: Canvas, task: Task, options: ClassImageOptions) -> Iterator[Step]:
    """Pictures of classes: gradient ascent on L = y_i - lambda ||x||^2, from grey and noise or a picture of the user's.

    Simonyan, Vedaldi and Zisserman 2013, arXiv 1312.6034, equation 1, with what came later: a Gaussian blur between
    steps (Yosinski et al. 2015, arXiv 1506.06579, section 3), shifts, and canvases that grow (the notebook of
    DeepDream, Mordvintsev, Olah and Tyka 2015). The gradient is normalised (see `painted`, which says what ||x||^2 is).
    Terms are `probability`, of the class, and `norm`.
    """
    check_task(probe, task, "class_image", "class")
    return painted(probe, canvas, task, options, _score, options.objective)


def _score(probe: Probe, asked: Asked, fed: Any, units: Any, at: Any) -> tuple[Any, Mapping[str, Any]]:
    del at  # a class has no place
    logits = probe.seen(fed).logits
    chances = tf.nn.log_softmax(logits)
    chance = tf.gather(chances, units, axis=1, batch_dims=1)
    score = chance if asked.manner == "log_softmax" else tf.gather(logits, units, axis=1, batch_dims=1)
    return score, {"probability": tf.exp(chance)}


CLASS_IMAGE = Synthesis(
    name="class_image",
    summary="what a class looks like to the net: gradient ascent on its logit, from grey and noise or --init IMAGE",
    options=ClassImageOptions,
    run=steps,
    count=lambda options: int(options.steps * options.octaves),
    asks="class",
)
