"""Containers whose graph Keras does not know: classes with their own `call`, read by watching them run."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

from exporter.backend import keras
from exporter.capture.calls import Arrange, Call, Listing, Made, Source, Tensor
from exporter.capture.hooks import Event, Recorder
from exporter.capture.observed import Fed, Observed, observe, watched
from exporter.capture.rows import rows_between, shape_between
from exporter.models.errors import ModelError

_BATCHES = (2, 3)


@dataclass(frozen=True)
class TracedPlan:
    """How to run a container and tell its calls.

    `makes` has one entry per event that the container is known to have: the event's name, the call that it is (`None`
    where a container only hands on what a layer inside has made), and which of its outputs are that call's.
    """

    container: Any
    name: str
    makes: tuple[tuple[str, Call | None, tuple[int, ...]], ...]

    def run(self, args: Sequence[Any], kwargs: dict[str, Any]) -> Generator[Made, None, list[Any]]:
        """Hand out what each call inside makes, after the container has run; the result is its outputs.

        Raises
        ------
        ModelError
            it calls other layers than when it was read.
        """
        events = watched(self.container, Recorder(self.name), args, kwargs)
        if [event.name for event in events] != [name for name, _, _ in self.makes]:
            raise _other_calls(self.container, self.name)
        outputs = events[-1].outputs
        waiting = deque(events)
        events.clear()
        for _, call, places in self.makes:
            made = waiting.popleft().outputs
            if call is not None:
                yield call, [made[place] for place in places]
        return outputs


def _other_calls(container: Any, name: str) -> ModelError:
    return ModelError(
        f"{name or container.name!r} does not call the same layers in every run",
        expected="the same calls for every input",
        remedy="such a model cannot be drawn; export the part of it that is the same for every input",
    )


def read_traced(
    listing: Listing, container: Any, name: str, arrange: Arrange, fed: Sequence[Fed], sources: Sequence[Source]
) -> tuple[TracedPlan, list[Source]]:
    """How to run a container, and where each of its outputs comes from; its calls are listed.

    `sources` says where each tensor that it is fed comes from. Raises `ModelError` where it cannot be run.
    """
    one, other = (observe(container, name, arrange, fed, batch) for batch in _BATCHES)
    if [event.name for event in one.events] != [event.name for event in other.events]:
        raise _other_calls(container, name)
    reader = _Reader(listing, one, sources)
    makes = tuple(reader.read(*each) for each in zip(one.events, other.events, strict=True))
    if reader.guesses:
        listing.notes.append(
            f"what is connected inside {name or container.name!r} cannot be traced: layers are drawn in the order of "
            f"their calls there"
        )
    return TracedPlan(container, name, makes), [reader.makers[one.key(tensor)] for tensor in one.events[-1].outputs]


class _Reader:
    """Lists the calls of an observed container and finds what each is connected to."""

    def __init__(self, listing: Listing, observed: Observed, sources: Sequence[Source]) -> None:
        self.makers = {observed.key(tensor): source for tensor, source in zip(observed.inputs, sources, strict=True)}
        self.guesses = 0
        self._listing = listing
        self._observed = observed
        self._fed = list(sources)
        self._before: list[Source] = list(sources)
        self._starts: list[int] = []  # the number of calls listed before each event

    def read(self, event: Event, twin: Event) -> tuple[str, Call | None, tuple[int, ...]]:
        """What the event makes (see `TracedPlan`)."""
        self._starts.append(len(self._listing.calls))
        if not event.is_container:
            arguments = [self._sources(tensor) for tensor in event.inputs]
            call = self._add(event, twin, range(len(event.outputs)), arguments)
            return event.name, call, tuple(range(len(call.outputs)))
        own = [place for place, tensor in enumerate(event.outputs) if self._observed.key(tensor) not in self.makers]
        result = self._add(event, twin, own, self._joined(event, own)) if own else None
        first = self._starts[event.first]
        outputs = [self.makers[self._observed.key(tensor)] for tensor in event.outputs]
        self._listing.close(event.name, event.operation, first, outputs)
        return event.name, result, tuple(own)

    def _joined(self, event: Event, own: Sequence[int]) -> list[list[Source]]:
        found = dict.fromkeys(source for place in own for source in self._sources(event.outputs[place]))
        return [[source] for source in found]

    def _sources(self, tensor: Any) -> list[Source]:
        sources = self._observed.sources(tensor, self.makers)
        if sources is None:
            self.guesses += 1
            return self._before
        return sources

    def _add(self, event: Event, twin: Event, places: Sequence[int], arguments: Sequence[Sequence[Source]]) -> Call:
        outputs = []
        for place in places:
            tensor = event.outputs[place]
            one, other = tuple(tensor.shape), tuple(twin.outputs[place].shape)
            rows = rows_between(one, other, _BATCHES)
            dtype = keras.backend.standardize_dtype(tensor.dtype)
            outputs.append(Tensor(rows.sample_shape(shape_between(one, other)), dtype, rows))
        result_of = self._observed.operation_type(event.outputs[places[0]]) if event.is_container else ""
        shapes = [tuple(tensor.shape) for tensor in event.inputs]
        name = event.name or self._listing.free("output")
        call = self._listing.add(name, event.operation, arguments, outputs, shapes, result_of)
        self.makers |= {
            self._observed.key(event.outputs[place]): Source(call.name, nth) for nth, place in enumerate(places)
        }
        self._before = [Source(call.name)]
        return call
