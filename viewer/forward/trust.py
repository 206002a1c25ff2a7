"""Whether what is computed here is what the network computed: seen on the stored values, before anything is changed."""

from __future__ import annotations

from viewer.forward.network import Network, batch_of, stored
from viewer.forward.node import Array, CannotError
from viewer.forward.registry import compute, rule_of
from viewer.forward.sizes import largest_difference, layer_error
from viewer.state import CaptureKey

PRECISIONS = {"float64": 2.0**-23, "float32": 2.0**-23, "float16": 2.0**-10, "bfloat16": 2.0**-7}
"""The largest relative step between numbers of a dtype; float64 is computed here as float32."""
_SMALLEST_FLOAT16 = 2.0**-14
_MOST_STEPS, _MOST_APART = 4096.0, 0.05
"""How many of these steps sums of many products may be apart, and how much of the largest value at most."""


def distrust(network: Network, key: CaptureKey, name: str) -> str:
    """Why a layer cannot be computed for this input, in words; empty: it can, and gives what was stored.

    A bundle does not tell everything: operations between the layers of a class, masks, code of one's own. What they do
    shows in the values that were stored. Judged once for each input.
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
        kept = stored(network.bundle, capture, (name, 0))
        if kept is None or any(each is None for each in seen):
            return ""
        made = compute(node, [batch_of(each) for each in seen if each is not None])[0][0]
    except CannotError as error:
        return error.what
    if made.shape != kept.shape:
        return f"{name}: what is computed here has the shape {made.shape}, what was stored {kept.shape}"
    apart, step = layer_error(kept, made), coarsest(network, name, kept)
    is_below_float16 = step > PRECISIONS["float32"] and largest_difference(kept, made) <= _SMALLEST_FLOAT16
    if apart <= min(_MOST_STEPS * step, _MOST_APART) or is_below_float16:
        return ""
    return (
        f"{name}: what is computed here differs from what was stored by {apart:.1%} of its largest value: something "
        f"happens to it that the bundle does not tell"
    )


def coarsest(network: Network, name: str, kept: Array) -> float:
    """The relative step of the numbers that a layer was computed with, fed with or stored as."""
    layer = network.nodes[name].layer
    used = [layer.outputs[0].dtype, str(kept.dtype)]
    used += [network.nodes[source].layer.outputs[output].dtype for source, output in network.sources[name]]
    return max(PRECISIONS.get(dtype, PRECISIONS["float32"]) for dtype in used)
