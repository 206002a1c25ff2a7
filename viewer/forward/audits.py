"""Stored values recomputed from the bundle's weights and the stored outputs before them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from exporter.bundle import Bundle
from exporter.bundle.checks import output_name
from exporter.bundle.schema import Capture
from viewer.forward.answers import outputs
from viewer.forward.fed import fed_working
from viewer.forward.network import Network, batch_of, network_of, stored
from viewer.forward.node import Array, CannotError, Node
from viewer.forward.registry import compute
from viewer.forward.sizes import layer_error, scale_of
from viewer.forward.trust import PRECISIONS, coarsest
from viewer.forward.units import Index, after, work
from viewer.forward.working import Working, number
from viewer.state import CaptureKey
from viewer.study import Place

_LEAST = 1e-2
"""Smaller values are judged by this share of their layer's largest: what nearly cancels is rounding for the most."""
_ROUNDING = 16.0
"""How many times the rounding of what is added may be between two orders of adding it."""


@dataclass(frozen=True)
class Audit:
    """A stored value beside the same one recomputed.

    Attributes
    ----------
    place : the one value that was looked at: of a place without channel or position, the largest in size there.
    stored : the value in the bundle; `None` where it has none.
    before : recomputed, before the layer's activation function; `None` where it could not be.
    recomputed : and after it.
    relative_error : |stored - recomputed| / max(|stored|, 0.01 * largest size in the layer); `None` where one of them
        is missing.
    expected_error : as large as it may be from rounding alone: the precision of what was stored and computed with,
        times the sizes of all that is added, by the same measure.
    words : the outcome in a sentence, or why there is none.
    """

    place: Place
    stored: float | None
    before: float | None
    recomputed: float | None
    relative_error: float | None
    expected_error: float | None
    words: str

    @property
    def agrees(self) -> bool:
        """Whether both are there and no further apart than rounding allows."""
        if self.relative_error is None or self.expected_error is None:
            return False
        return self.relative_error <= self.expected_error


@dataclass(frozen=True)
class Case:
    """One value: what its layer is, what it got, and where the value lies."""

    network: Network
    node: Node
    inputs: tuple[Array, ...]
    values: Array
    index: Index
    place: Place

    @property
    def stored(self) -> float:
        """The value that was stored."""
        return float(self.values[self.index])


def audit(bundle: Bundle, key: CaptureKey, place: Place) -> Audit:
    """One stored value, recomputed from what its layer got.

    Where the key has mutes, both are those of the network without what they switch off.

    Raises
    ------
    KerascopeError
        the bundle has no such capture, layer or cell.
    """
    try:
        case = case_of(bundle, key, place)
    except CannotError as error:
        return Audit(place, None, None, None, None, None, error.what)
    try:
        working, recomputed, function = worked(bundle, key, case)
    except CannotError as error:
        return Audit(case.place, case.stored, None, None, None, None, error.what)
    slope = abs(recomputed) if function == "softmax" else 1.0  # how much a step of what is before changes it at most
    return _compared(case, working, recomputed, slope)


def worked(bundle: Bundle, key: CaptureKey, case: Case) -> tuple[Working, float, str]:
    """How a value comes about, the value after the activation function, and that function's name."""
    if case.node.layer.kind == "input":
        working = fed_working(bundle, key.input_id, case.index)
        return working, working.value, ""
    if any(case.node.layer.name in (mute.target, mute.layer) for mute in key.mutes):
        raise case.node.cannot("some of it is switched off")
    if case.node.layer.name in case.network.joined:
        raise case.node.cannot("it takes what operations made of several layers, which the bundle does not tell")
    with np.errstate(all="ignore"):
        working = work(case.node, case.inputs, case.index)
        return working, *after(case.node, case.inputs, case.index, working.value)


def case_of(bundle: Bundle, key: CaptureKey, place: Place) -> Case:
    """What there is to a place. Raises `CannotError` where it, or what its layer gets, was not kept."""
    network = network_of(bundle, key.checkpoint_id)
    node = network.nodes[bundle.layer(place.layer).name]
    capture = bundle.capture(key.input_id, key.checkpoint_id)
    if place.output:
        raise node.cannot("only what it hands on can be recomputed, not what happens inside it")
    values = _kept(bundle, key, capture, (place.layer, 0))
    if values is None:
        raise node.cannot("its output was not kept for this input")
    inputs = []
    for source in network.sources[node.layer.name]:
        found = _whole(bundle, key, capture, source)
        if found is None:
            raise node.cannot(_missing(bundle, capture, source))
        inputs.append(found)
    index = resolved(node, values, place)
    return Case(network, node, tuple(inputs), values, index, Place(place.layer, 0, *_split(values, index)))


