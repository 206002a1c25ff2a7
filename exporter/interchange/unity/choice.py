"""Which inputs and checkpoints of a bundle go into the folder."""

from __future__ import annotations

from dataclasses import dataclass

from exporter.bundle.read import Bundle
from exporter.interchange.unity.errors import UnityError

MOST_INPUTS = 20
"""So many clean inputs are taken where none are named: the loader reads them all at once, its window frozen."""


@dataclass(frozen=True)
class Choice:
    """The ids of what goes into the folder, in order, and what is said about it."""

    inputs: tuple[str, ...]
    checkpoints: tuple[str, ...]
    notes: tuple[str, ...] = ()


def choose(bundle: Bundle, input_ids: tuple[str, ...] = (), checkpoint_ids: tuple[str, ...] = ()) -> Choice:
    """The inputs and checkpoints that were named; without names the first clean inputs, and all with weights.

    Every input of a folder is there at every checkpoint, so without names only such pairs are taken.

    Raises
    ------
    KerascopeError
        an unknown id, a checkpoint without weights, or an input that was not captured at a checkpoint.
    """
    inputs = tuple(bundle.input(each).id for each in dict.fromkeys(input_ids))
    checkpoints = _checkpoints(bundle, checkpoint_ids)
    if inputs:
        return _with_inputs(bundle, inputs, checkpoints, named=bool(checkpoint_ids))
    return _clean_inputs(bundle, checkpoints, named=bool(checkpoint_ids))


def _checkpoints(bundle: Bundle, checkpoint_ids: tuple[str, ...]) -> tuple[str, ...]:
    remedy = "export the model again with weights (without --weights none)"
    for each in checkpoint_ids:
        if not bundle.checkpoint(each).weights:
            raise UnityError(f"the bundle holds no weights of the checkpoint {each!r}", remedy=remedy)
    wanted = set(checkpoint_ids)
    chosen = [c.id for c in bundle.manifest.checkpoints if c.weights and (not wanted or c.id in wanted)]
    if not chosen:
        raise UnityError("the bundle holds no weights", remedy=remedy, path=bundle.path)
    return tuple(chosen)


def _with_inputs(bundle: Bundle, inputs: tuple[str, ...], checkpoints: tuple[str, ...], *, named: bool) -> Choice:
    """These inputs at these checkpoints; those that no one named are left out where an input was not captured."""
    whole = tuple(c for c in checkpoints if all(each in bundle.inputs_at(c) for each in inputs))
    lost = tuple(c for c in checkpoints if c not in whole)
    if not whole or (named and lost):
        at = lost[0]
        each = next(one for one in inputs if one not in bundle.inputs_at(at))
        remedy = "name other inputs or checkpoints"
        raise UnityError(f"the input {each!r} was not captured at the checkpoint {at!r}", remedy=remedy)
    return Choice(inputs, whole, _without(lost))


def _clean_inputs(bundle: Bundle, checkpoints: tuple[str, ...], *, named: bool) -> Choice:
    clean = [shown.id for shown in bundle.manifest.inputs if shown.kind == "clean"]
    at = {c: set(bundle.inputs_at(c)).intersection(clean) for c in checkpoints}
    whole = tuple(c for c in checkpoints if at[c] or named)
    everywhere = set(clean).intersection(*(at[c] for c in whole))
    if whole and not everywhere and not named:
        whole = whole[-1:]
        everywhere = at[whole[0]]
    inputs = tuple(each for each in clean if each in everywhere)
    if not inputs:
        remedy = "name inputs with --inputs, or export again with inputs"
        raise UnityError("no clean input was captured at these checkpoints", remedy=remedy, path=bundle.path)
    lost = tuple(c for c in checkpoints if c not in whole)
    return Choice(inputs[:MOST_INPUTS], whole, (*_without(lost), *_bounded(bundle, inputs)))


def _without(lost: tuple[str, ...]) -> tuple[str, ...]:
    if not lost:
        return ()
    return (f"checkpoints left out, since the inputs were not captured at them: {', '.join(lost)}",)


def _bounded(bundle: Bundle, inputs: tuple[str, ...]) -> tuple[str, ...]:
    notes = []
    if len(inputs) > MOST_INPUTS:
        notes.append(f"the first {MOST_INPUTS} of {len(inputs)} clean inputs; others with --inputs")
    if others := sum(shown.kind != "clean" for shown in bundle.manifest.inputs):
        notes.append(f"clean inputs only; {others} others with --inputs")
    return tuple(notes)
