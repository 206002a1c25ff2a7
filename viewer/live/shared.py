"""Memory that a worker shares: what is to be fed, and what every layer made of it."""

from __future__ import annotations

import math
import mmap
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from exporter.bundle import Bundle
from exporter.bundle.errors import KerascopeError
from exporter.bundle.schema import Capture
from viewer.forward.node import Array
from viewer.live.fed import fed_shape

MOST_BYTES = 2**30
_STEP_BYTES = 64
_MEMORY = Path("/dev/shm")


@dataclass(frozen=True)
class Place:
    """Where an array lies in the memory."""

    offset: int
    shape: tuple[int, ...]
    dtype: str

    @property
    def end(self) -> int:
        """Where the next one can begin."""
        size_bytes = math.prod(self.shape) * np.dtype(self.dtype).itemsize
        return self.offset + -(-size_bytes // _STEP_BYTES) * _STEP_BYTES


@dataclass(frozen=True)
class Plan:
    """Where everything lies: `fed` and what an attack made of it, the first output flattened, and every output that
    captures keep, by name, but for what is fed.
    """

    fed: Place
    attacked: Place
    scores: Place
    outputs: Mapping[str, Place]
    size_bytes: int

    def told(self) -> dict[str, Any]:
        """It as JSON can say it."""
        return asdict(self)


def plan_of(bundle: Bundle, checkpoint_id: str, most_bytes: int = MOST_BYTES) -> Plan:
    """Where everything lies for a network that is fed pictures; floats are float32, all else as captures have it.

    Raises
    ------
    KerascopeError
        the network takes no picture, no capture tells what is kept of one, or that is more than `most_bytes`.
    """
    shape = fed_shape(bundle)
    capture = _captured(bundle, checkpoint_id, shape)
    fed = Place(0, shape, "float32")
    attacked = Place(fed.end, shape, "float32")
    scores = Place(attacked.end, (_scores(bundle, capture),), "float32")
    outputs, end = {}, scores.end
    for name, ref in capture.outputs.items():
        if name not in bundle.manifest.model.inputs:
            outputs[name] = Place(end, ref.shape, "float32" if ref.dtype.startswith("float") else ref.dtype)
            end = outputs[name].end
    if end > most_bytes:
        raise KerascopeError(
            "what the layers put out takes too much memory to be shown live",
            expected=f"at most {most_bytes:,} bytes",
            got=f"{end:,}",
            remedy="export the model again with --layers or --channels",
            path=bundle.path,
        )
    return Plan(fed, attacked, scores, outputs, end)


def _captured(bundle: Bundle, checkpoint_id: str, shape: tuple[int, ...]) -> Capture:
    """A capture of something of the shape that is fed."""
    (fed,) = bundle.manifest.model.inputs
    for checkpoint in (checkpoint_id, bundle.final_checkpoint.id):
        for capture in bundle.captures_at(checkpoint):
            if fed in capture.outputs and capture.outputs[fed].shape == shape:
                return capture
    what = "nothing tells what the layers put out for a picture"
    raise KerascopeError(what, expected=f"a captured input of the shape {shape}", got="none", path=bundle.path)


def _scores(bundle: Bundle, capture: Capture) -> int:
    name = bundle.manifest.model.outputs[0]
    if capture.scores or name not in capture.outputs:
        return len(capture.scores)
    return math.prod(capture.outputs[name].shape)


class Shared:
    """Memory of a plan's size, in a file that has no name: it is gone when nobody has it open any more, whoever was
    killed meanwhile.

    Attributes
    ----------
    fd : the file, for a child process to inherit.

    Raises
    ------
    KerascopeError
        there is not so much.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._file = _reserved(plan.size_bytes)
        self.fd = self._file.fileno()
        self._map = mmap.mmap(self.fd, plan.size_bytes)

    def put(self, fed: Array) -> None:
        """What is to be fed."""
        self._at(self._plan.fed)[:] = fed

    @property
    def attacked(self) -> Array:
        """A copy of what an attack made of it."""
        return self._copy(self._plan.attacked)

    @property
    def scores(self) -> Array:
        """A copy of the first output."""
        return self._copy(self._plan.scores)

    def outputs(self) -> dict[str, Array]:
        """A copy of every output."""
        return {name: self._copy(place) for name, place in self._plan.outputs.items()}

    def close(self) -> None:
        """Give it back."""
        self._map.close()
        self._file.close()

    def _at(self, place: Place) -> Array:
        return np.ndarray(place.shape, np.dtype(place.dtype), self._map, offset=place.offset)

    def _copy(self, place: Place) -> Array:
        copy = np.array(self._at(place))
        copy.flags.writeable = False
        return copy


def _reserved(size_bytes: int) -> IO[bytes]:
    """A file of this size whose every byte is there: writing to it later cannot fail."""
    for folder in (_MEMORY if _MEMORY.is_dir() else None, None):
        try:
            file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 (it stays open)
        except OSError:
            continue
        try:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, size_bytes)
            else:
                file.truncate(size_bytes)
        except OSError:
            file.close()
            continue
        return file
    what = "there is too little room for what a worker shares"
    raise KerascopeError(what, expected=f"{size_bytes:,} bytes in {_MEMORY} or {tempfile.gettempdir()}")
