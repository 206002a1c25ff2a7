"""What is said when a network, or a part of it, cannot be shown by nn-visualizer."""

from __future__ import annotations

from exporter.bundle.errors import KerascopeError
from exporter.bundle.schema import Layer


class UnityError(KerascopeError):
    """A bundle that cannot become a folder of nn-visualizer, or a place where such a folder cannot be."""


def cannot_show(layer: Layer, why: str, *, remedy: str = "") -> UnityError:
    """The refusal of a layer, with its name, its class and the reason."""
    return UnityError(f"nn-visualizer cannot show the layer {layer.name!r} ({layer.class_name}): {why}", remedy=remedy)


def missing_setting(layer: Layer, setting: str) -> UnityError:
    """The refusal of a layer of an older bundle, which does not say how it was set."""
    what = f"the bundle does not say the {setting} of the layer {layer.name!r} ({layer.class_name})"
    return UnityError(what, remedy="export the model again: this version writes it down")
