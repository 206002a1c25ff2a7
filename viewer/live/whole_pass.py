"""The whole network computed from what is fed: every layer, in numpy, from the bundle's weights."""

from __future__ import annotations

import numpy as np

from exporter.bundle import Bundle
from exporter.bundle.checks import output_name
from exporter.bundle.errors import KerascopeError
from viewer.forward import unsupported
from viewer.forward.network import Network, network_of
from viewer.forward.node import Array
from viewer.forward.registry import compute
from viewer.forward.trust import distrust
from viewer.state import CaptureKey


def check_covered(bundle: Bundle, checkpoint_id: str) -> None:
    """Raise `KerascopeError` where not every layer can be computed from the bundle, with the layers that cannot."""
    network = network_of(bundle, checkpoint_id)
    lines = unsupported(bundle, checkpoint_id=checkpoint_id)
    lines += tuple(f"{name}: it takes what the bundle does not tell" for name in network.joined)
    weights = bundle.checkpoint(checkpoint_id).weights
    for layer in bundle.manifest.layers:
        owner = layer.shares_weights_with or layer.name
        missing = [each for each in layer.variables if f"{owner}/{each}" not in weights]
        lines += (f"{layer.name}: the bundle has not kept its weights",) if missing else ()
    if lines:
        raise KerascopeError(
            "the network cannot be computed without TensorFlow",
            got="; ".join(lines[:4]) + (f"; and {len(lines) - 4} more" if len(lines) > 4 else ""),
            remedy="pass the model with --model",
            path=bundle.path,
        )


def distrusted(bundle: Bundle, checkpoint_id: str) -> str:
    """Why the network cannot be computed here, seen on what was stored of an input; empty: every layer gives that.

    Operations between layers, masks and code of one's own are not told by a bundle; what they do shows.
    """
    network = network_of(bundle, checkpoint_id)
    capture = next(iter(bundle.captures_at(checkpoint_id)), None)
    if capture is None:
        return ""
    key = CaptureKey(capture.input, checkpoint_id)
    return next((line for name, each in network.sources.items() if each and (line := distrust(network, key, name))), "")


def whole_pass(bundle: Bundle, checkpoint_id: str, fed: Array) -> dict[str, Array]:
    """What every layer puts out for what is fed (without a batch axis), by a capture's output names.

    Float32, without a batch axis, read-only, as many channels as captures keep.

    Raises
    ------
    CannotError
        a layer cannot be computed.
    """
    network = network_of(bundle, checkpoint_id)
    made = _all(network, np.asarray(fed, np.float32)[None])
    capture = next(iter(bundle.captures_at(checkpoint_id)), None)
    return {
        full_name: _as_kept(bundle, name, place, values)
        for name, outputs in made.items()
        for place, values in enumerate(outputs)
        if (full_name := output_name(name, place)) in (capture.outputs if capture else (full_name,))
    }


def _all(network: Network, fed: Array) -> dict[str, tuple[Array, ...]]:
    made: dict[str, tuple[Array, ...]] = {}
    for name, sources in network.sources.items():
        made[name] = compute(network.nodes[name], [made[each][place] for each, place in sources]) if sources else (fed,)
    return made


def _as_kept(bundle: Bundle, name: str, place: int, values: Array) -> Array:
    outputs = bundle.layer(name).outputs
    channels = outputs[place].stored_channels if place < len(outputs) else None
    sample: Array = values[0] if channels is None else np.ascontiguousarray(values[0][..., :channels])
    sample.flags.writeable = False
    return sample
