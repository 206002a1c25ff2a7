"""Inversions: what a layer still knows of a picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from exporter.backend import tf
from exporter.probing import Probe
from exporter.synthesis.contract import Canvas, Levels, Step, Synthesis, SynthesisError, Task
from exporter.synthesis.descending import Descent, Goal, descended
from exporter.synthesis.gram import relative_error
from exporter.synthesis.likeness import reference_of
from exporter.synthesis.start import begun, check_amount, check_task
from exporter.synthesis.variation import total_variation

_ALPHA = 6


@dataclass(frozen=True)
class InversionOptions(Descent):
    """How many steps, by `adam` or `lbfgs`, how large (in levels), and what a smooth picture is worth.

    `tv_weight` weighs the total variation, `alpha_weight` how far levels are from grey, to the sixth power: both
    against an error that is 1 for a layer that says nothing.
    """

    method: ClassVar[str] = "inversion"

    tv_weight: float = 2.0
    alpha_weight: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_amount("inversion", self.tv_weight, "tv_weight", 0, 1e6)
        check_amount("inversion", self.alpha_weight, "alpha_weight", 0, 1e6)


def steps(probe: Probe, canvas: Canvas, task: Task, options: InversionOptions) -> Iterator[Step]:
    """Pictures that come from noise to what a layer makes of another picture.

    Mahendran and Vedaldi 2014, arXiv 1412.0035: ||phi(x) - phi(x0)||^2 / ||phi(x0)||^2, their normalised loss, plus
    weights times total variation and the alpha norm with alpha = 6 (section 2; here means over pixels, see
    `total_variation`). Two things are done otherwise: Adam or L-BFGS goes down in place of gradient descent with
    momentum, and levels are held within 0 to 255, which makes the alpha norm an option.

    x0 is the reference `content`; without one, each start of the user's is what its image is to become like. The terms
    are `error`, which grows with the depth of the layer, and `variation`.

    Raises
    ------
    SynthesisError
        no layer, no picture, or a layer that says nothing about the picture: all it puts out is 0.
    """
    check_task(probe, task, "inversion", "layer")
    assert task.layer is not None
    start, content = _ends(canvas, task)
    wanted = probe.compiled(_features, task.layer)(canvas.fed(tf.constant(content)))
    if not tf.reduce_any(wanted != 0):
        got = "0 everywhere"
        raise SynthesisError(f"{task.layer!r} says nothing about the picture", expected="another layer", got=got)
    weights = {"tv_weight": options.tv_weight}
    if options.alpha_weight:
        weights["alpha_weight"] = options.alpha_weight
    return descended(probe, canvas, start, Goal(_measured, (task.layer,), (wanted,), weights), options)


def _ends(canvas: Canvas, task: Task) -> tuple[Levels, Levels]:
    """The start, and what is to become of it."""
    if "content" in task.references:
        return begun(canvas, task), reference_of(canvas, task, "content", "inversion")
    if not task.is_given:
        raise SynthesisError("inversion needs a picture", expected="content", got="none")
    noise = Task(np.zeros_like(task.start), is_given=False, seed=task.seed)
    return begun(canvas, noise), begun(canvas, task)


def _features(probe: Probe, layer: str, fed: Any) -> Any:
    return probe.seen(fed, (layer,)).outputs[layer]


def _measured(
    probe: Probe,
    layers: tuple[str, ...],
    levels: Any,
    fed: Any,
    wanted: Any,
    *,
    tv_weight: Any,
    alpha_weight: Any = None,
) -> tuple[Any, Mapping[str, Any]]:
    error = relative_error(probe.seen(fed, layers).outputs[layers[0]], wanted)
    variation = total_variation(levels)
    loss = error + tv_weight * variation
    if alpha_weight is not None:  # sixth powers cost a fifth of a step
        loss += alpha_weight * tf.reduce_mean((levels / 127.5 - 1) ** _ALPHA, axis=list(range(1, levels.shape.rank)))
    return loss, {"error": error, "variation": variation}


INVERSION = Synthesis(
    name="inversion",
    summary="what a layer still knows of a picture: another one that looks the same to it, from noise",
    options=InversionOptions,
    run=steps,
    count=lambda options: int(options.steps),
    asks="layer",
    references=("content",),
    rises=False,
)
