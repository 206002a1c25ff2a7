"""Textures: pictures of the same stuff as another, but not of the same things."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from exporter.backend import tf
from exporter.probing import Probe
from exporter.synthesis.contract import Canvas, Step, Synthesis, Task
from exporter.synthesis.descending import Descent, Goal, descended
from exporter.synthesis.gram import gram_of, relative_error
from exporter.synthesis.likeness import reference_of
from exporter.synthesis.scales import named_layers, scale_layers
from exporter.synthesis.start import begun, check_amount
from exporter.synthesis.variation import total_variation


@dataclass(frozen=True)
class TextureOptions(Descent):
    """How many steps, by `adam` or `lbfgs`, how large (in levels), which layers, and what a smooth picture is worth.

    `layers`: their names between commas; where nothing is said, the last one of each scale (`scale_layers`).
    """

    method: ClassVar[str] = "texture"

    step_size: float = 8.0
    layers: str = ""
    tv_weight: float = 0.05

    def __post_init__(self) -> None:
        super().__post_init__()
        check_amount("texture", self.tv_weight, "tv_weight", 0, 1e6)


def steps(probe: Probe, canvas: Canvas, task: Task, options: TextureOptions) -> Iterator[Step]:
    """Pictures that come from noise to the Gram matrices of the reference `style`.

    Gatys, Ecker and Bethge 2015, arXiv 1505.07376, section 3: the squared differences of Gram matrices, summed over
    layers with weights. The weights here are such that each layer counts for the same: ||G - A||^2 / ||A||^2, averaged
    over the layers. So the loss is 0 for the same texture and about 1 for none, in any net.

    Raises
    ------
    SynthesisError
        no picture, or layers without feature maps.
    """
    style = reference_of(canvas, task, "style", "texture")
    layers = named_layers(probe, options.layers or task.layer or "") or scale_layers(probe)
    grams = probe.compiled(grams_of, layers)(canvas.fed(tf.constant(style)))
    goal = Goal(_measured, layers, tuple(grams), {"tv_weight": options.tv_weight})
    return descended(probe, canvas, begun(canvas, task), goal, options)


def grams_of(probe: Probe, layers: tuple[str, ...], fed: Any) -> list[Any]:
    """The Gram matrix of each layer, tensors of a graph."""
    outputs = probe.seen(fed, layers).outputs
    return [gram_of(outputs[layer]) for layer in layers]


def style_error(found: Any, wanted: Any) -> Any:
    """How far Gram matrices are from others, (n,): the mean of their relative errors."""
    errors = [relative_error(one, other) for one, other in zip(found, wanted, strict=True)]
    return tf.add_n(errors) / len(errors)


def _measured(
    probe: Probe, layers: tuple[str, ...], levels: Any, fed: Any, *grams: Any, tv_weight: Any
) -> tuple[Any, Mapping[str, Any]]:
    style, variation = style_error(grams_of(probe, layers, fed), grams), total_variation(levels)
    return style + tv_weight * variation, {"style": style, "variation": variation}


TEXTURE = Synthesis(
    name="texture",
    summary="the texture of a picture without its things: layers' channels go together as they do there, from noise",
    options=TextureOptions,
    run=steps,
    count=lambda options: int(options.steps),
    references=("style",),
    rises=False,
)
