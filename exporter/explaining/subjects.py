"""What of a bundle is explained: the inputs, and what of them the model was fed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from exporter.bundle import Bundle
from exporter.bundle.schema import Input
from exporter.explain.contract import ExplainError, Fed
from exporter.inputs import valid_range

PART_BYTES = 2**28
"""How much the inputs that are explained together may take."""
PART_INPUTS = 64


@dataclass(frozen=True)
class Part:
    """Inputs that are explained together: of one shape, and no more than memory takes.

    Attributes
    ----------
    inputs : their entries.
    fed : (n, ...) float32, what the model was fed.
    picture : as of a `Question`: the rows, columns and channels of pictures that are fed in another shape; or empty.
    """

    inputs: tuple[Input, ...]
    fed: Fed
    picture: tuple[int, ...] = ()


def chosen_inputs(bundle: Bundle, checkpoint: str, ids: Sequence[str]) -> list[Input]:
    """The inputs that are asked for: each once; the first clean one where none is, all clean ones for `all`.

    Raises
    ------
    KerascopeError
        no such input, one of which the bundle does not hold what was fed; no clean input.
    """
    captured = bundle.inputs_at(checkpoint)
    if ids and tuple(ids) != ("all",):
        return [_fed_input(bundle, checkpoint, id_) for id_ in dict.fromkeys(ids)]
    clean = [each for each in bundle.manifest.inputs if each.kind == "clean" and each.id in captured]
    if not clean:
        remedy = "name one with --input" if captured else "export the model with inputs"
        raise ExplainError("there is nothing to explain", expected="a clean input", remedy=remedy, path=bundle.path)
    return [_fed_input(bundle, checkpoint, each.id) for each in (clean if ids else clean[:1])]


def _fed_input(bundle: Bundle, checkpoint: str, input_id: str) -> Input:
    found = bundle.input(input_id)
    is_there = input_id in bundle.inputs_at(checkpoint)
    if is_there and bundle.manifest.model.inputs[0] in bundle.capture(input_id, checkpoint).outputs:
        return found
    raise ExplainError(
        f"input {input_id} cannot be explained",
        expected=f"what the model was fed at checkpoint {checkpoint}",
        got="scores only" if is_there else "no capture of it",
        path=bundle.path,
    )


def parts_of(bundle: Bundle, checkpoint: str, inputs: Sequence[Input]) -> Iterator[Part]:
    """The inputs in parts, in their order."""
    part: list[tuple[Input, Fed]] = []
    picture: tuple[int, ...] = ()
    for each in inputs:
        fed = _fed(bundle, checkpoint, each)
        asked = _picture(each, fed)
        if part and (asked != picture or fed.shape != part[0][1].shape or _is_full(len(part), fed)):
            yield _part(part, picture)
            part = []
        part, picture = [*part, (each, fed)], asked
    yield _part(part, picture)


def grey_and_range(bundle: Bundle, shape: tuple[int, ...]) -> tuple[Fed, Fed, Fed]:
    """What is fed for a grey picture, a black and a white one; they broadcast over one sample. 0, where nothing is
    known of the range.
    """
    low, high = valid_range(bundle.manifest.preprocessing, shape)
    grey = (low.astype(np.float64) + high) / 2
    return np.nan_to_num(grey, posinf=0.0, neginf=0.0).astype(np.float32), low, high


def _fed(bundle: Bundle, checkpoint: str, asked: Input) -> Fed:
    fed = bundle.output(asked.id, checkpoint, bundle.manifest.model.inputs[0])
    return np.asarray(fed, np.float32)


def _picture(asked: Input, fed: Fed) -> tuple[int, ...]:
    """The shape of the picture, where what is fed has its values in another shape."""
    if asked.image is None or fed.shape == asked.image.shape or fed.size != np.prod(asked.image.shape):
        return ()
    return asked.image.shape


def _is_full(count: int, fed: Fed) -> bool:
    return count >= PART_INPUTS or (count + 1) * fed.nbytes > PART_BYTES


def _part(part: Sequence[tuple[Input, Fed]], picture: tuple[int, ...]) -> Part:
    return Part(tuple(each for each, _ in part), np.stack([fed for _, fed in part]), picture)
