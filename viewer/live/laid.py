"""Maps of explanations that are in no bundle yet, as a bundle hands out those that it holds."""

from __future__ import annotations

import threading
from collections import OrderedDict

from exporter.bundle.schema import Overlay, TensorRef
from viewer.forward.node import Array
from viewer.live.asked import FoundMap

PREFIX = "asked~"
"""How their ids begin; no file of a bundle can be called so."""
MOST_KEPT = 64
_VALUES = "values"


class LaidMaps:
    """The newest `MOST_KEPT` maps, each with an id of its own that is never used again. Safe to use from several
    threads.
    """

    def __init__(self) -> None:
        self._laid: OrderedDict[str, tuple[Overlay, Array]] = OrderedDict()
        self._count = 0
        self._lock = threading.Lock()

    def lay(self, input_id: str, found: FoundMap) -> str:
        """The id of a map of an input."""
        with self._lock:
            self._count += 1
            id_ = f"{PREFIX}{self._count}"
            ref = TensorRef(file=id_, key=_VALUES, shape=found.values.shape, dtype=str(found.values.dtype))
            told = Overlay(id=id_, run="", input=input_id, layer=found.layer, kind=found.kind, values=ref)
            self._laid[id_] = told, found.values
            while len(self._laid) > MOST_KEPT:
                self._laid.popitem(last=False)
        return id_

    def overlay(self, id_: str) -> Overlay | None:
        """The map of this id; `None` where it is none of these, or not kept any more."""
        with self._lock:
            laid = self._laid.get(id_)
        return None if laid is None else laid[0]

    def values(self, ref: TensorRef) -> Array | None:
        """What a reference of these names, read-only; `None` where it is none, or not kept any more."""
        with self._lock:
            laid = self._laid.get(ref.file)
        return laid[1] if laid is not None and ref == laid[0].values else None

    @property
    def size_bytes(self) -> int:
        """How much memory they take."""
        with self._lock:
            return sum(values.nbytes for _, values in self._laid.values())
