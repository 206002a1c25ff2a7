"""How the network answers, with and without what is switched off; passes are kept, within bounds."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from exporter.bundle import Bundle
from exporter.bundle.schema import Capture
from viewer.forward.network import network_of
from viewer.forward.node import Array, CannotError, Node
from viewer.forward.passes import Pass, run
from viewer.forward.registry import rule_of
from viewer.state import CaptureKey

MOST_BYTES = 256 * 2**20
"""How much the passes that are kept may take, of all bundles together; the newest is kept whatever its size."""


@dataclass(frozen=True)
class Answer:
    """The network's first output.

    Attributes
    ----------
    scores : (n,) float32, the output flattened; empty where it could not be computed.
    predicted : the place of the largest score; `None` where there is none.
    class_name : what that stands for; empty where it is not known.
    stopped : why layers could not be computed, a line each.
    """

    scores: Array
    predicted: int | None
    class_name: str
    stopped: tuple[str, ...] = ()

    @property
    def score(self) -> float:
        """The largest score; not a number where there is none."""
        return float("nan") if self.predicted is None else float(self.scores[self.predicted])


class Answered(Mapping[str, Array]):
    """What each layer puts out, by the names of a capture's outputs: without a batch axis.

    What could not be computed is not there; `stopped` says why, a line each. `computed` are the names of what was not
    taken from the bundle.
    """

    def __init__(self, bundle: Bundle, capture: Capture, done: Pass) -> None:
        self._bundle, self._capture, self._done = bundle, capture, done
        self._names = tuple(name for name in capture.outputs if name not in done.lost)
        self._known = frozenset(self._names)
        self.stopped = done.stopped
        self.computed = frozenset(done.made)

    def __getitem__(self, name: str) -> Array:
        if name in self._done.made:
            return self._done.made[name]
        if name not in self._known:
            raise KeyError(name)
        return self._bundle.load(self._capture.outputs[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class _Kept:
    """The passes of all bundles, the ones used last at the end."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._passes: OrderedDict[tuple[int, CaptureKey], Pass] = OrderedDict()
        self._owners: WeakKeyDictionary[Bundle, int] = WeakKeyDictionary()
        self._going: dict[tuple[int, CaptureKey], threading.Lock] = {}
        self._next = 0

    def of(self, bundle: Bundle, key: CaptureKey) -> Pass:
        """The pass for a key: computed once, also where several threads ask for it."""
        with self._turn:
            place = (self._number(bundle), key)
            going = self._going.setdefault(place, threading.Lock())
        try:
            with going:
                return self._found(place) or self._keep(place, run(bundle, key))
        finally:
            with self._turn:
                self._going.pop(place, None)

    def _number(self, bundle: Bundle) -> int:
        if bundle not in self._owners:
            self._next += 1
            self._owners[bundle] = self._next
        return self._owners[bundle]

    def _found(self, place: tuple[int, CaptureKey]) -> Pass | None:
        with self._turn:
            if place in self._passes:
                self._passes.move_to_end(place)
            return self._passes.get(place)

    def _keep(self, place: tuple[int, CaptureKey], made: Pass) -> Pass:
        with self._turn:
            self._passes[place] = made
            living = set(self._owners.values())
            for old in [each for each in self._passes if each[0] not in living]:
                del self._passes[old]
            while len(self._passes) > 1 and self.size_bytes > MOST_BYTES:
                self._passes.popitem(last=False)
        return made

    @property
    def size_bytes(self) -> int:
        """How much memory the passes take."""
        return sum(each.size_bytes for each in self._passes.values())


_KEPT = _Kept()


def outputs(bundle: Bundle, key: CaptureKey) -> Answered:
    """What each layer puts out for an input without what the key's mutes switch off.

    By the names of a capture's outputs (`name`, `name#1`): arrays without a batch axis, float32 where they were
    computed and as they were stored elsewhere. Layers that cannot be computed, and those after them, are not there;
    `stopped` says why. Safe to use from several threads.

    Raises
    ------
    KerascopeError
        the bundle has no such capture, or the network no such place.
    """
    return Answered(bundle, bundle.capture(key.input_id, key.checkpoint_id), _KEPT.of(bundle, key))


def kept_bytes() -> int:
    """How much memory the passes that are kept take."""
    return _KEPT.size_bytes


def answer(bundle: Bundle, key: CaptureKey) -> Answer:
    """The network's first output for a key, and the class that it tells. Raises as `outputs` does."""
    made = outputs(bundle, key)
    model = bundle.manifest.model
    values = made.get(model.outputs[0])
    if values is None or not values.size:
        return Answer(np.empty(0, np.float32), None, "", made.stopped)
    scores = np.asarray(values, np.float32).ravel()
    predicted = None if np.isnan(scores).all() else int(np.nanargmax(scores))
    names = model.class_names if len(model.class_names) == len(scores) else ()
    return Answer(scores, predicted, names[predicted] if names and predicted is not None else "", made.stopped)


def scores(bundle: Bundle, key: CaptureKey) -> Array:
    """The network's first output for a key, flattened, float32; empty where it cannot be computed."""
    return answer(bundle, key).scores


def unsupported(bundle: Bundle, after: str | None = None, checkpoint_id: str | None = None) -> tuple[str, ...]:
    """Why layers cannot be computed from this bundle, a line each; none: all can, so far as their settings tell.

    With `after` only of those that something goes to from that layer: these stop what is muted there.
    """
    network = network_of(bundle, checkpoint_id or bundle.final_checkpoint.id)
    wanted = network.nodes if after is None else network.after(bundle.layer(after).name)
    return tuple(line for name in wanted if network.sources[name] and (line := _lack(network.nodes, name)))


def _lack(nodes: Mapping[str, Node], name: str) -> str:
    try:
        rule_of(nodes[name])
    except CannotError as error:
        return str(error)
    return ""
