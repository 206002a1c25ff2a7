"""The weights of a model while it learns."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.backend import keras
from exporter.capture.weights import Weights, read_weights, seen_array, variables_of


@dataclass(frozen=True)
class Moment:
    """A model at one moment of its life.

    Attributes
    ----------
    label : what a viewer calls it.
    source : its weights by `<layer>/<variable>`; the `.npz` file that holds them; `None`: those that the model has.
    epoch, step : how many epochs and optimiser steps were done, where known.
    metrics : loss and metrics at that moment, as Keras logged them.
    """

    label: str
    source: Weights | Path | None
    epoch: int | None = None
    step: int | None = None
    metrics: Mapping[str, float | None] = field(default_factory=dict)

    def weights(self) -> Mapping[str, NDArray[Any]]:
        """The weights, read from the file where they are in one; none where they are those that the model has."""
        with self.opened() as weights:
            return {name: seen_array(weights[name]) for name in weights}

    @contextmanager
    def opened(self) -> Iterator[Weights]:
        """The weights as they are asked for: from a file each is read when its turn comes, and not kept."""
        if isinstance(self.source, Path):
            with np.load(self.source, allow_pickle=False) as arrays:
                yield arrays
        else:
            yield self.source or {}


class CheckpointRecorder(keras.callbacks.Callback):
    """A Keras callback that keeps the weights before training and after chosen epochs and steps.

    Parameters
    ----------
    epochs : the epochs to record after, counted from 1; `None`: every one.
    steps : the optimiser steps to record after, counted from 1 over the whole training.
    every_steps : also record after each multiple of this; 0: do not.
    measure : what else to know of the model at each of these moments, by name; it must leave the model as it is.
    folder : where to keep the weights as `.npz`; without it they stay in memory.

    Attributes
    ----------
    moments : what was recorded, in order; the first is the untrained model.

    >>> recorder = CheckpointRecorder(steps=(10, 100))                       # doctest: +SKIP
    >>> model.fit(x, y, epochs=5, callbacks=[recorder])                      # doctest: +SKIP
    >>> export_model(model, "pictures", "my.bundle", checkpoints=recorder)   # doctest: +SKIP
    """

    def __init__(
        self,
        *,
        epochs: Collection[int] | None = None,
        steps: Collection[int] = (),
        every_steps: int = 0,
        measure: Callable[[keras.Model], Mapping[str, float]] | None = None,
        folder: Path | str | None = None,
    ) -> None:
        super().__init__()
        self.moments: list[Moment] = []
        self._epochs = None if epochs is None else frozenset(epochs)
        self._steps = frozenset(steps)
        self._every_steps = every_steps
        self._measure = measure
        self._folder = None if folder is None else Path(folder)
        self._step = self._steps_before_epoch = self._epoch = 0

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Record the untrained model. A second `fit` goes on counting."""
        if not self.moments:
            self._record("untrained", logs)

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002
        """Remember where the epoch starts: Keras counts its batches from 0 again."""
        self._steps_before_epoch = self._step

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Record after a chosen step; where Keras runs several in one go, after the last of them."""
        before, self._step = self._step, self._steps_before_epoch + batch + 1
        done = range(before + 1, self._step + 1)
        if any(step in self._steps or (self._every_steps and step % self._every_steps == 0) for step in done):
            self._record(f"step {self._step}", logs)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002
        """Record after a chosen epoch."""
        self._epoch += 1
        if self._epochs is None or self._epoch in self._epochs:
            self._record(f"epoch {self._epoch}", logs)

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Record how training ended, if that has not been recorded yet."""
        if self.moments[-1].step != self._step:
            self._record("end of training", logs)

    def _record(self, label: str, logs: Mapping[str, Any] | None) -> None:
        if self.moments and self.moments[-1].step == self._step:  # the end of an epoch knows more than its last step
            self.moments.pop()
        source = read_weights(self.model) if self._folder is None else self._save(self._folder)
        metrics = {name: float(value) for name, value in (logs or {}).items()}
        metrics |= self._measure(self.model) if self._measure is not None else {}
        self.moments.append(Moment(label, source, self._epoch, self._step, metrics))

    def _save(self, folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{len(self.moments):03d}.npz"
        weights: dict[str, Any] = {name: seen_array(held) for name, held in variables_of(self.model).items()}
        np.savez(path, **weights)
        return path
