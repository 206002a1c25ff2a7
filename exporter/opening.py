"""A user's model and inputs, brought together: the same for everything that takes both."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from exporter.backend import keras
from exporter.capture.takes import class_count, input_specs, scales_pictures_itself
from exporter.inputs import InputError, InputSet, PreprocessingOptions, read_inputs, read_labels
from exporter.inputs.read import Source
from exporter.models import Opened, open_source
from exporter.writing import Warn


def opened_model(model: keras.Model | Path | str, imports: Sequence[str], unsafe: bool, warn: Warn) -> Opened:
    """A model with what came with it, opened where it is a file, a folder or a name; `warn` is told its notes."""
    opened = open_source(model, imports=imports, unsafe=unsafe) if isinstance(model, str | Path) else Opened(model)
    for note in opened.notes:
        warn(note)
    return opened


def read_shown(
    opened: Opened,
    inputs: Source | Sequence[str | Path],
    labels: Path | str | Sequence[str] | None,
    options: PreprocessingOptions,
) -> tuple[InputSet, tuple[str, ...]]:
    """The inputs as the model takes them, and the class names.

    Raises
    ------
    InputError
        inputs or labels that cannot be read, or that the model does not take or have.
    """
    model = opened.model
    classes = class_count(model)
    names = class_names_of(opened, labels)
    options = options.over(opened.preprocessing)
    shown = read_inputs(
        inputs, input_specs(model), options=options, default_scale=default_scale_of(model), class_names=names
    )
    largest = max((sample.true_class for sample in shown.samples if sample.true_class is not None), default=0)
    if classes is not None and classes > 1 and largest >= classes:
        raise InputError("the true classes do not fit the model", expected=f"0 to {classes - 1}", got=largest)
    if not names and len(shown.class_names) == classes:
        names = shown.class_names
    return shown, names


def class_names_of(opened: Opened, labels: Path | str | Sequence[str] | None) -> tuple[str, ...]:
    """The names of the classes: those that are given, else those that came with the model, else none.

    Raises
    ------
    InputError
        labels that cannot be read, or more or fewer of them than the model has classes.
    """
    classes = class_count(opened.model)
    brought = opened.class_names if len(opened.class_names) == classes else None
    return read_labels(brought if labels is None else labels, classes)


def default_scale_of(model: keras.Model) -> float:
    """What pictures of 0 to 255 are multiplied with where nobody says: 1/255, or 1 where the model scales itself."""
    takes_floats = input_specs(model)[0].dtype.startswith(("float", "bfloat"))
    return 1.0 / 255.0 if takes_floats and not scales_pictures_itself(model) else 1.0
