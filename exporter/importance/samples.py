"""What a user names as inputs, as a bundle's network takes them, with the class of each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from exporter.bundle.schema import Manifest
from exporter.capture.takes import input_specs
from exporter.importance.contract import Labelled, Warn
from exporter.importance.gates import Gated
from exporter.inputs import InputError, feed, read_labels
from exporter.inputs.alike import read_like
from exporter.inputs.read import Source


def labelled_inputs(
    inputs: Source | Sequence[str | Path],
    labels: Path | str | Sequence[str] | None,
    manifest: Manifest,
    gated: Gated,
    warn: Warn,
) -> tuple[Labelled, bool]:
    """Samples as they are fed, with their classes; and whether these are known, or what the model takes them for.

    Pictures are preprocessed as those of the bundle were. Where only some classes are known, the other samples are left
    out. A model without classes has one, 0.

    Parameters
    ----------
    inputs : as for an export: a folder, files, a `.npy` or `.npz` file, `mnist:N`, or an array.
    labels : class names, or a file of them; `None`: those of the bundle.
    manifest : of the bundle.
    gated : the model, with the weights that tell the classes where nothing else does.
    warn : is told what is left out, and where classes are the model's own.

    Raises
    ------
    InputError
        nothing there, something that the model does not take, or classes that it does not have.
    """
    names = manifest.model.class_names if labels is None else read_labels(labels, gated.columns)
    shown = read_like(inputs, names, manifest.preprocessing, input_specs(gated.model))
    known = [sample for sample in shown.samples if sample.true_class is not None]
    if gated.columns == 1 or not known:
        fed = tuple(feed(shown.samples, input_specs(gated.model), manifest.preprocessing))
        if gated.columns == 1:
            return Labelled(fed, np.zeros(len(shown.samples), np.int64), names), False
        warn("no classes are known of the inputs: each counts for the class that the model takes it for")
        return Labelled(fed, gated.predict(fed).argmax(axis=1).astype(np.int64), names), False
    if len(known) < len(shown.samples):
        warn(f"{len(shown.samples) - len(known)} of {len(shown.samples)} inputs have no known class and are left out")
    classes = np.array([sample.true_class for sample in known], np.int64)
    if classes.max() >= gated.columns:
        expected = f"0 to {gated.columns - 1}"
        raise InputError("the true classes do not fit the model", expected=expected, got=int(classes.max()))
    return Labelled(tuple(feed(known, input_specs(gated.model), manifest.preprocessing)), classes, names), True