def _kept(bundle: Bundle, key: CaptureKey, capture: Capture, source: tuple[str, int]) -> Array | None:
    name = output_name(*source)
    if key.mutes:
        return outputs(bundle, key).get(name)
    ref = capture.outputs.get(name)
    return None if ref is None else bundle.load(ref)


def _whole(bundle: Bundle, key: CaptureKey, capture: Capture, source: tuple[str, int]) -> Array | None:
    return None if stored(bundle, capture, source) is None else _kept(bundle, key, capture, source)


def _missing(bundle: Bundle, capture: Capture, source: tuple[str, int]) -> str:
    output = bundle.layer(source[0]).outputs[source[1]]
    if output_name(*source) in capture.outputs and output.stored_channels is not None:
        return f"of {source[0]}, which it takes, only the first {output.stored_channels} channels were kept"
    return f"the output of {source[0]}, which it takes, was not kept for this input"


def resolved(node: Node, values: Array, place: Place) -> Index:
    """Where in an output the value of a place lies; where the place is several, the largest in size of them."""
    if values.ndim == 0:
        return ()
    channel = slice(None) if place.channel is None else place.channel
    cells: tuple[Any, ...] = (slice(None),) * (values.ndim - 1) if place.position is None else tuple(place.position)
    try:
        part = np.asarray(values[(*cells, channel)], np.float32)
    except IndexError as error:
        raise node.cannot(f"it has no such place: {error}") from error
    best = iter(np.unravel_index(int(np.argmax(np.abs(np.nan_to_num(part)))), part.shape))
    whole = (*cells, channel)
    return tuple(
        int(next(best)) if isinstance(at, slice) else int(at) % size
        for at, size in zip(whole, values.shape, strict=True)
    )


def _split(values: Array, index: Index) -> tuple[int | None, tuple[int, ...] | None]:
    """Channel and position of a place."""
    return (index[-1] if index else None), (index[:-1] if values.ndim > 1 else None)


def _compared(case: Case, working: Working, recomputed: float, slope: float) -> Audit:
    apart = abs(case.stored - recomputed)
    if (np.isnan(case.stored) and np.isnan(recomputed)) or case.stored == recomputed:
        apart = 0.0
    measure = max(abs(case.stored), _LEAST * scale_of(case.values)) if apart else 1.0
    relative = apart / measure if measure else float("inf")
    step = coarsest(case.network, case.node.layer.name, case.values)
    rounding = _ROUNDING * step * max(working.magnitude * slope, abs(recomputed)) + working.slack
    expected = rounding / measure if apart else step
    relative = relative if np.isfinite(relative) else float("inf")
    words = _words(relative, expected, step)
    return Audit(case.place, case.stored, working.value, recomputed, relative, expected, words)


def _words(relative: float, expected: float, step: float) -> str:
    if relative == 0:
        return "the same to the last bit"
    if relative > expected:
        return f"differs by {number(relative)} of its size, more than rounding explains ({number(expected)})"
    coarse = "" if step <= PRECISIONS["float32"] else f"; it was kept or computed to {number(step)} only"
    return f"the same but for rounding: {number(relative)} of its size{coarse}"


def audit_layer(bundle: Bundle, key: CaptureKey, layer: str) -> float:
    """The largest |stored - recomputed| of a layer's output, over its largest size; infinite where one is no number.

    Raises
    ------
    CannotError
        the layer cannot be computed, or its output or what it gets was not kept whole.
    KerascopeError
        the bundle has no such capture or layer.
    """
    case = case_of(bundle, key, Place(layer))
    if case.node.layer.kind == "input":
        raise case.node.cannot("it is what was fed")
    if layer in case.network.joined:
        raise case.node.cannot("it takes what operations made of several layers, which the bundle does not tell")
    made = compute(case.node, [batch_of(each) for each in case.inputs])[0][0]
    kept = case.values
    if case.node.layer.outputs[0].stored_channels is not None:
        made = made[..., : kept.shape[-1]]
    if made.shape != kept.shape:
        raise case.node.cannot(f"what is computed has the shape {made.shape}, what was stored {kept.shape}")
    return layer_error(kept, made)
