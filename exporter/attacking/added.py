"""Pictures that are attacked though the bundle did not have them: added to it as clean inputs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from msgspec import structs

from exporter.attacking.entries import next_ids, stored_dtype
from exporter.backend import keras
from exporter.bounds import kept_like
from exporter.bundle import Bundle, BundleError, BundleWriter, read_bundle
from exporter.bundle.schema import Input
from exporter.capture import LayerOutputs
from exporter.capture.takes import input_specs
from exporter.inputs import Sample
from exporter.inputs.alike import read_like
from exporter.inputs.read import Source
from exporter.matching import matching_checkpoint
from exporter.writing import Capturing, Warn, shown_samples, write_captures


def added_inputs(
    bundle: Path | str, model: keras.Model, inputs: Source | Sequence[str | Path], warn: Warn
) -> list[str]:
    """The ids of some inputs in a bundle, to which those that it did not have have been added.

    They are read and preprocessed as the bundle's own, and captured at the checkpoint whose weights the model has.
    Pictures that the bundle has already, under the same label, are not added again.

    Raises
    ------
    KerascopeError
        nothing there, or something that the model does not take; the bundle is as it was then.
    """
    with BundleWriter.append(bundle) as writer:
        there = read_bundle(writer.path)
        manifest, specs = there.manifest, input_specs(model)
        checkpoint = matching_checkpoint(there, model, warn)
        samples = read_like(inputs, manifest.model.class_names, manifest.preprocessing, specs).samples
        found = [same_input(there, sample, checkpoint) for sample in samples]
        new = [sample for sample, id_ in zip(samples, found, strict=True) if id_ is None]
        ids = next_ids(there, len(new))
        like = _any_clean(there, checkpoint)
        kept, dtype = kept_like(there, like, checkpoint), stored_dtype(there, like, checkpoint)
        capturing = Capturing(checkpoint, kept, dtype, "inputs/{}.npz".format, passing={})
        shown = shown_samples(ids, new, specs, manifest.preprocessing)
        made = list(write_captures(writer, LayerOutputs(model), shown, capturing))
        entries = (
            Input(id=id_, label=sample.label, image=image, true_class=sample.true_class)
            for id_, sample, (_, image) in zip(ids, new, made, strict=True)
        )
        captures = (*manifest.captures, *(capture for capture, _ in made))
        writer.commit(structs.replace(manifest, inputs=(*manifest.inputs, *entries), captures=captures))
    free = iter(ids)
    return [next(free) if id_ is None else id_ for id_ in found]


def same_input(bundle: Bundle, sample: Sample, checkpoint: str) -> str | None:
    """The id of the clean input that is this sample: the same label and the same picture."""
    captured = {capture.input for capture in bundle.captures_at(checkpoint)}
    for each in bundle.manifest.inputs:
        if each.kind != "clean" or each.label != sample.label or each.id not in captured:
            continue
        picture = bundle.image(each.id)
        if picture is not None and sample.picture is not None and np.array_equal(picture, sample.picture):
            return each.id
    return None


def _any_clean(bundle: Bundle, checkpoint: str) -> str:
    """An input after whose capture others can be kept."""
    for capture in bundle.captures_at(checkpoint):
        if bundle.input(capture.input).kind == "clean":
            return capture.input
    raise BundleError("the bundle has no input to attack", expected="a clean input", path=bundle.path)
