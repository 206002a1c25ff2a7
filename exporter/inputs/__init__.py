"""What is shown to a model: pictures, arrays and digits, with the preprocessing stated."""

from __future__ import annotations

from exporter.inputs.dataset import DataSet, open_dataset
from exporter.inputs.errors import InputError
from exporter.inputs.labels import read_labels
from exporter.inputs.preprocessing import PreprocessingOptions, feed, picture_from_fed, valid_range
from exporter.inputs.read import read_inputs
from exporter.inputs.samples import Bad, InputSet, InputSpec, Piece, Sample

__all__ = [
    "Bad",
    "DataSet",
    "InputError",
    "InputSet",
    "InputSpec",
    "Piece",
    "PreprocessingOptions",
    "Sample",
    "feed",
    "open_dataset",
    "picture_from_fed",
    "read_inputs",
    "read_labels",
    "valid_range",
]
