"""A forward pass: what is after the mutes is computed anew, everything else is what was stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from exporter.bundle import Bundle
from exporter.bundle.checks import output_name
from exporter.bundle.schema import Capture
from viewer.forward.mutes import checked, edges_off, muted, outputs_off
from viewer.forward.network import Network, Source, batch_of, network_of, stored
from viewer.forward.node import Array, CannotError
from viewer.forward.registry import compute, rule_of
from viewer.forward.trust import distrust
from viewer.state import CaptureKey, Mute


@dataclass(frozen=True)
class Pass:
    """What a forward pass made.

    Attributes
    ----------
    made : by output's name, what was computed: without a batch axis, read-only.
    lost : the outputs that could not be computed.
    stopped : why layers could not be computed, a line each.
    """

    made: Mapping[str, Array]
    lost: frozenset[str]
    stopped: tuple[str, ...]

    @property
    def size_bytes(self) -> int:
        """How much memory it takes."""
        return sum(values.nbytes for values in self.made.values())


@dataclass
class _Run:
    """One pass while it goes on: what was made so far (1, ...), and which layers stopped it."""

    network: Network
    capture: Capture
    changed: dict[str, tuple[Array, ...]] = field(default_factory=dict)
    unchanged: dict[Source, Array] = field(default_factory=dict)
    stopped: dict[str, str] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)

    def value(self, source: Source) -> Array:
        """What a layer hands on: changed by the mutes, or as it was stored, or computed from what was."""
        name = source[0]
        if name in self.lost:
            raise CannotError(f"{name} is not known")
        if name in self.changed:
            return self._nth(self.changed[name], source)
        if source not in self.unchanged:
            kept = stored(self.network.bundle, self.capture, source)
            if kept is None:
                inputs = [self.value(each) for each in self.network.sources[name]]
                if not inputs:
                    raise CannotError(f"{name}: what was fed was not kept")
                made = self._nth(compute(self.network.nodes[name], inputs), source)
            else:
                made = batch_of(kept)
            self.unchanged[source] = made
        return self.unchanged[source]

    def _nth(self, outputs: tuple[Array, ...], source: Source) -> Array:
        name, output = source
        if output >= len(outputs):
            raise CannotError(f"{name}: its output {output} is not computed here")
        return outputs[output]

    def inputs(self, name: str) -> list[Array]:
        return [self.value(source) for source in self.network.sources[name]]

    def without_edges(self, name: str, cut: Mapping[int | None, Sequence[Mute]]) -> tuple[Array, ...]:
        """A layer's outputs where some channels get nothing through some edges."""
        node, rule = self.network.nodes[name], rule_of(self.network.nodes[name])
        made = rule.linear(node, self.inputs(name))
        linear = np.array(made[0] if isinstance(made, tuple) else made)
        for into, mutes in cut.items():
            other = rule.linear(node, self._inputs_without(name, mutes))
            first = other[0] if isinstance(other, tuple) else other
            channel = slice(None) if into is None else into
            linear[..., channel] = first[..., channel]
        return (np.asarray(rule.finish(node, linear), np.float32),)

    def _inputs_without(self, target: str, mutes: Sequence[Mute]) -> list[Array]:
        """What `target` gets where the sources of the mutes are off, for it alone."""
        own: dict[str, tuple[Array, ...]] = {}
        for name in {mute.layer for mute in mutes}:
            own[name] = (muted(self.value((name, 0)), [mute for mute in mutes if mute.layer == name]),)
        between = _between(self.network, set(own), target)
        if target not in between:
            raise CannotError(f"{target}: nothing goes there from {', '.join(own)}")

        def value(source: Source) -> Array:
            return self._nth(own[source[0]], source) if source[0] in own else self.value(source)

        for name in between:
            if name not in own and name != target:
                own[name] = compute(self.network.nodes[name], [value(each) for each in self.network.sources[name]])
        return [value(source) for source in self.network.sources[target]]


def _between(network: Network, starts: set[str], target: str) -> list[str]:
    """The layers on the ways from any of `starts` to `target`, both ends in it, in topological order."""
    ahead = set(starts)
    for name, sources in network.sources.items():
        if any(source in ahead for source, _ in sources):
            ahead.add(name)
    back, waiting = set[str](), [target]
    while waiting:
        name = waiting.pop()
        if name in ahead and name not in back:
            back.add(name)
            waiting.extend(source for source, _ in network.sources[name])
    return [name for name in network.nodes if name in back]


def run(bundle: Bundle, key: CaptureKey) -> Pass:
    """How the network answers to the input of `key` without what its mutes switch off.

    Raises
    ------
    KerascopeError
        the bundle has no such capture, or the network no such place.
    """
    mutes = checked(bundle, key.mutes)
    off, cut = outputs_off(mutes), edges_off(mutes)
    network = network_of(bundle, key.checkpoint_id)
    going = _Run(network, bundle.capture(key.input_id, key.checkpoint_id))
    for name, sources in network.sources.items():
        above = {source for source, _ in sources}
        is_reached = name in cut or not above.isdisjoint(going.changed)
        if not above.isdisjoint(going.lost):
            going.lost.add(name)
        elif is_reached or name in off:
            _one_layer(going, key, name, off.get(name, ()), cut.get(name), is_reached=is_reached)
    made = {
        output_name(name, place): _as_kept(bundle, name, place, values)
        for name, outputs in going.changed.items()
        for place, values in enumerate(outputs)
    }
    touched = {*going.changed, *going.lost}
    lost = frozenset(each for each in going.capture.outputs if each.partition("#")[0] in touched) - set(made)
    return Pass(made, lost, tuple(going.stopped.values()))


def _one_layer(
    going: _Run,
    key: CaptureKey,
    name: str,
    off: Sequence[Mute],
    cut: Mapping[int | None, Sequence[Mute]] | None,
    *,
    is_reached: bool,
) -> None:
    """Compute a layer that mutes reach, or are of; where that cannot be, it and all after it are lost."""
    try:
        if not is_reached:
            outputs: tuple[Array, ...] = (going.value((name, 0)),)
        elif reason := distrust(going.network, key, name):
            raise CannotError(reason)
        elif cut:
            outputs = going.without_edges(name, cut)
        else:
            outputs = compute(going.network.nodes[name], going.inputs(name))
        going.changed[name] = (muted(outputs[0], off), *outputs[1:]) if off else outputs
    except CannotError as error:
        going.stopped[name] = error.what
        going.lost.add(name)


def _as_kept(bundle: Bundle, name: str, place: int, values: Array) -> Array:
    """An output without its batch axis, read-only; of it as many channels as captures keep."""
    outputs = bundle.layer(name).outputs
    channels = outputs[place].stored_channels if place < len(outputs) else None
    sample: Array = values[0] if channels is None else np.ascontiguousarray(values[0][..., :channels])
    sample.flags.writeable = False
    return sample
