"""Shards put together, in the order of their images: what is known of a pass."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.capture.statistics import Moments, statistics_of
from exporter.surveying.plan import Plan
from exporter.surveying.result import ShardResult
from exporter.surveying.tally import bounds_of

Array = NDArray[Any]


class Merged:
    """What is known of a pass; memory does not grow with the number of images.

    Attributes
    ----------
    images : how many there are.
    classes : those that images count for, rising.
    """

    def __init__(self, plan: Plan, shards: Iterable[ShardResult]) -> None:
        self._plan = plan
        self._bounds = bounds_of(plan)
        channels = self._bounds[-1]
        self.images = 0
        self._exact: Moments | None = None
        self._sizes: list[int] = []
        self._values = np.zeros((channels, 0), np.float32)
        self._images = np.zeros((channels, 0), np.int64)
        self._at = np.zeros((channels, 0), np.int64)
        self._samples: list[list[Array]] = [[] for _ in plan.layers]
        self._of_class: dict[int, tuple[int, Array, Array]] = {}
        self._nan_images = np.zeros(len(plan.layers), np.int64)
        for shard in shards:
            self._take(shard)

    @property
    def classes(self) -> tuple[int, ...]:
        """Those that images count for, rising."""
        return tuple(sorted(self._of_class))

    @property
    def class_counts(self) -> NDArray[np.int64]:
        """How many images count for each of them, (L,)."""
        return np.array([self._of_class[each][0] for each in self.classes], np.int64)

    @property
    def nan_images(self) -> dict[str, int]:
        """Of each layer where there are any, how many images have a channel without a finite number."""
        return {name: int(n) for name, n in zip(self._plan.layers, self._nan_images, strict=True) if n}

    def _take(self, shard: ShardResult) -> None:
        arrays = shard.arrays
        if not shard.images:
            return
        exact = Moments(*(arrays[name] for name in ("finite", "zeros", "low", "high", "mean", "squares")))
        self._exact = exact if self._exact is None else self._exact.merged(exact)
        self._sizes = arrays["sizes"].tolist()
        self._take_strongest(arrays["top_values"], arrays["top_rows"], arrays["top_at"])
        ends = arrays["sample_ends"].tolist()
        for layer, (start, stop) in enumerate(zip([0, *ends[:-1]], ends, strict=True)):
            self._samples[layer].append(arrays["samples"][start:stop])
        self._nan_images += arrays["nan_images"]
        for row, number in enumerate(arrays["class_numbers"].tolist()):
            count, sums, squares = self._of_class.get(number, (0, 0.0, 0.0))
            found = count + int(arrays["class_counts"][row])
            self._of_class[number] = found, sums + arrays["class_sums"][row], squares + arrays["class_squares"][row]
        self.images += shard.images

    def _take_strongest(self, values: Array, rows: Array, at: Array) -> None:
        """Of those that are known and these, which come later in the data set, the strongest."""
        all_values = np.concatenate([self._values, values], axis=1)
        images = np.concatenate([self._images, np.where(rows < 0, -1, rows + self.images)], axis=1)
        sizes = np.where(images < 0, -np.inf, all_values)
        order = np.argsort(-sizes, axis=1, kind="stable")[:, : self._plan.top]
        self._values, self._images, self._at = (
            np.take_along_axis(each, order, axis=1)
            for each in (all_values, images, np.concatenate([self._at, at], axis=1))
        )

    def layer(self, layer: int) -> tuple[dict[str, Array], int | None]:
        """The tensors of a layer (SPEC.md, "Surveys") but its features, and how many values percentiles are of."""
        if self._exact is None:
            raise ValueError("there are no images")
        own = slice(*self._bounds[layer : layer + 2])
        exact = Moments(*(getattr(self._exact, name)[own] for name in Moments.__dataclass_fields__))
        axes = self._axes(layer)
        places = self.images * int(np.prod(axes, dtype=np.int64))
        kept = np.concatenate(self._samples[layer]).reshape(-1, self._plan.channels[layer])
        most = min(self._plan.top, self.images)
        tensors = {
            **statistics_of(exact, kept, places),
            "top_values": self._values[own, :most],
            "top_images": self._images[own, :most],
            "top_places": _places(self._at[own, :most], axes),
            **self._class_means(own),
        }
        return tensors, None if len(kept) == places else len(kept)

    def _axes(self, layer: int) -> tuple[int, ...]:
        """The sizes of a layer's output between images and channels."""
        ends = np.cumsum([0, *self._plan.axes])
        return tuple(self._sizes[ends[layer] : ends[layer + 1]])

    def _class_means(self, own: slice) -> dict[str, Array]:
        if not self._of_class:
            return {}
        means, stds = [], []
        for number in self.classes:
            count, sums, squares = self._of_class[number]
            mean = sums[own] / count
            means.append(mean)
            stds.append(np.sqrt(np.maximum(squares[own] / count - mean * mean, 0.0)))
        return {"class_mean": np.array(means, np.float32), "class_std": np.array(stds, np.float32)}

    def strongest_images(self) -> NDArray[np.int64]:
        """The images that are among the strongest of any channel, those of better ranks first, each once."""
        by_rank = self._images.T.ravel()
        images, first = np.unique(by_rank, return_index=True)
        order = np.argsort(first, kind="stable")
        return images[order][images[order] >= 0]


def _places(at: Array, axes: tuple[int, ...]) -> NDArray[np.int32]:
    """Flat places (C, K) of axes of these sizes as (C, K, axes)."""
    if not axes:
        return np.zeros((*at.shape, 0), np.int32)
    return np.stack(np.unravel_index(at, axes), axis=-1).astype(np.int32)
