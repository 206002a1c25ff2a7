"""What the channels of all layers of a survey did for the images of one shard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.bundling.crew import Crew, even_cuts
from exporter.capture.statistics import stride_of
from exporter.surveying.kernels import keep_strongest, look_at, merge_images
from exporter.surveying.plan import Plan

Array = NDArray[Any]

_SHARED_VALUES = 2**16
"""Fewer values than this are looked at by one thread: handing them out would take longer."""


class Tally:
    """Takes in the outputs of layers batch by batch and does not keep them.

    The threads of `crew` share the images of a batch. The channels of all layers stand in one row, those of the first
    layer first: `bounds` says where each begins.
    """

    def __init__(self, plan: Plan, crew: Crew) -> None:
        self._plan, self._crew = plan, crew
        self.bounds = bounds_of(plan)
        channels = self.bounds[-1]
        # One column more than there is: else those of an only layer are of another form, which is compiled for itself.
        self._whole = np.zeros((4, channels + 1))[:, :-1]
        self._whole[0], self._whole[1] = np.inf, -np.inf
        self._many = np.zeros((2, channels + 1), np.int64)[:, :-1]
        self._means: list[Array] = []
        self._best: list[Array] = []
        self._at: list[Array] = []
        self._samples: list[list[Array]] = [[] for _ in plan.layers]
        self._sizes: list[tuple[int, ...]] = []

    def add(self, outputs: Sequence[Array], places: Sequence[int]) -> None:
        """Take in the outputs (n, ..., channels) of each layer for images at these places of the data set."""
        if not len(places):
            return
        shape = len(places), self.bounds[-1]
        means, best, at = np.empty(shape), np.empty(shape, np.float32), np.empty(shape, np.int32)
        self._sizes = [each.shape[1:-1] for each in outputs]
        for layer, values in enumerate(outputs):
            table = values.reshape(len(values), -1, self._plan.channels[layer])
            own = slice(*self.bounds[layer : layer + 2])
            means[:, own], best[:, own], at[:, own] = self._look(table, own)
            stride = stride_of(table.shape[1], self._plan.data.count, table.shape[2], self._plan.most_values(layer))
            self._samples[layer] += _every(table, places, stride)
        self._means.append(means)
        self._best.append(best)
        self._at.append(at)

    def _look(self, table: Array, own: slice) -> tuple[Array, Array, Array]:
        """The mean, the greatest value and its place of each image and channel; what concerns all is taken in."""
        shape = table.shape[0], table.shape[2]
        sums, squares = np.empty(shape), np.empty(shape)
        low, best = np.empty(shape, np.float32), np.empty(shape, np.float32)
        at, zeros, counts = np.empty(shape, np.int32), np.empty(shape, np.int32), np.empty(shape, np.int32)
        arrays = (table, sums, squares, low, best, at, zeros, counts)
        least = max(1, _SHARED_VALUES * len(table) // max(1, table.size))  # images stand alone: any cut gives the same
        self._crew.share(
            look_at, [tuple(each[start:stop] for each in arrays) for start, stop in even_cuts(len(table), least)]
        )
        merge_images(sums, squares, low, best, zeros, counts, self._whole[:, own], self._many[:, own])
        with np.errstate(invalid="ignore"):
            return sums / np.where(counts, counts, np.nan), best, at

    def arrays(self, counted: NDArray[np.int64]) -> dict[str, Array]:
        """All that is known, by name, `counted` being the class (or -1) that each image counts for.

        `low`, `high`, `mean`, `squares` (channels) float64 and `finite`, `zeros` (channels) int64 are of all values;
        `top_values` (channels, K) float32, `top_rows` and `top_at` (channels, K) int64 the strongest images, by their
        row in the shard, -1 where there is none; `sizes` what the layers' axes are between images and channels;
        `samples` and `sample_ends` every so many values; `nan_images` (layers) how many images have a channel without a
        number; `class_numbers`, `class_counts` (L) and `class_sums`, `class_squares` (L, channels) of the means of each
        class; `features/N` (n, channels) float32 the means of the N-th layer of which they are kept.
        """
        channels = self.bounds[-1]
        means = np.concatenate([np.empty((0, channels)), *self._means])
        best = np.concatenate([np.empty((0, channels), np.float32), *self._best])
        at = np.concatenate([np.empty((0, channels), np.int32), *self._at])
        starts = self.bounds[:-1]
        samples = [np.concatenate([np.empty(0, np.float32), *each]) for each in self._samples]
        found = {
            **dict(zip(("low", "high", "mean", "squares"), self._whole, strict=True)),
            **dict(zip(("finite", "zeros"), self._many, strict=True)),
            **_strongest(best, at, self._plan.top),
            **_by_class(means, counted),
            "sizes": np.array([size for each in self._sizes for size in each], np.int64),
            "samples": np.concatenate(samples),
            "sample_ends": np.cumsum([len(each) for each in samples], dtype=np.int64),
            "nan_images": np.add.reduceat(np.isnan(means), starts, axis=1).astype(bool).sum(axis=0, dtype=np.int64),
        }
        for nth, name in enumerate(self._plan.features):
            layer = self._plan.layers.index(name)
            found[f"features/{nth}"] = means[:, self.bounds[layer] : self.bounds[layer + 1]].astype(np.float32)
        return found


def bounds_of(plan: Plan) -> tuple[int, ...]:
    """Where the channels of each layer begin in the row of all of them, and where the last ones end."""
    return (0, *np.cumsum(plan.channels).tolist())


def _every(table: Array, places: Sequence[int], stride: int) -> list[Array]:
    """Every so many places of images (n, places, channels) that follow each other in a data set; flat."""
    each = table.shape[1]
    if places[-1] - places[0] == len(places) - 1:
        flat = table.reshape(-1, table.shape[2])
        return [flat[-places[0] * each % stride :: stride].ravel()]
    return [rows[-place * each % stride :: stride].ravel() for place, rows in zip(places, table, strict=True)]


def _strongest(best: Array, at: Array, top: int) -> dict[str, Array]:
    """The images of (n, channels) that have the greatest value of each channel, the first of equal ones first."""
    rows = np.full((best.shape[1], top), -1, np.int64)
    values, places = np.zeros(rows.shape, np.float32), np.zeros(rows.shape, np.int64)
    keep_strongest(best, at, values, rows, places)
    return {"top_values": values, "top_rows": rows, "top_at": places}


def _by_class(means: Array, counted: NDArray[np.int64]) -> dict[str, Array]:
    """Sums of means (n, channels) and of their squares over the images of each class that occurs."""
    classes = np.unique(counted[counted >= 0])
    sums = np.zeros((len(classes), means.shape[1]))
    squares = np.zeros_like(sums)
    for place, each in enumerate(classes):
        own = means[counted == each]
        sums[place], squares[place] = own.sum(axis=0), np.einsum("ic,ic->c", own, own)
    counts = np.array([(counted == each).sum() for each in classes], np.int64)
    return {"class_numbers": classes, "class_counts": counts, "class_sums": sums, "class_squares": squares}
