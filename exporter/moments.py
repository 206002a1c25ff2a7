"""The checkpoints of an export: which weights, from where, in the order of time."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.backend import keras
from exporter.capture import CheckpointRecorder, Moment
from exporter.capture.outputs import stored
from exporter.capture.weights import Weights, held_tensor, seen_array, variables_of
from exporter.models import ModelError, load_weights, open_model, untrained_twin

Checkpoints = CheckpointRecorder | Sequence[Path | str | Moment]

_BLOCK_VALUES = 2**22


@dataclass(frozen=True)
class Sources:
    """Where checkpoints come from, and what may be done to open them: modules to import, code to run."""

    checkpoints: Checkpoints = ()
    imports: tuple[str, ...] = ()
    unsafe: bool = False


def moments_of(
    model: keras.Model, sources: Sources, *, untrained: bool, seed: int, final: str = "final"
) -> Iterator[Moment]:
    """Every moment of the model, the final one last, and only that one with the model's own weights (`source` `None`).

    First the untrained twin where it is asked for, then the checkpoints, then the model as it is, unless the last
    checkpoint has the same weights already; it is called `final`. Each is loaded when its turn comes, and nothing holds
    on to it here.
    """
    if untrained:
        yield _without_garbage(_untrained(model, seed))
    earlier = _listed(sources.checkpoints)
    for each in earlier[:-1]:
        yield _moment(model, each, sources)
    if earlier:
        last = _moment(model, earlier[-1], sources)
        if _is_now(last, model):
            yield replace(last, source=None)
            return
        yield last
        del last
    yield Moment(final, None)


def numbering(checkpoints: Checkpoints, *, untrained: bool) -> tuple[int, int]:
    """The number of the first checkpoint, and about how many there are before the final one.

    0 is kept for what was before training.
    """
    is_recorded = isinstance(checkpoints, CheckpointRecorder)
    earlier = len(_listed(checkpoints))
    return (0 if untrained or (is_recorded and earlier) else 1), earlier + untrained


def same_values(one: NDArray[Any], other: NDArray[Any]) -> bool:
    """Whether two arrays are equal once `one` is stored as `other` is; NaN equals NaN. Needs no memory to speak of."""
    if one.shape != other.shape:
        return False
    flat, kept = one.reshape(-1), other.reshape(-1)
    blocks = (slice(start, start + _BLOCK_VALUES) for start in range(0, flat.size, _BLOCK_VALUES))
    return all(_same_block(stored(flat[block], other.dtype.name), kept[block]) for block in blocks)


def _same_block(one: NDArray[Any], other: NDArray[Any]) -> bool:
    return np.array_equal(one, other) or (one.dtype.kind == "f" and np.array_equal(one, other, equal_nan=True))


def _listed(checkpoints: Checkpoints) -> Sequence[Path | str | Moment]:
    return checkpoints.moments if isinstance(checkpoints, CheckpointRecorder) else checkpoints


def _moment(model: keras.Model, checkpoint: Path | str | Moment, sources: Sources) -> Moment:
    if isinstance(checkpoint, Moment):
        return checkpoint
    return _without_garbage(_from_source(model, str(checkpoint), sources))


def _without_garbage(moment: Moment) -> Moment:
    """The moment; the model that brought its weights is gone. Its parts know each other, so only this ends it."""
    gc.collect()
    return moment


def _untrained(model: keras.Model, seed: int) -> Moment:
    return Moment("untrained", _weights_of_twin(model, untrained_twin(model, seed)), epoch=0, step=0)


def _is_now(moment: Moment, model: keras.Model) -> bool:
    """Whether the weights of the moment are those that the model has."""
    variables = variables_of(model)
    with moment.opened() as weights:
        return set(weights) == set(variables) and all(
            same_values(seen_array(weights[name]), seen_array(variable)) for name, variable in variables.items()
        )


def _from_source(model: keras.Model, source: str, sources: Sources) -> Moment:
    """The weights in a `.weights.h5` file, or in any source of a model of the same architecture.

    Raises
    ------
    ModelError
        no such file, or weights of another architecture.
    """
    path = Path(source)
    if source.endswith(".weights.h5"):
        if not path.is_file():
            raise ModelError("no such checkpoint file", expected="a source of a model, or .weights.h5", path=path)
        other = untrained_twin(model, seed=0)
        load_weights(other, path)
    else:
        other = open_model(source, imports=sources.imports, unsafe=sources.unsafe)
        shapes, expected = [tuple(w.shape) for w in other.weights], [tuple(w.shape) for w in model.weights]
        if shapes != expected:
            raise ModelError(
                "the checkpoint is of another model",
                expected=f"{len(expected)} variables of the same shapes",
                got=f"{len(shapes)} variables",
                path=path,
            )
    return Moment(path.name.partition(".")[0], _weights_of_twin(model, other))


def _weights_of_twin(model: keras.Model, twin: keras.Model) -> Weights:
    """What the twin's variables hold, by the names that the model has for its own; no copy.

    Whoever drops these drops the memory, once the twin itself is gone.
    """
    twins = {id(own): other for own, other in zip(model.weights, twin.weights, strict=True)}
    return {name: held_tensor(twins[id(variable)]) for name, variable in variables_of(model).items()}
