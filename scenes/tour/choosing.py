"""Where a tour stops when nobody says: of each kind of layer that the network has the one that teaches most. Pure."""

from __future__ import annotations

from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from exporter.bundle.errors import KerascopeError
from scenes.choose import shown_capture
from scenes.registry import scene_names
from scenes.steps.functions import has_function
from scenes.steps.subject import subject_of
from scenes.tour.facts import fact_of
from scenes.tour.lesson import NETWORK, STEP_SCENES, Stop
from viewer.kept import finite

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Layer
    from scenes.options import SceneOptions
    from scenes.steps.subject import Subject

BOTH = 0.2
"""Of all values of a channel, how many are below 0 at least, and above."""
AT_ONE_LAYER = (
    "convolution", "dense", "attention", "normalisation", "activation", "pooling", "flatten", "softmax",
)  # fmt: skip
"""In which order a layer that does several things is told."""
MOST_TRIED = 3
"""Layers of one kind that are looked at before the kind is left out."""


def default_stops(bundle: Bundle, options: SceneOptions) -> tuple[Stop, ...]:
    """The stops of a network, in its order: the whole net at the input, a layer of each kind, the answer.

    What comes after the convolution is seen at its channel while the shape stays. A network without one stops at two
    dense layers.

    Raises
    ------
    KerascopeError
        The bundle has no capture to show.
    """
    layers = bundle.manifest.layers
    order = {layer.name: number for number, layer in enumerate(layers)}
    first = next((layer.name for layer in layers if layer.kind == "input"), layers[0].name)
    kinds = [(scene, candidates(bundle, scene)) for scene in STEP_SCENES]
    if not dict(kinds)["convolution"]:
        kinds.append(("dense", dict(kinds)["dense"][::-1]))
    tried = (_stop(bundle, scene, names, options) for scene, names in kinds)
    found = list(dict.fromkeys(stop for stop in tried if stop is not None))
    found.sort(key=lambda stop: (order[stop.layer or first], AT_ONE_LAYER.index(stop.scene)))
    last = bundle.manifest.model.outputs[0]
    return Stop(NETWORK, first), *_following(bundle, found), Stop(NETWORK, last)


def options_at(bundle: Bundle, options: SceneOptions, stop: Stop) -> SceneOptions:
    """The options of the scene at a stop; at the network's answer its class, where no other channel is asked for."""
    channel = stop.channel
    if channel is None and stop.scene in ("dense", "softmax") and stop.layer in bundle.manifest.model.outputs[:1]:
        channel = shown_capture(bundle, options).predicted
    return replace(options, layer=stop.layer, channel=channel, at=stop.at, lesson=None)


def candidates(bundle: Bundle, scene: str) -> tuple[str, ...]:
    """Layers that a scene could show, the best to learn from first."""
    layers = [layer for layer in bundle.manifest.layers if layer.kind != "input" and layer.shares_weights_with is None]
    ranked: dict[str, Iterable[Layer]] = {
        "convolution": sorted(_of(layers, "conv", "depthwise"), key=_plainness),
        "activation": sorted(filter(has_function, layers), key=lambda layer: layer.kind == "dense"),
        "pooling": [*_of(layers, "pool"), *_of(layers, "global_pool")],
        "normalisation": _of(layers, "normalisation"),
        "flatten": _of(layers, "flatten"),
        "dense": reversed(_of(layers, "dense")),
        "softmax": reversed([layer for layer in layers if _is_softmax(layer)]),
        "attention": _of(layers, "attention"),
    }
    return tuple(layer.name for layer in ranked[scene])


def _of(layers: Sequence[Layer], *kinds: str) -> list[Layer]:
    return [layer for layer in layers if layer.kind in kinds]


def _plainness(layer: Layer) -> bool:
    """Whether it is not a plain convolution with a window to speak of: those come first."""
    return layer.kind != "conv" or prod(layer.kernel_size or ()) < 2


def _is_softmax(layer: Layer) -> bool:
    is_end = layer.kind in ("activation", "dense") and len(layer.outputs[0].shape) == 1
    return is_end and (layer.activation == "softmax" or layer.class_name == "Softmax")


def _stop(bundle: Bundle, scene: str, names: Sequence[str], options: SceneOptions) -> Stop | None:
    """A stop at the first of the candidates that can be told; `None` where there is none."""
    if scene not in scene_names():
        return None
    for name in names[:MOST_TRIED]:
        stop = Stop(scene, name)
        try:
            subject = subject_of(bundle, options_at(bundle, options, stop), lambda _: True, scene)
            stop = _closer(stop, subject)
            fact_of(bundle, scene, options_at(bundle, options, stop))
        except KerascopeError:
            continue
        return stop
    return None


def _closer(stop: Stop, subject: Subject) -> Stop:
    """A stop with its channel and cell, where the scene shows one of several."""
    if stop.scene == "convolution":
        channel, at = _vivid(subject)
        return replace(stop, channel=channel, at=at or None)
    if stop.scene in ("normalisation", "pooling"):
        return replace(stop, channel=subject.channel, at=subject.at or None)
    return stop


def _vivid(subject: Subject) -> tuple[int, tuple[int, ...]]:
    """A channel and a cell where much happens: of the channels that have values on both sides of 0, of which the
    activation function makes different things, the one that rises most over its median, and where it does so. Cells at
    the border are left out, as there may be padding.
    """
    values = finite(subject.case.values)
    flat = values.reshape(-1, values.shape[-1])
    below = (flat < 0).mean(axis=0)
    inside = tuple(slice(1, -1) if size > 2 else slice(None) for size in subject.cells)
    rises = values[inside].reshape(-1, flat.shape[1]).max(axis=0) - np.median(flat, axis=0)
    has_both = (below > BOTH) & (below < 1 - BOTH)
    channel = int(np.where(has_both | ~has_both.any(), rises, -np.inf).argmax())
    shown = values[(*inside, channel)]
    best = np.unravel_index(int(shown.argmax()), shown.shape)
    return channel, tuple(int(at) + int(size > 2) for at, size in zip(best, subject.cells, strict=True))


def _following(bundle: Bundle, stops: Sequence[Stop]) -> tuple[Stop, ...]:
    """The stops, those after a convolution at its channel while the shape stays."""
    led = next((stop for stop in stops if stop.scene == "convolution"), None)
    if led is None or led.layer is None:
        return tuple(stops)
    shape = bundle.layer(led.layer).outputs[0].shape
    return tuple(_followed(stop, led, shape, bundle) for stop in stops)


def _followed(stop: Stop, led: Stop, shape: tuple[int | None, ...], bundle: Bundle) -> Stop:
    is_same = bundle.layer(stop.layer or "").outputs[0].shape == shape
    if stop.scene == "activation" and is_same:
        return replace(stop, channel=led.channel)
    if stop.scene == "normalisation" and is_same:
        return replace(stop, channel=led.channel, at=led.at)
    return stop
