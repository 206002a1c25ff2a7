"""What the layers of a model put out while it runs, by the names that a bundle has for them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from exporter.backend import keras
from exporter.capture.calls import Reading
from exporter.probing.errors import ProbeError


class Taps:
    """Keeps the first output of each wanted call, while calls go through it (`exporter.capture.hooks.recording`).

    Attributes
    ----------
    outputs : by the name of the call, tensors.
    """

    def __init__(self, reading: Reading, wanted: Collection[str]) -> None:
        self.outputs: dict[str, Any] = {}
        self._wanted = frozenset(wanted)
        self._names: dict[int, list[str]] = defaultdict(list)
        for call in reading.calls:
            self._names[id(call.operation)].append(call.name)
        self._counts: Counter[int] = Counter()

    def feed(self, names: Sequence[str], feeds: Sequence[Any]) -> list[Any]:
        """The feeds of a model's inputs, noted as what its input layers put out."""
        self.outputs |= {name: feed for name, feed in zip(names, feeds, strict=True) if name in self._wanted}
        return list(feeds)

    def call(self, original: Any, operation: Any, args: Any, kwargs: Any) -> Any:
        """What a call gives; it is noted where it is wanted."""
        result = original(operation, *args, **kwargs)
        names = self._names.get(id(operation), ())
        nth = self._counts[id(operation)]
        self._counts[id(operation)] += 1
        if nth < len(names) and names[nth] in self._wanted:
            self.outputs[names[nth]] = keras.tree.flatten(result)[0]
        return result

    def check(self) -> None:
        """Raise `ProbeError` unless every wanted call was made."""
        if missed := sorted(self._wanted - set(self.outputs)):
            raise ProbeError(
                f"the output of {missed[0]!r} cannot be looked at",
                expected="a model that calls the same layers in every run",
                got="no call of it",
            )
