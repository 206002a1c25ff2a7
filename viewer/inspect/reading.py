"""Everything that the bundle says of a place: what the inspector shows. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from viewer.inspect.edge import flow_along
from viewer.inspect.facts import fed_facts, layer_facts, map_facts, strongest_facts, weight_at, weight_words
from viewer.inspect.overall import overall_of
from viewer.inspect.pick import Hit
from viewer.inspect.summary import summary_of, values_at
from viewer.inspect.value import class_name, part_of, rank_among, value_of
from viewer.inspect.words import index_words, is_heads, kind_words, value_words
from viewer.study import EdgePlace, Place

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Layer
    from viewer.inspect.overall import Overall
    from viewer.inspect.summary import Summary
    from viewer.state import CaptureKey

    Array = NDArray[Any]
    Facts = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What there is to say of a place.

    Attributes
    ----------
    title, what : str
        The layer's name, and what it is.
    index : str
        Which part of it, in words; empty for the layer as a whole.
    class_name : str
        Of a unit that stands for a class, else empty.
    value : float or None
        The value there; of a map its mean, of a cell over all channels the mean size, of an edge its contribution, of a
        kernel's cell the weight; `None` where that was not kept and for a layer. May be NaN.
    value_kind : str
        What kind of number `value` is.
    input_label, checkpoint_label : str
        What was fed, and when in training.
    rank, of : int or None
        Where the value stands among `of` like it in its layer, 1 being the largest; NaN has none.
    statistics : Summary or None
        The layer's whole output for this input, with the histogram; `None` where it was not kept.
    overall : Overall or None
        The same channel (else the layer) over all clean inputs.
    facts : pairs of str
        More, as name and words.
    notes : str
        What has to be said about the numbers.
    """

    title: str
    what: str
    index: str = ""
    class_name: str = ""
    value: float | None = None
    value_kind: str = ""
    input_label: str = ""
    checkpoint_label: str = ""
    rank: int | None = None
    of: int | None = None
    statistics: Summary | None = None
    overall: Overall | None = None
    facts: Facts = ()
    notes: tuple[str, ...] = ()

    @property
    def counts(self) -> NDArray[np.int64]:
        """Counts (n,) of the histogram; none where there is none."""
        return np.zeros(0, np.int64) if self.statistics is None else self.statistics.counts

    @property
    def edges(self) -> NDArray[np.float64]:
        """Edges (n + 1,) of the histogram, ascending."""
        return np.zeros(1) if self.statistics is None else self.statistics.edges

    @property
    def bin(self) -> int | None:
        """The bin of the histogram that the value lies in; `None` where it lies outside."""
        edges, value = self.edges, self.value
        if value is None or len(edges) < 2 or not edges[0] <= value <= edges[-1]:
            return None
        return min(int(np.searchsorted(edges, value, "right")) - 1, len(edges) - 2)


def read(bundle: Bundle, key: CaptureKey, what: Hit | Place | EdgePlace) -> Reading:
    """The reading of a place, an edge or a kernel's cell for a capture.

    Raises
    ------
    KerascopeError
        The bundle has no such layer or capture, or its output has no such place.
    """
    if isinstance(what, Hit):
        if what.kernel is not None:
            return _weight_reading(bundle, key, what.place, what.kernel)
        return read(bundle, key, what.edge or what.place)
    if isinstance(what, EdgePlace):
        return _edge_reading(bundle, key, what)
    return _place_reading(bundle, key, what)


def _named(bundle: Bundle, key: CaptureKey, layer: Layer) -> Reading:
    """Names alone."""
    return Reading(
        layer.name,
        kind_words(layer),
        input_label=bundle.input(key.input_id).label or key.input_id,
        checkpoint_label=bundle.checkpoint(key.checkpoint_id).label or key.checkpoint_id,
    )


def _edge_reading(bundle: Bundle, key: CaptureKey, edge: EdgePlace) -> Reading:
    flow = flow_along(bundle, key, edge)
    ends = (_end_words(edge.source, edge.source_channel), _end_words(edge.target, edge.target_channel))
    return replace(
        _named(bundle, key, bundle.layer(edge.target)),
        index=f"from {ends[0]} to {ends[1]}",
        value=flow.value,
        value_kind=flow.kind,
        rank=flow.rank,
        of=flow.of,
        facts=flow.facts,
        notes=flow.notes,
    )


