"""The ways to make images by optimisation that there are."""

from __future__ import annotations

from collections.abc import Mapping

from exporter.chosen import method_named
from exporter.synthesis.class_image import CLASS_IMAGE
from exporter.synthesis.contract import Synthesis, SynthesisError
from exporter.synthesis.deepdream import DEEPDREAM
from exporter.synthesis.filter import FILTER
from exporter.synthesis.inversion import INVERSION
from exporter.synthesis.style import STYLE
from exporter.synthesis.texture import TEXTURE

SYNTHESES: Mapping[str, Synthesis] = {
    synthesis.name: synthesis for synthesis in (CLASS_IMAGE, FILTER, DEEPDREAM, INVERSION, TEXTURE, STYLE)
}


def synthesis_named(name: str) -> Synthesis:
    """The way of that name. Raises `SynthesisError` where there is none; it says which there are, and the nearest."""
    return method_named(name, SYNTHESES, "way to make an image", SynthesisError)
