"""Style transfer: what one picture shows, in the manner of another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from exporter.backend import tf
from exporter.probing import Probe
from exporter.synthesis.contract import Canvas, Levels, Step, Synthesis, SynthesisError, Task
from exporter.synthesis.descending import Descent, Goal, descended
from exporter.synthesis.gram import gram_of, relative_error
from exporter.synthesis.likeness import reference_of
from exporter.synthesis.scales import named_layers, scale_layers
from exporter.synthesis.start import begun, check_amount
from exporter.synthesis.texture import grams_of, style_error
from exporter.synthesis.variation import total_variation

_BEGINNINGS = ("content", "noise")


@dataclass(frozen=True)
class StyleOptions(Descent):
    """How many steps, by `adam` or `lbfgs`, how large (in levels); what counts how much; which layers; where to begin.

    `layers` are compared for the style, their names between commas: where nothing is said, the last one of each scale
    (`scale_layers`). `content_layer` is compared for what is shown: where nothing is said, the second of these. `start`
    is `content` or `noise`.
    """

    method: ClassVar[str] = "style"

    content_weight: float = 1.0
    style_weight: float = 30.0
    tv_weight: float = 0.05
    layers: str = ""
    content_layer: str = ""
    start: str = "content"

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("content_weight", "style_weight", "tv_weight"):
            check_amount("style", getattr(self, name), name, 0, 1e6)
        if self.start not in _BEGINNINGS:
            raise SynthesisError("no such start", expected=" or ".join(_BEGINNINGS), got=repr(self.start))


def steps(probe: Probe, canvas: Canvas, task: Task, options: StyleOptions) -> Iterator[Step]:
    """Pictures that show what the reference `content` does, in the manner of `style`.

    Gatys, Ecker and Bethge 2015, arXiv 1508.06576: a weighted sum of the squared differences of one layer's features to
    those of the content, and of the Gram matrices of several to those of the style. Both are relative to what is wanted
    (`relative_error`, `style_error`), which is a choice of their weights, so that the same weights do in other nets.

    The terms are `content`, `style` and `variation`. From noise, both errors fall. From the content, its own error is 0
    at first: it rises to what the style costs, and the style's falls.

    Raises
    ------
    SynthesisError
        a picture is missing, or layers have no feature maps.
    """
    content, style = (reference_of(canvas, task, role, "style") for role in ("content", "style"))
    layers = named_layers(probe, options.layers) or scale_layers(probe)
    shown = named_layers(probe, options.content_layer or task.layer or "") or scale_layers(probe)[:2][-1:]
    features = probe.compiled(_features, shown[0])(canvas.fed(tf.constant(content)))
    grams = probe.compiled(grams_of, layers)(canvas.fed(tf.constant(style)))
    weights = {name: getattr(options, name) for name in ("content_weight", "style_weight", "tv_weight")}
    goal = Goal(_measured, (shown[0], *layers), (features, *grams), weights)
    return descended(probe, canvas, _start(canvas, task, content, options.start), goal, options)


def _start(canvas: Canvas, task: Task, content: Levels, start: str) -> Levels:
    if task.is_given or start == "noise":
        return begun(canvas, task)
    return np.clip(np.repeat(content, len(task), axis=0), 0, 255)


def _features(probe: Probe, layer: str, fed: Any) -> Any:
    return probe.seen(fed, (layer,)).outputs[layer]


def _measured(
    probe: Probe,
    layers: tuple[str, ...],
    levels: Any,
    fed: Any,
    features: Any,
    *grams: Any,
    content_weight: Any,
    style_weight: Any,
    tv_weight: Any,
) -> tuple[Any, Mapping[str, Any]]:
    outputs = probe.seen(fed, layers).outputs
    content = relative_error(outputs[layers[0]], features)
    style = style_error([gram_of(outputs[layer]) for layer in layers[1:]], grams)
    variation = total_variation(levels)
    loss = content_weight * content + style_weight * style + tv_weight * variation
    return loss, {"content": content, "style": style, "variation": variation}


STYLE = Synthesis(
    name="style",
    summary="what one picture shows in the manner of another: --content and --style",
    options=StyleOptions,
    run=steps,
    count=lambda options: int(options.steps),
    references=("content", "style"),
    rises=False,
)
