"""What of a bundle is attacked: the model as a victim, the inputs and their classes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from exporter.attacks import AttackError, Victim
from exporter.attacks.contract import Pixels
from exporter.backend import keras
from exporter.bundle import Bundle, BundleError
from exporter.bundle.schema import Capture, Input
from exporter.writing import Warn


def victim_of(bundle: Bundle, model: keras.Model) -> Victim:
    """The model that a bundle was made of, as attacks see it; the range of its input is that of the bundle.

    Raises
    ------
    AttackError
        it has several inputs, is fed whole numbers, or does not put out a class vector.
    """
    names = bundle.manifest.model.inputs
    if len(names) != 1:
        raise AttackError("the model cannot be attacked", expected="one input", got=f"{len(names)} inputs")
    layer = next(layer for layer in bundle.manifest.layers if layer.name == names[0])
    output = layer.outputs[0]
    if not output.dtype.startswith(("float", "bfloat")):
        raise AttackError("the model cannot be attacked", expected="an input of floats", got=f"{output.dtype} values")
    return Victim.of(model, bundle.manifest.preprocessing, tuple(size or 0 for size in output.shape))


def pixels_of(bundle: Bundle, victim: Victim, input_id: str, checkpoint: str) -> Pixels:
    """An input of a bundle as pixels of 0 to 1. Raises `AttackError` where it lies outside its range."""
    return victim.pixels(bundle.output(input_id, checkpoint, bundle.manifest.model.inputs[0]))


def chosen_inputs(bundle: Bundle, checkpoint: str, ids: Sequence[str], *, is_targeted: bool, warn: Warn) -> list[Input]:
    """The clean inputs to attack: those asked for, or the first that is classified right (the first one where no true
    class is known).

    Of several, those that are misclassified already are left out and told, unless they are to reach a class.

    Raises
    ------
    BundleError
        no such input, one that is not clean or was not captured at this checkpoint; none that is classified right.
    """
    captured = {capture.input: capture for capture in bundle.captures_at(checkpoint)}
    if not ids:
        return [_first_right(bundle, captured)]
    asked = [_clean(bundle, id_, captured) for id_ in dict.fromkeys(ids)]
    wrong = [] if is_targeted else [each for each in asked if _is_wrong(each, captured)]
    right = [each for each in asked if each not in wrong]
    if not right:
        raise AttackError(
            "there is nothing to attack: the model is wrong already",
            expected=f"class {_class(bundle, wrong[0].true_class)} for input {wrong[0].id}",
            got=_class(bundle, captured[wrong[0].id].predicted),
            remedy="choose an input that is classified right",
            path=bundle.path,
        )
    for each in wrong:
        said, true = _class(bundle, captured[each.id].predicted), _class(bundle, each.true_class)
        warn(f"input {each.id} is left out: the model says {said} to it already, and it is {true}")
    return right


def _clean(bundle: Bundle, input_id: str, captured: dict[str, Capture]) -> Input:
    asked = bundle.input(input_id)
    if asked.kind == "clean" and asked.id in captured:
        return asked
    raise BundleError(
        "the input cannot be attacked",
        expected="a clean input captured at this checkpoint",
        got=f"{asked.kind} input {input_id!r}",
        path=bundle.path,
    )


def _first_right(bundle: Bundle, captured: dict[str, Capture]) -> Input:
    clean = [each for each in bundle.manifest.inputs if each.kind == "clean" and each.id in captured]
    if not clean:
        raise BundleError("the bundle has no input to attack", expected="a clean input", path=bundle.path)
    known = [each for each in clean if each.true_class is not None]
    right = [each for each in known if not _is_wrong(each, captured)]
    if known and not right:
        raise BundleError("no input is classified right", remedy="choose one with --input ID", path=bundle.path)
    return (right or clean)[0]


def _is_wrong(asked: Input, captured: dict[str, Capture]) -> bool:
    return asked.true_class is not None and captured[asked.id].predicted != asked.true_class


def _class(bundle: Bundle, number: int | None) -> str:
    names = bundle.manifest.model.class_names
    return str(number) if number is None or number >= len(names) else names[number]


def target_named(bundle: Bundle, target: int | str | None) -> int | None:
    """The number of a class that is to be reached, by its name or number; `None` where none is asked for.

    Raises `AttackError` where there is no such class.
    """
    if target is None:
        return None
    names, output = bundle.manifest.model.class_names, bundle.manifest.model.outputs[0]
    count = next(layer for layer in bundle.manifest.layers if layer.name == output).outputs[0].shape[-1] or 0
    if isinstance(target, str) and target in names:
        return names.index(target)
    wanted = int(target) if str(target).isdecimal() else -1
    if not 0 <= wanted < count:
        known = f"0 to {count - 1}" + (f", or one of {', '.join(names[:5])}, ..." if names else "")
        raise AttackError("no such class", expected=known, got=str(target), path=bundle.path)
    return wanted


def labels_of(victim: Victim, pixels: Pixels) -> NDArray[np.int64]:
    """The classes (n,) that the model sees in some pixels."""
    labels: NDArray[np.int64] = victim.judged(pixels).argmax(axis=1).astype(np.int64)
    return labels
