"""The memory that is shared with the process that asks."""

from __future__ import annotations

import mmap
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.bundle.errors import KerascopeError


class Memory:
    """What the first message tells of the shared memory: arrays in it that both processes see.

    Attributes
    ----------
    fed, attacked : what is to be fed, and what an attack made of it; float32.
    scores : (n,) float32.
    outputs : by name.
    """

    def __init__(self, told: Mapping[str, Any]) -> None:
        self._map = mmap.mmap(told["memory"], told["size_bytes"])
        self.fed, self.attacked, self.scores = (self._at(told[name]) for name in ("fed", "attacked", "scores"))
        self.outputs = {name: self._at(place) for name, place in told["outputs"].items()}

    def _at(self, place: Mapping[str, Any]) -> NDArray[Any]:
        array: NDArray[Any] = np.ndarray(
            tuple(place["shape"]), np.dtype(place["dtype"]), self._map, offset=place["offset"]
        )
        return array

    def write(self, outputs: Mapping[str, NDArray[Any]], scores: NDArray[Any]) -> None:
        """Put an answer into the memory; of each output as many channels as there is room for.

        Raises
        ------
        KerascopeError
            an output is not of the shape that was told.
        """
        for name, place in self.outputs.items():
            values = outputs[name]
            _put(name, values[..., : place.shape[-1]] if place.ndim else values, place)
        _put("the first output", scores, self.scores)


def _put(name: str, values: NDArray[Any], place: NDArray[Any]) -> None:
    if values.shape != place.shape:
        raise KerascopeError(f"{name} is not as the bundle has it", expected=place.shape, got=values.shape)
    with np.errstate(over="ignore"):
        np.copyto(place, values, casting="unsafe")
