"""The units of a network and the weights between them, whatever layers lie in between."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from exporter.bundle import Bundle
from exporter.bundle.errors import KerascopeError
from exporter.bundle.schema import Manifest, UnitLayer
from exporter.bundling.channels.joining import joined
from exporter.bundling.channels.kernels import Kernel, kernel_of, odd_count
from exporter.bundling.channels.walk import owner_of, walked


@dataclass(frozen=True)
class Link:
    """Everything that goes from one layer of units to another: indices of both, and (n_source, n_target) float32.

    Of a dense layer the numbers are its weights, of a convolution the norms of its kernels with the sign of their sums.
    """

    source: int
    target: int
    weights: NDArray[np.float32]


@dataclass(frozen=True)
class UnitNet:
    """Layers of units or channels, and the links between them.

    `taps` names for each layer where its units have their final value: the layer itself, or the last of the
    normalisations and activations that come right after it.
    """

    layers: tuple[UnitLayer, ...]
    taps: tuple[str, ...]
    links: tuple[Link, ...]


def unit_layers(manifest: Manifest) -> tuple[tuple[UnitLayer, ...], tuple[str, ...]]:
    """The layers of units of a model, and their taps; no weights are read.

    These are the layers with weights between channels, and the inputs that feed them; all others are looked through.
    Each layer's units are the last axis of its output: units of a dense layer, channels of a convolution. A picture
    that is laid flat before it meets a kernel is shown by the layer that does so (`flatten`), a unit a pixel.

    Returns
    -------
    layers : in topological order, inputs on plane 0, each other one plane above the highest that feeds it.
    taps : for each layer where its units have their final value: the layer itself, or the last of the normalisations
        and activations that follow right after it alone. Its last axis is the layer's units, too.
    """
    ways = walked(manifest)
    return ways.layers, ways.taps


def unit_net(bundle: Bundle, checkpoint_id: str) -> UnitNet:
    """The units of a model and the weights between them at a checkpoint.

    What lies between two layers of units is looked through: what was added stands on the same channel, what was
    concatenated at its offset. Weights of convolutions and of a dense layer behind flattened maps are joined over
    positions: the norm, with the sign of the sum. Of attention what it mixes counts, its value; by what it weighs that
    has no numbers between channels. Scales of normalisations are not in the numbers. Layers whose weights
    are of an unknown form have no link into them. What is 0 in a link is no edge.

    Raises
    ------
    KerascopeError
        a model without such layers, no such checkpoint, one without weights (of some layer), or with weights that are
        NaN or infinite.
    """
    checkpoint = bundle.checkpoint(checkpoint_id)
    ways = walked(bundle.manifest)
    if not ways.joints:
        what, expected = "the model has no units to draw", "layers that have weights between channels"
        raise KerascopeError(what, expected=expected, path=bundle.path)
    if not checkpoint.weights:
        raise _without_weights(bundle, checkpoint_id, "any layer")
    links, kernel, last = [], None, -1
    for joint in ways.joints:  # those of one target come one after the other
        if joint.target != last:
            last = joint.target
            kernel = _kernel(bundle, checkpoint_id, ways.layers[last].name)
        units = ways.layers[joint.strand.layer].units
        if kernel is not None and len(kernel.sums) == joint.width:
            links.append(Link(joint.strand.layer, joint.target, joined(kernel, joint.strand, units)))
    return UnitNet(ways.layers, ways.taps, tuple(links))


def _kernel(bundle: Bundle, checkpoint_id: str, name: str) -> Kernel | None:
    layers = {layer.name: layer for layer in bundle.manifest.layers}
    layer, owner = layers[name], owner_of(layers, layers[name])
    weights = bundle.checkpoint(checkpoint_id).weights

    def read(variable: str) -> NDArray[Any] | None:
        if variable not in owner.variables:
            return None
        if (ref := weights.get(f"{owner.name}/{variable}")) is None:
            raise _without_weights(bundle, checkpoint_id, f"the layer {owner.name!r}")
        return bundle.load(ref)

    kernel = kernel_of(structs.replace(layer, variables=owner.variables), read)
    if kernel is not None and (odd := odd_count(kernel)):
        what = f"{odd} of {kernel.sums.size} weights between channels of the layer {owner.name!r} are NaN or infinite"
        raise KerascopeError(what, remedy="choose another checkpoint", path=bundle.path)
    return kernel


def _without_weights(bundle: Bundle, checkpoint_id: str, whose: str) -> KerascopeError:
    what = f"the bundle holds no weights of {whose} at the checkpoint {checkpoint_id!r}"
    return KerascopeError(what, remedy="export the model again with --weights full", path=bundle.path)
