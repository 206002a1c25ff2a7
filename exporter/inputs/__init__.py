"""What is shown to a model: pictures, arrays and digits, with the preprocessing stated."""

from __future__ import annotations

from exporter.inputs.errors import InputError
from exporter.inputs.labels import read_labels
from exporter.inputs.preprocessing import PreprocessingOptions, feed, picture_from_fed, valid_range
from exporter.inputs.read import read_inputs
from exporter.inputs.samples import InputSet, InputSpec, Sample

__all__ = [
    "InputError",
    "InputSet",
    "InputSpec",
    "PreprocessingOptions",
    "Sample",
    "feed",
    "picture_from_fed",
    "read_inputs",
    "read_labels",
    "valid_range",
]
