"""Which part of every earlier layer a unit can see: exactly those places whose change could change it. Pure.

Each axis is followed for itself as a set of places, so that strides and dilations leave holes, and what a layer adds
as padding is not followed any further. The way back through one layer is in `viewer.inspect.backwards`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from exporter.bundle.checks import output_name
from exporter.bundle.errors import KerascopeError
from viewer.inspect.backwards import Step, sources_of
from viewer.inspect.words import is_heads

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Edge

    Sets = tuple[NDArray[np.int64], ...]
    Index = tuple[int, ...]
    Tensor = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Seen:
    """What is seen of one output.

    Attributes
    ----------
    start, stop : tuple of int
        The box along the axes beside the channels, from `start` to before `stop`; none for a vector.
    low, high : tuple of int
        The same with the places that are padding: it may begin below 0 and end beyond the output.
    channels : tuple of int or None
        Which channels (last axis; of vectors: units); `None` are all of them.
    shape : tuple of int
        Of the output.
    """

    start: Index
    stop: Index
    low: Index
    high: Index
    channels: Index | None
    shape: Index

    @property
    def size(self) -> Index:
        """Sides of the box."""
        return tuple(stop - start for start, stop in zip(self.start, self.stop, strict=True))

    @property
    def padding(self) -> float:
        """How much of the box with padding is padding, in 0..1."""
        whole = prod(high - low for low, high in zip(self.low, self.high, strict=True))
        return 1.0 - prod(self.size) / whole if whole else 0.0


@dataclass(frozen=True)
class Field:
    """The receptive field of a place: what it sees of every layer that it sees anything of, itself among them.

    `seen` is by the names of outputs (`layer`, `layer#1`), in the net's order. Of the layers in `unknown` no rule is
    known, and it is taken that they see everything before them.
    """

    layer: str
    seen: Mapping[str, Seen]
    unknown: tuple[str, ...]

    def of(self, layer: str, output: int = 0) -> Seen | None:
        """What is seen of a layer's output; `None`: nothing."""
        return self.seen.get(output_name(layer, output))


def receptive_field(
    bundle: Bundle, layer: str, position: Index | None = None, channel: int | None = None, output: int = 0
) -> Field:
    """The receptive field of a place in an output of `layer`; without position that of the whole map, without channel
    that of all channels.

    Raises
    ------
    KerascopeError
        There is no such layer or no such place in it.
    """
    incoming: dict[str, list[Edge]] = defaultdict(list)
    for edge in bundle.manifest.edges:
        incoming[edge.target].append(edge)
    shapes = Shapes(bundle)
    start = layer, output
    heads = is_heads(bundle.layer(layer), output, len(shapes.of(start)))
    raw: dict[Tensor, list[Sets]] = {start: [_start_sets(shapes.of(start), position, channel, heads)]}
    seen: dict[str, Seen] = {}
    unknown = []
    for each in reversed(bundle.manifest.layers):
        for tensor in [tensor for tensor in raw if tensor[0] == each.name]:
            sets = _joined(raw[tensor], shapes.of(tensor))
            if sets is None:
                continue
            clipped, found = sets
            seen[output_name(*tensor)] = found
            edges = sorted(incoming[each.name], key=lambda edge: edge.target_input)
            step = Step(each, tensor[1], shapes.of(tensor), tuple(shapes.of(_source(edge)) for edge in edges))
            sources, is_known = sources_of(step, clipped)
            unknown += [] if is_known else [each.name]
            for edge, source in zip(edges, sources, strict=True):
                if source is not None:
                    raw.setdefault(_source(edge), []).append(source)
    return Field(layer, dict(reversed(seen.items())), tuple(reversed(unknown)))


def _source(edge: Edge) -> Tensor:
    return edge.source, edge.source_output


def _start_sets(shape: Index, position: Index | None, channel: int | None, heads: bool) -> Sets:
    rank = len(shape) - 1
    if (position is not None and len(position) != rank) or (not shape and channel):
        raise KerascopeError("no such place in the output", expected=f"{rank} indices", got=position)
    beside = position if position is not None else (None,) * max(rank, 0)
    wanted = [channel, *beside] if heads else [*beside, channel][: len(shape)]
    for index, size in zip(wanted, shape, strict=True):
        if index is not None and not 0 <= index < size:
            raise KerascopeError("no such place in the output", expected=f"within {shape}", got=f"{index}")
    return tuple(
        np.arange(size) if index is None else np.array([index]) for index, size in zip(wanted, shape, strict=True)
    )


def _joined(parts: list[Sets], shape: Index) -> tuple[Sets, Seen] | None:
    """Everything that is seen of an output of this shape, and its box; `None` where all of it is padding.

    A part that is padding alone along one axis sees nothing.
    """
    real = [part for part in parts if all(map(_has_any, part, shape))]
    if not real:
        return None
    whole = real[0]  # every rule gives places that rise, each once
    if len(real) > 1:
        whole = tuple(np.unique(np.concatenate(axis)) for axis in zip(*real, strict=True))
    clipped = tuple(map(_within, whole, shape))
    beside, last = clipped[:-1], clipped[-1:]
    is_all = not last or len(last[0]) == shape[-1]
    return clipped, Seen(
        tuple(int(axis[0]) for axis in beside),
        tuple(int(axis[-1]) + 1 for axis in beside),
        tuple(int(axis[0]) for axis in whole[:-1]),
        tuple(int(axis[-1]) + 1 for axis in whole[:-1]),
        None if is_all else tuple(last[0].tolist()),
        shape,
    )


def _has_any(axis: NDArray[np.int64], size: int) -> bool:
    """Whether some of these places lie within an axis of that size."""
    return bool(axis.size) and (0 <= axis[0] < size or 0 <= axis[-1] < size or bool(_within(axis, size).size))


def _within(axis: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Those of some rising places that lie within an axis of that size."""
    is_all = axis.size and axis[0] >= 0 and axis[-1] < size
    return axis if is_all else axis[(axis >= 0) & (axis < size)]


class Shapes:
    """Shapes of whole outputs: as declared, open sizes as the first capture has them, or 1."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._captured: dict[str, Index] = {}
        self._known: dict[Tensor, Index] = {}
        for capture in bundle.manifest.captures[:4]:
            for name, ref in capture.outputs.items():
                self._captured.setdefault(name, ref.shape)

    def of(self, tensor: Tensor) -> Index:
        """The shape of an output."""
        if tensor not in self._known:
            self._known[tensor] = self._found(tensor)
        return self._known[tensor]

    def _found(self, tensor: Tensor) -> Index:
        outputs = self._bundle.layer(tensor[0]).outputs
        stored = self._captured.get(output_name(*tensor))
        if tensor[1] >= len(outputs):
            return stored or ()
        declared = outputs[tensor[1]].shape
        if stored is None or len(stored) != len(declared):
            return tuple(1 if size is None else size for size in declared)
        return tuple(there if size is None else size for size, there in zip(declared, stored, strict=True))
