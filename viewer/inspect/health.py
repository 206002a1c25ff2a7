"""What is ill in a network: units that are dead, saturated, constant or no numbers, and kernels that are the same
twice. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING, Literal
from weakref import WeakKeyDictionary

import numpy as np

from viewer.inspect.duplicates import MOST_WEIGHTS, twins_of
from viewer.inspect.extremes import Extremes, columns_of, extremes_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Capture, Layer

Illness = Literal["not a number", "dead", "saturated", "constant", "duplicate"]

MOST_INPUTS = 8
"""Where the bundle has no statistics of a checkpoint so many captures are looked at."""
RECTIFIERS = ("relu", "relu6")
FEW_INPUTS = 5
MOST_NAMED = 6
ENDS = {
    "sigmoid": (0.0, 1.0, 0.01),
    "hard_sigmoid": (0.0, 1.0, 0.01),
    "tanh": (-1.0, 1.0, 0.02),
    "softmax": (0.0, 1.0, 1e-4),
}
"""The ends of what functions put out, and how near to them a value is saturated."""


@dataclass(frozen=True, slots=True)
class Ailment:
    """What ails a layer: the illness, the channels (of vectors: units) that have it, of how many, and a line that says
    so. `inputs` is over how many inputs that was seen; 0 where only weights were looked at.
    """

    layer: str
    illness: Illness
    channels: tuple[int, ...]
    of: int
    inputs: int
    words: str


@dataclass(frozen=True)
class Health:
    """All ailments of a net at a checkpoint, in the net's order; of each layer the worst first.

    `inputs` is the smallest and the largest number of inputs that a layer was judged by.
    """

    checkpoint_id: str
    ailments: tuple[Ailment, ...]
    layers: int
    inputs: tuple[int, int]

    @cached_property
    def by_layer(self) -> dict[str, tuple[Ailment, ...]]:
        """The ailments of each layer that has any."""
        found: dict[str, list[Ailment]] = {}
        for ailment in self.ailments:
            found.setdefault(ailment.layer, []).append(ailment)
        return {layer: tuple(ailments) for layer, ailments in found.items()}

    @property
    def words(self) -> str:
        """One line about the whole."""
        low, high = self.inputs
        over = f"{high} input{'s' * (high != 1)}" if low == high else f"{low} to {high} inputs"
        ill = len(self.by_layer)
        state = f"{ill} of {self.layers} layers ail" if ill else f"nothing ails {self.layers} layers"
        few = ", which is few: what is dead or constant there need not be so always" if 0 < high < FEW_INPUTS else ""
        return f"{state}; judged over {over}{few}"


_KNOWN: WeakKeyDictionary[Bundle, dict[str, Health]] = WeakKeyDictionary()
_TURN = Lock()


def health_of(bundle: Bundle, checkpoint_id: str) -> Health:
    """What ails the network at a checkpoint, as far as the bundle shows: from statistics over all clean inputs, else
    from a few captures, and from the weights. It is remembered; who asks meanwhile waits.

    Raises
    ------
    BundleError
        There is no such checkpoint, or a file of the bundle is damaged.
    """
    with _TURN:
        known = _KNOWN.setdefault(bundle, {})
        if checkpoint_id not in known:
            known[checkpoint_id] = _measured(bundle, checkpoint_id)
        return known[checkpoint_id]


def _measured(bundle: Bundle, checkpoint_id: str) -> Health:
    bundle.checkpoint(checkpoint_id)
    captures = _captures(bundle, checkpoint_id)
    ailments: list[Ailment] = []
    counts = []
    for layer in bundle.manifest.layers:
        found = extremes_of(bundle, layer, checkpoint_id, captures)
        if found is not None:
            counts.append(found.inputs)
            ailments += _of_values(layer, found)
            ailments += _saturated(bundle, layer, captures)
        ailments += _of_weights(bundle, layer, checkpoint_id)
    inputs = (min(counts), max(counts)) if counts else (0, 0)
    return Health(checkpoint_id, tuple(ailments), len(bundle.manifest.layers), inputs)


def _captures(bundle: Bundle, checkpoint_id: str) -> tuple[Capture, ...]:
    """A few captures of a checkpoint, of clean inputs."""

    def clean() -> Iterator[Capture]:
        return (each for each in bundle.captures_at(checkpoint_id) if bundle.input(each.input).kind == "clean")

    return tuple(islice(clean(), MOST_INPUTS))


def _of_values(layer: Layer, found: Extremes) -> list[Ailment]:
    """No numbers, dead and constant channels; each channel has one illness, the worst."""
    bad = found.not_finite > 0
    is_rectified = layer.activation in RECTIFIERS and layer.value == "post-activation"
    still = ~bad & (found.low == found.high) & (found.values > 1) & (layer.kind != "input")
    dead = still & (found.high == 0) & is_rectified
    over = f"over {found.inputs} input{'s' * (found.inputs != 1)}"
    lines = (
        ("not a number", bad, f"not finite in {int(found.not_finite.sum()):,} values {over}"),
        ("dead", dead, f"0 after {layer.activation} {over}"),
        ("constant", still & ~dead & _is_told(layer), f"the same value everywhere {over}"),
    )
    return [_ailment(layer, illness, mask, found.inputs, line) for illness, mask, line in lines if mask.any()]  # type: ignore[arg-type]


def _is_told(layer: Layer) -> bool:
    """Whether a constant channel is this layer's own doing; what copies hands on is told where it comes from."""
    return layer.kind in ("conv", "dense", "depthwise", "recurrent", "attention", "embedding", "normalisation", "other")


