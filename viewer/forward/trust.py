"""Whether what is computed here is what the network computed: seen on the stored values, before anything is changed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from viewer.forward.network import Network, batch_of, stored
from viewer.forward.node import Array, CannotError, Node
from viewer.forward.registry import compute, rule_of
from viewer.forward.sizes import largest_difference, scale_of
from viewer.forward.units import Index, after, work
from viewer.state import CaptureKey

PRECISIONS = {"float64": 2.0**-23, "float32": 2.0**-23, "float16": 2.0**-10, "bfloat16": 2.0**-7}
"""The largest relative step between numbers of a dtype; float64 is computed here as float32."""
_SMALLEST_FLOAT16 = 2.0**-14
_MOST_STEPS, _MOST_APART = 4096.0, 0.05
"""How many of these steps sums of many products may be apart, and how much of the largest value at most."""


def distrust(network: Network, key: CaptureKey, name: str) -> str:
    """Why a layer cannot be computed for this input, in words; empty: it can, and gives what was stored.

    A bundle does not tell everything: operations between the layers of a class, masks, code of one's own. What they do
    shows in the values that were stored. Judged once for each input: by all values the first time, then by a few.
    """
    known = (key.input_id, name)
    if known not in network.verdicts:
        network.verdicts[known] = _verdict(network, key, name)
    return network.verdicts[known]


def _verdict(network: Network, key: CaptureKey, name: str) -> str:
    node = network.nodes[name]
    if name in network.joined:
        return f"{name}: it takes what operations made of several layers, which the bundle does not tell"
    try:
        rule_of(node)
        capture = network.bundle.capture(key.input_id, key.checkpoint_id)
        seen = [stored(network.bundle, capture, source) for source in network.sources[name]]
        inputs = [each for each in seen if each is not None]
        kept = stored(network.bundle, capture, (name, 0))
        if kept is None or len(inputs) < len(seen):
            return ""
        apart = _apart(network, node, inputs, kept)
    except CannotError as error:
        return error.what
    step, scale = coarsest(network, name, kept), scale_of(kept)
    allowed = max(
        min(_MOST_STEPS * step, _MOST_APART) * scale, _SMALLEST_FLOAT16 if step > PRECISIONS["float32"] else 0
    )
    if apart <= allowed:
        network.proven.add(name)
        return ""
    return (
        f"{name}: what is computed here differs from what was stored by {apart / scale if scale else 1:.1%} of its "
        f"largest value: something happens to it that the bundle does not tell"
    )


def _apart(network: Network, node: Node, inputs: Sequence[Array], kept: Array) -> float:
    """The largest difference between what is computed and what was stored: of all values, or of a few of a layer that
    has shown for another input that it is understood.
    """
    if node.layer.name in network.proven and kept.size:
        return max(_apart_at(node, inputs, kept, index) for index in _spots(kept))
    made = compute(node, [batch_of(each) for each in inputs])[0][0]
    if made.shape != kept.shape:
        raise node.cannot(f"what is computed here has the shape {made.shape}, what was stored {kept.shape}")
    return largest_difference(kept, made)


def _spots(kept: Array) -> set[Index]:
    """The first, the last and the largest value: where masks and paddings would show, and what counts most."""
    places = (0, kept.size - 1, int(np.argmax(kept)))
    return {tuple(int(at) for at in np.unravel_index(place, kept.shape)) for place in places}


def _apart_at(node: Node, inputs: Sequence[Array], kept: Array, index: Index) -> float:
    with np.errstate(all="ignore"):
        value, _ = after(node, inputs, index, work(node, inputs, index).value)
    return largest_difference(np.asarray(kept[index]), np.asarray(value, np.float32))


def coarsest(network: Network, name: str, kept: Array) -> float:
    """The relative step of the numbers that a layer was computed with, fed with or stored as."""
    layer = network.nodes[name].layer
    used = [layer.outputs[0].dtype, str(kept.dtype)]
    used += [network.nodes[source].layer.outputs[output].dtype for source, output in network.sources[name]]
    return max(PRECISIONS.get(dtype, PRECISIONS["float32"]) for dtype in used)
