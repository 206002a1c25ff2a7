"""How much of a model's weights and outputs a bundle keeps."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Literal

from msgspec import structs

from exporter.bundle import Bundle, KerascopeError
from exporter.bundle.checks import output_name
from exporter.bundle.schema import Layer, Output

Kept = Mapping[str, int | None]
"""The name of each output that is kept to how many of its channels are; `None`: all."""

_MAPS = ("attention scores",)
"""Outputs whose last axis is no channel but a place."""


@dataclass(frozen=True)
class Bounds:
    """What an export keeps; by default everything.

    Attributes
    ----------
    layers : patterns such as `conv*`; outputs of layers whose path or own name matches one are kept, and those of the
        model's inputs and outputs always. Empty: of all layers.
    channels : of outputs with a spatial or time axis only the first so many channels are kept.
    dtype : of floating-point weights and outputs.
    weights : the ids of the checkpoints whose weights are kept; `None`: of all.
    """

    layers: tuple[str, ...] = ()
    channels: int | None = None
    dtype: str = "float32"
    weights: frozenset[str] | None = None

    def keeps_weights(self, checkpoint: str) -> bool:
        """Whether the weights of this checkpoint are kept."""
        return self.weights is None or checkpoint in self.weights


def read_bounds(
    layers: str | Sequence[str] = (),
    channels: int | None = None,
    dtype: str = "float32",
    weights: Literal["none", "full"] | str | Sequence[str] = "full",
) -> Bounds:
    """The bounds that were asked for. Texts may have several entries between commas.

    >>> read_bounds("conv*, dense", weights="001,004") == Bounds(("conv*", "dense"), weights=frozenset({"001", "004"}))
    True

    Raises
    ------
    KerascopeError
        fewer than one channel, or a dtype that outputs are not stored in.
    """
    if dtype not in ("float32", "float16"):
        raise KerascopeError("no such dtype to store", expected="float32 or float16", got=repr(dtype))
    if channels is not None and channels < 1:
        raise KerascopeError("so many channels cannot be kept", expected="at least 1", got=channels)
    named = {"none": frozenset[str](), "full": None}
    ids = named[weights] if isinstance(weights, str) and weights in named else frozenset(_listed(weights))
    return Bounds(tuple(_listed(layers)), channels, dtype, ids)


def _listed(texts: str | Sequence[str]) -> Iterator[str]:
    for text in (texts,) if isinstance(texts, str) else texts:
        yield from filter(None, map(str.strip, text.split(",")))


def check_checkpoints(bounds: Bounds, ids: Sequence[str]) -> None:
    """Raise `KerascopeError` where weights are to be kept of a checkpoint that is none of `ids`."""
    if unknown := sorted((bounds.weights or frozenset()) - set(ids)):
        expected = f"none, full, or some of {', '.join(ids)}"
        raise KerascopeError("no such checkpoint to keep the weights of", expected=expected, got=unknown[0])


def bounded_layers(
    layers: Sequence[Layer], inputs: Collection[str], outputs: Collection[str], bounds: Bounds
) -> tuple[tuple[Layer, ...], Kept]:
    """The entries of the layers, with the number of channels that are kept of them; and the outputs that are kept.

    `inputs` and `outputs` are the model's: they are kept whole, as are vectors and maps of attention.

    Raises
    ------
    KerascopeError
        a pattern that fits no layer.
    """
    for pattern in bounds.layers:
        if not any(_fits(layer.name, pattern) for layer in layers):
            raise _no_layer(pattern, [layer.name for layer in layers])
    ends = {*inputs, *outputs}
    chosen = {layer.name for layer in layers if not bounds.layers or any(_fits(layer.name, p) for p in bounds.layers)}
    entries = tuple(_bounded(each, bounds.channels) if each.name in chosen - ends else each for each in layers)
    kept = {
        output_name(layer.name, place): output.stored_channels
        for layer in entries
        if layer.name in chosen | ends
        for place, output in enumerate(layer.outputs)
    }
    return entries, kept


def _bounded(layer: Layer, channels: int | None) -> Layer:
    outputs = tuple(
        structs.replace(output, stored_channels=channels) if _is_cut(output, channels) else output
        for output in layer.outputs
    )
    return layer if outputs == layer.outputs else structs.replace(layer, outputs=outputs)


def _is_cut(output: Output, channels: int | None) -> bool:
    if channels is None or len(output.shape) < 2 or output.name in _MAPS:
        return False
    return output.shape[-1] is not None and output.shape[-1] > channels


def kept_like(bundle: Bundle, input_id: str, checkpoint: str) -> Kept:
    """The outputs that a bundle keeps of an input at a checkpoint: of more inputs the same ones are kept."""
    bounds = {
        output_name(layer.name, place): output.stored_channels
        for layer in bundle.manifest.layers
        for place, output in enumerate(layer.outputs)
    }
    return {name: bounds[name] for name in bundle.capture(input_id, checkpoint).outputs}


def _fits(name: str, pattern: str) -> bool:
    return fnmatchcase(name, pattern) or fnmatchcase(name.rpartition("/")[2], pattern)


def _no_layer(pattern: str, names: Sequence[str]) -> KerascopeError:
    own = {name.rpartition("/")[2]: name for name in names} | {name: name for name in names}
    near = list(dict.fromkeys(own[name] for name in get_close_matches(pattern, own, n=5, cutoff=0.5))) or names[:5]
    expected = f"the name of one, such as {', '.join(near)}, or a pattern with * and ?"
    return KerascopeError("no layer has a name of this pattern", expected=expected, got=repr(pattern))
