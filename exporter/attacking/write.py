"""What attacks made, run through the model and written into the bundle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from exporter.attacking.entries import input_entry, next_ids, stored_dtype
from exporter.attacks import AttackStep, Victim
from exporter.backend import keras
from exporter.bounds import kept_like
from exporter.bundle import Bundle, BundleWriter
from exporter.bundle.schema import Capture, Input
from exporter.capture import LayerOutputs
from exporter.inputs import picture_from_fed
from exporter.inputs.preprocessing import fed_from_picture
from exporter.matching import at_checkpoint
from exporter.writing import Capturing, Shown, Warn, write_captures

Picture = NDArray[np.uint8]


def picture_of(bundle: Bundle, victim: Victim, parent: str, step: AttackStep) -> Picture | None:
    """The attacked picture as a person sees it, 8 bits a channel; `None` where the input is no picture."""
    like = bundle.image(parent)
    return None if like is None else picture_from_fed(victim.fed(step.pixels), like, bundle.manifest.preprocessing)


def predicted_saved(bundle: Bundle, victim: Victim, picture: Picture | None, shape: tuple[int, ...]) -> int | None:
    """The class that the model sees in the saved picture, which has 8 bits a channel; `None` where there is none."""
    if picture is None:
        return None
    fed = fed_from_picture(picture, bundle.manifest.preprocessing).reshape(shape)
    return int(victim.judged(victim.pixels(fed)[None])[0].argmax())


def write_attacked(
    writer: BundleWriter,
    bundle: Bundle,
    model: keras.Model,
    run_id: str,
    parent: Input,
    checkpoint: str,
    victim: Victim,
    steps: Sequence[AttackStep],
    *,
    ids: Sequence[str] = (),
) -> tuple[list[Input], list[Capture]]:
    """The entries of the attacked inputs and of their captures, which have been written.

    Of each the same outputs are kept as of the parent. `ids` are theirs; by default the next that are free.
    """
    ids = ids or next_ids(bundle, len(steps))

    def shown() -> Iterator[Shown]:
        for id_, step in zip(ids, steps, strict=True):
            yield Shown(id_, (victim.fed(step.pixels),), picture_of(bundle, victim, parent.id, step))

    kept, dtype = kept_like(bundle, parent.id, checkpoint), stored_dtype(bundle, parent.id, checkpoint)
    capturing = Capturing(checkpoint, kept, dtype, "inputs/{}.npz".format, passing={})
    made = list(write_captures(writer, LayerOutputs(model), shown(), capturing))
    inputs = [
        input_entry(id_, parent, run_id, step, image) for id_, step, (_, image) in zip(ids, steps, made, strict=True)
    ]
    return inputs, [capture for capture, _ in made]


def write_at(
    writer: BundleWriter,
    bundle: Bundle,
    model: keras.Model,
    checkpoint: str,
    like: tuple[str, str],
    feeds: Iterable[tuple[str, NDArray[np.float32]]],
    warn: Warn,
) -> list[Capture]:
    """The entries of captures of inputs (id, what is fed) at one more checkpoint, which have been written.

    The model has the weights of that checkpoint meanwhile. The same outputs are kept as of the capture `like` (input,
    checkpoint). Inputs that have a capture at this checkpoint are passed over.
    """
    there = {capture.input for capture in bundle.captures_at(checkpoint)}
    shown = (Shown(id_, (fed,)) for id_, fed in feeds if id_ not in there)
    kept, dtype = kept_like(bundle, *like), stored_dtype(bundle, *like)
    capturing = Capturing(checkpoint, kept, dtype, f"inputs/{{}}-{checkpoint}.npz".format, passing={})
    with at_checkpoint(bundle, model, bundle.checkpoint(checkpoint), warn):
        return [capture for capture, _ in write_captures(writer, LayerOutputs(model), shown, capturing)]
