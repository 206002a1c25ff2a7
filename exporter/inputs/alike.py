"""More inputs for a bundle, prepared as those that it has."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from exporter.bundle.schema import Preprocessing
from exporter.inputs.preprocessing import PreprocessingOptions
from exporter.inputs.read import Source, read_inputs
from exporter.inputs.samples import InputSet, InputSpec

_PLAIN_SCALES = (1.0, 1.0 / 255.0)


def read_like(
    inputs: Source | Sequence[str | Path],
    names: Sequence[str],
    preprocessing: Preprocessing,
    specs: Sequence[InputSpec],
) -> InputSet:
    """Samples for a model with these inputs, preprocessed as those of a bundle were; `names` are its class names.

    Raises
    ------
    InputError
        nothing there, or something that the model does not take.
    """
    return read_inputs(
        inputs, specs, options=stated(preprocessing), default_scale=preprocessing.scale, class_names=names
    )


def stated(preprocessing: Preprocessing) -> PreprocessingOptions:
    """The arithmetic of a bundle, where there is more than a plain scale: then values of 0 to 1 are pictures, too."""
    if not preprocessing.mean and not preprocessing.std and preprocessing.scale in _PLAIN_SCALES:
        return PreprocessingOptions()
    mean, std, order = preprocessing.mean, preprocessing.std, preprocessing.colour_order
    return PreprocessingOptions(preprocessing.scale, mean, order, std)
