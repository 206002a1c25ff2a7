"""A bundle as a folder that the Unity project nn-visualizer shows."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np

from exporter.bundle.read import Bundle
from exporter.interchange.report import Report
from exporter.interchange.unity.advice import LARGE_BYTES, advice_on, check_files, estimated_bytes, size_line
from exporter.interchange.unity.answers import class_names, predictions_of, truths_of
from exporter.interchange.unity.choice import Choice, choose
from exporter.interchange.unity.errors import UnityError
from exporter.interchange.unity.flow import Piece
from exporter.interchange.unity.main_path import known_shapes, main_path
from exporter.interchange.unity.needs import check_needs, seen_shapes
from exporter.interchange.unity.place import appearing, check_place
from exporter.interchange.unity.walk import Chain, chain_of
from exporter.interchange.unity.write import Content, Progress, count_values, folder_size, write_folder


def convert_unity(
    bundle: Bundle,
    out: Path,
    *,
    input_ids: tuple[str, ...] = (),
    checkpoint_ids: tuple[str, ...] = (),
    scale: float = 1.0,
    pool_size: int | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
    tell: Callable[[str], None] | None = None,
) -> Report:
    """What was written to `out`: the folder of nn-visualizer of a bundle, whole or not at all.

    Parameters
    ----------
    bundle : what to show.
    out : the folder; the one it lies in must be there.
    input_ids : the samples; empty: the first 20 clean inputs.
    checkpoint_ids : the epochs; empty: all checkpoints with weights at which the inputs were captured.
    scale : multiplies weights and activations, not the picture.
    pool_size : `None`: for the pool's prefab as published; 2: for one whose Conv Shape was set to 2,2.
    overwrite : whether an earlier folder of nn-visualizer is replaced.
    progress : is told how far the writing is.
    tell : is told a line before a large folder is written.

    Raises
    ------
    KerascopeError
        the place cannot be used, the network cannot be shown (with the layer's name and why), the bundle lacks what is
        needed, or an id is not known. Nothing has been written then.
    """
    _check_options(scale, pool_size)
    place = check_place(out, overwrite=overwrite)
    choice = choose(bundle, input_ids, checkpoint_ids)
    chain = plan(bundle, choice, pool_size)
    check_files(chain.pieces, len(choice.inputs))
    content = _content(bundle, chain.pieces, choice, scale)
    expected = estimated_bytes(count_values(chain.pieces, len(choice.inputs), len(choice.checkpoints)))
    if tell is not None and expected > LARGE_BYTES:
        tell(size_line(expected, "writing about"))
    with appearing(place, overwrite=overwrite) as work:
        peaks = write_folder(work, content, progress or _silent)
        n_bytes, n_files = folder_size(work)
    advice = advice_on(
        chain.pieces, len(choice.checkpoints), n_bytes, peaks, pool_size=pool_size, scale=scale
    )  # fmt: skip
    notes = (*choice.notes, *_epochs(bundle, choice), *chain.notes, *_about(content))
    return Report(place, n_bytes, n_files, notes, advice)


def plan(bundle: Bundle, choice: Choice, pool_size: int | None) -> Chain:
    """What the folder will hold, after it was seen that the bundle has all that it needs. Raises as the conversion."""
    first = bundle.capture(choice.inputs[0], choice.checkpoints[-1])
    seen = seen_shapes(first)
    path = main_path(bundle.manifest, known_shapes(bundle.manifest, seen))
    chain = chain_of(path, bundle.manifest.preprocessing, frozenset(seen), pool_size)
    check_needs(bundle, chain.pieces, choice)
    return chain


def _content(bundle: Bundle, pieces: tuple[Piece, ...], choice: Choice, scale: float) -> Content:
    names = class_names(bundle, pieces[-1].shape[1])
    truths = truths_of(bundle, choice.inputs, names)
    return Content(
        bundle, pieces, choice.inputs, choice.checkpoints, scale, names, truths,
        predictions_of(bundle, pieces[-1], choice.inputs, names),
    )  # fmt: skip


def _check_options(scale: float, pool_size: int | None) -> None:
    largest = float(np.finfo(np.float32).max)
    if not (math.isfinite(scale) and 0 < scale <= largest):
        raise UnityError("the scale cannot be used", expected="a number above 0", got=scale)
    if pool_size not in (None, 2):
        raise UnityError("no such pool size", expected="2, or none for the prefab as published", got=pool_size)


def _epochs(bundle: Bundle, choice: Choice) -> tuple[str, ...]:
    labels = [bundle.checkpoint(each).label for each in choice.checkpoints]
    told = ", ".join(f"{place:03d} = {label}" for place, label in enumerate(labels[:12]))
    more = f", ... {len(labels) - 1:03d} = {labels[-1]}" if len(labels) > 12 else ""
    return (f"{len(choice.inputs)} samples at {len(labels)} epochs: {told}{more}",)


def _about(content: Content) -> tuple[str, ...]:
    """What holds for the folder as a whole."""
    notes = []
    biased = [
        p.layer for p in content.pieces if "bias" in content.bundle.layer(p.layer).variables and p.kind != "input"
    ]
    if biased:
        notes.append(f"biases are left out, the format has none: {', '.join(dict.fromkeys(biased))}")
    if content.scale != 1:
        notes.append(f"weights and activations are multiplied by {content.scale:g}, the picture is not")
    if not content.bundle.manifest.model.class_names:
        notes.append("the model tells no names of classes: they are numbers")
    if "?" in content.truths:
        notes.append("inputs whose class is not known have the label '?'")
    return tuple(notes)


def _silent(what: str, done: int, total: int) -> None:
    """Tell nobody."""