def _saturated(bundle: Bundle, layer: Layer, captures: Sequence[Capture]) -> list[Ailment]:
    """Channels that stay at the ends of a sigmoid or tanh; of softmax the whole layer, as most classes are at 0."""
    ends = ENDS.get(layer.activation or "") if layer.value == "post-activation" else None
    here = [capture for capture in captures if layer.name in capture.outputs]
    if ends is None or not here:
        return []
    low, high, near = ends
    tables = [columns_of(bundle.load(capture.outputs[layer.name])) for capture in here]
    table = np.concatenate(tables).astype(np.float64)
    at_end: NDArray[np.bool_] = np.logical_and.reduce((table <= low + near) | (table >= high - near), axis=0)
    if layer.activation == "softmax":
        at_end = np.full(at_end.shape, bool(at_end.all()))
    if not at_end.any():
        return []
    over = f"over {len(here)} input{'s' * (len(here) != 1)}"
    return [_ailment(layer, "saturated", at_end, len(here), f"at an end of {layer.activation} {over}")]


def _of_weights(bundle: Bundle, layer: Layer, checkpoint_id: str) -> list[Ailment]:
    twins = twins_of(bundle, layer, checkpoint_id)
    found: list[Ailment] = []
    bad = _bad_weights(bundle, layer, checkpoint_id)
    if bad:
        found.append(Ailment(layer.name, "not a number", (), 0, 0, f"weights that are not finite: {', '.join(bad)}"))
    if twins is not None and twins.pairs:
        mask = np.zeros(twins.of, bool)
        mask[[later for later, _ in twins.pairs]] = True
        named = ", ".join(f"{later} as {earlier}" for later, earlier in twins.pairs[:MOST_NAMED])
        more = ", ..." if len(twins.pairs) > MOST_NAMED else ""
        part = f", by {twins.looked_at} of {twins.weights} weights" if twins.looked_at < twins.weights else ""
        line = f"weights that point the same way as another's ({named}{more}){part}"
        found.append(_ailment(layer, "duplicate", mask, 0, line))
    return found


def _bad_weights(bundle: Bundle, layer: Layer, checkpoint_id: str) -> list[str]:
    """The variables of a layer that hold a value that is not finite; of very large ones evenly spaced values tell."""
    weights, bad = bundle.checkpoint(checkpoint_id).weights, []
    for variable in layer.variables:
        ref = weights.get(f"{layer.name}/{variable}")
        if ref is not None:
            values = bundle.load(ref).reshape(-1)
            step = -(-max(values.size, 1) // MOST_WEIGHTS)
            if values.dtype.kind == "f" and not np.isfinite(values[::step]).all():
                bad.append(variable)
    return bad


def _ailment(layer: Layer, illness: Illness, mask: NDArray[np.bool_], inputs: int, line: str) -> Ailment:
    channels = tuple(np.flatnonzero(mask).tolist())
    shape = layer.outputs[0].shape if layer.outputs else ()
    what = "channel" if len(shape) > 1 else "unit"
    count = f"all {len(mask)} {what}s" if len(channels) == len(mask) > 1 else _named(channels, len(mask), what)
    return Ailment(layer.name, illness, channels, len(mask), inputs, f"{count} {illness}: {line}")


def _named(channels: tuple[int, ...], of: int, what: str) -> str:
    names = ", ".join(map(str, channels[:MOST_NAMED])) + (", ..." if len(channels) > MOST_NAMED else "")
    return f"{len(channels)} of {of} {what}s ({names})"