def _end_words(layer: str, channel: int) -> str:
    return f"{layer} {channel}" if channel >= 0 else layer


def _weight_reading(bundle: Bundle, key: CaptureKey, place: Place, index: tuple[int, ...]) -> Reading:
    layer = bundle.layer(place.layer)
    value = weight_at(bundle, key.checkpoint_id, layer, index)
    return replace(
        _named(bundle, key, layer),
        index=weight_words(layer, index),
        value=value,
        value_kind="weight",
        facts=layer_facts(bundle, key.checkpoint_id, layer),
        notes=() if value is not None else ("the bundle has not kept this weight",),
    )


def _place_reading(bundle: Bundle, key: CaptureKey, place: Place) -> Reading:
    layer = bundle.layer(place.layer)
    named, kind = _named(bundle, key, layer), value_words(layer, place.output)
    values = values_at(bundle, key, place.layer, place.output)
    summary = None if values is None else summary_of(bundle, key, place.layer, place.output)
    if values is None or summary is None:
        facts = layer_facts(bundle, key.checkpoint_id, layer)
        return replace(named, value_kind=kind, facts=facts, notes=("the bundle has not kept this output",))
    channel, heads = place.channel, is_heads(layer, place.output, values.ndim)
    part = part_of(values, channel, place.position, is_heads=heads)
    value = value_of(part, channel, place.position)
    if layer.kind == "input" and channel is None and part.shape == (3,):
        value = None  # a colour: its numbers are among the facts
    name = class_name(bundle, layer, channel, values.size) if not place.output else ""
    rank, of = (None, None) if channel is None else _rank(value, part, values, summary, heads)
    first = channel if not place.output and not heads else None
    return replace(
        named,
        index=index_words(place, values.shape, is_heads=heads, class_name=name),
        class_name=name,
        value=value,
        value_kind=_kind_of_value(kind, place, part),
        rank=rank,
        of=of,
        statistics=summary,
        overall=None if place.output else overall_of(bundle, key.checkpoint_id, layer.name, first),
        facts=_facts(bundle, key, place, values, part),
        notes=_notes(key, summary),
    )


def _rank(
    value: float | None, part: Array, values: Array, summary: Summary, heads: bool
) -> tuple[int | None, int | None]:
    """A cell or unit among all values, a map's mean among those of its layer."""
    if part.ndim == 0:
        return rank_among(value, values, summary.not_finite)
    means = values.reshape(len(values), -1).mean(axis=1, dtype=np.float64) if heads else summary.means
    return rank_among(value, means, int(np.isnan(means).sum()))


def _kind_of_value(kind: str, place: Place, part: Array) -> str:
    """A map is told by its mean, a cell of all channels by their mean size."""
    is_whole = place.channel is None and place.position is None
    if is_whole or part.ndim == 0 or kind == "what was fed":
        return kind
    return f"mean of {kind}" if place.channel is not None else f"mean size of {kind} over {part.size} channels"


def _facts(bundle: Bundle, key: CaptureKey, place: Place, values: Array, part: Array) -> Facts:
    layer = bundle.layer(place.layer)
    if place.channel is None and place.position is None:
        return layer_facts(bundle, key.checkpoint_id, layer)
    if layer.kind == "input":
        return fed_facts(bundle, values, place.channel, place.position)
    if part.ndim == 0:
        return ()
    return map_facts(part) if place.channel is not None else strongest_facts(part)


def _notes(key: CaptureKey, summary: Summary) -> tuple[str, ...]:
    notes = []
    if summary.not_finite:
        notes.append(f"{summary.not_finite:,} of {summary.of:,} values of this output are NaN or infinite")
    if key.mutes:
        notes.append("as the network answers with what is muted; the numbers over all inputs are without")
    if 0 < summary.sampled < summary.of - summary.not_finite:
        notes.append(f"the histogram counts {summary.sampled:,} evenly spaced values")
    return tuple(notes)
