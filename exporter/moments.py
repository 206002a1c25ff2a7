"""The checkpoints of an export: which weights, from where, in the order of time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from exporter.backend import keras
from exporter.capture import CheckpointRecorder, Moment, read_weights
from exporter.capture.weights import Weights
from exporter.models import ModelError, open_model, untrained_twin

Checkpoints = CheckpointRecorder | Sequence[Path | str | Moment]


def moments_of(
    model: keras.Model, checkpoints: Checkpoints, *, untrained: bool, seed: int, imports: Sequence[str]
) -> Iterator[Moment]:
    """Every moment of the model, the final one last; each is loaded when its turn comes.

    First the untrained twin where it is asked for, then the checkpoints, then the model as it is, unless the last
    checkpoint has the same weights already.
    """
    final = read_weights(model)
    if untrained:
        yield Moment("untrained", read_weights(untrained_twin(model, seed)), epoch=0, step=0)
    earlier = _listed(checkpoints)
    for place, each in enumerate(earlier):
        moment = each if isinstance(each, Moment) else _from_file(model, Path(each), imports)
        if place == len(earlier) - 1 and _equal(moment.weights(), final):
            yield replace(moment, source=final)
            return
        yield moment
    yield Moment("final", final)


def numbering(checkpoints: Checkpoints, *, untrained: bool) -> tuple[int, int]:
    """The number of the first checkpoint, and about how many there are before the final one.

    0 is kept for what was before training.
    """
    is_recorded = isinstance(checkpoints, CheckpointRecorder)
    earlier = len(_listed(checkpoints))
    return (0 if untrained or (is_recorded and earlier) else 1), earlier + untrained


def _listed(checkpoints: Checkpoints) -> Sequence[Path | str | Moment]:
    return checkpoints.moments if isinstance(checkpoints, CheckpointRecorder) else checkpoints


def _equal(one: Weights, other: Weights) -> bool:
    return set(one) == set(other) and all(np.array_equal(one[name], other[name], equal_nan=True) for name in one)


def _from_file(model: keras.Model, path: Path, imports: Sequence[str]) -> Moment:
    """The weights in a `.keras`, `.h5` or `.weights.h5` file of the same architecture. Raises `ModelError`."""
    if not path.is_file():
        raise ModelError("no such checkpoint file", expected=".keras, .h5 or .weights.h5", path=path)
    twin = untrained_twin(model, seed=0)
    if path.name.endswith(".weights.h5"):
        _load_weights(twin, path)
    else:
        other = open_model(path, imports=imports)
        shapes, expected = [tuple(w.shape) for w in other.weights], [tuple(w.shape) for w in twin.weights]
        if shapes != expected:
            raise ModelError(
                "the checkpoint is of another model",
                expected=f"{len(expected)} variables of the same shapes",
                got=f"{len(shapes)} variables",
                path=path,
            )
        twin.set_weights(other.get_weights())
    return Moment(path.name.partition(".")[0], read_weights(twin))


def _load_weights(model: keras.Model, path: Path) -> None:
    try:
        model.load_weights(path)
    except Exception as error:
        first_line = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ModelError(
            "the checkpoint does not fit the model", expected="weights of the same layers", got=first_line, path=path
        ) from error
