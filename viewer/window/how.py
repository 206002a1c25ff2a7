"""Which scene shows how a layer's values are computed. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exporter.bundle.schema import Layer

SCENE_OF_KIND = {
    "conv": "convolution",
    "depthwise": "convolution",
    "pool": "pooling",
    "global_pool": "pooling",
    "activation": "activation",
    "normalisation": "normalisation",
    "flatten": "flatten",
    "reshape": "flatten",
    "dense": "dense",
    "attention": "attention",
}
OF_ONE_LAYER = frozenset({*SCENE_OF_KIND.values(), "softmax"})
"""Scenes that show one layer, of which a cell or a unit can be asked for."""


@dataclass(frozen=True, slots=True)
class Way:
    """A scene that shows a layer at work, and what the menu calls that."""

    scene: str
    words: str


def ways_of(layer: Layer) -> tuple[Way, ...]:
    """The scene that fits the layer, and that of the activation which is built into it; none of a layer that no scene
    shows, such as an input.
    """
    name = layer.activation if layer.activation not in (None, "linear") else None
    own = SCENE_OF_KIND.get(layer.kind)
    if layer.kind == "activation":
        return (Way(_activation_scene(name or ""), "How is this computed?"),)
    found = [Way(own, "How is this computed?")] if own is not None else []
    if name is not None and own is not None:
        found.append(Way(_activation_scene(name), f"How does its {name} work?"))
    return tuple(found)


def _activation_scene(name: str) -> str:
    return "softmax" if name == "softmax" else "activation"
