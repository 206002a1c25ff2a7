"""Models with labelled inputs, as attacks see both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from exporter.attacks import AttackError, Victim
from exporter.attacks.contract import Pixels
from exporter.backend import keras
from exporter.bundle.errors import KerascopeError
from exporter.bundle.schema import Preprocessing
from exporter.capture.takes import input_specs
from exporter.inputs import InputSpec, PreprocessingOptions, Sample, feed
from exporter.inputs.read import Source, numbered
from exporter.models import Opened
from exporter.opening import opened_model, read_shown
from exporter.writing import Warn

BATCH_VALUES = 2**21
"""How many numbers of inputs are attacked together: what a network makes of them takes many times as much."""
LARGEST_BATCH = 64

ModelSource: TypeAlias = Any
"""A Keras model, or a source that `exporter.models.open_source` takes."""
Inputs: TypeAlias = Source | Sequence[str | Path]


@dataclass(frozen=True)
class Asked:
    """What is said about models and inputs, the same for all of them.

    Attributes
    ----------
    labels : class names, or a file of them.
    options : how pictures are prepared, where a model does not say so itself.
    imports, unsafe : as for an export.
    warn : is told what the user should know.
    """

    labels: Path | str | Sequence[str] | None
    options: PreprocessingOptions
    imports: tuple[str, ...]
    unsafe: bool
    warn: Warn


@dataclass(frozen=True)
class Subject:
    """A model and the labelled inputs that are tried on it.

    Attributes
    ----------
    name : what a reader calls the model; no two of one report have the same.
    opened : the model with what came with it.
    victim : the model as attacks see it.
    samples : the inputs whose true class is known, the same ones in the same order for every model.
    classes : (n,) int64; the true classes.
    spec, preprocessing : what the model is fed, and how pictures become that.
    class_names : where known.
    """

    name: str
    opened: Opened
    victim: Victim
    samples: tuple[Sample, ...]
    classes: NDArray[np.int64]
    spec: InputSpec
    preprocessing: Preprocessing
    class_names: tuple[str, ...]
    _clean: list[NDArray[np.int64]] = field(default_factory=list, repr=False, compare=False)

    @property
    def model(self) -> keras.Model:
        """The Keras model."""
        return self.opened.model

    @property
    def has_pictures(self) -> bool:
        """Whether every input is a picture, which can be saved with 8 bits a channel."""
        return all(sample.picture is not None for sample in self.samples)

    @property
    def batch(self) -> int:
        """How many inputs go through the model at once; at least 1, at most `LARGEST_BATCH`."""
        return max(1, min(LARGEST_BATCH, BATCH_VALUES // max(1, self.samples[0].values[0].size), len(self.samples)))

    def fed(self, places: Sequence[int] | NDArray[np.int64]) -> NDArray[Any]:
        """What the model is fed for the inputs at these places, (n, ...)."""
        return self.fed_samples([self.samples[place] for place in places])

    def fed_samples(self, samples: Sequence[Sample]) -> NDArray[Any]:
        """What the model is fed for some samples, (n, ...)."""
        fed: NDArray[Any] = feed(samples, [self.spec], self.preprocessing)[0]
        return fed

    def pixels(self, places: Sequence[int] | NDArray[np.int64]) -> Pixels:
        """The inputs at these places as pixels of 0 to 1, (n, ...)."""
        return self.victim.pixels(self.fed(places))

    def clean_predicted(self) -> NDArray[np.int64]:
        """The classes (n,) that the model sees in the clean inputs; worked out once.

        Raises
        ------
        AttackError
            the model puts out what is no number.
        """
        if not self._clean:
            seen = [self.judged(self.pixels(rows[:count]), count) for rows, count in self.batches()]
            self._clean.append(np.concatenate(seen))
        return self._clean[0]

    def judged(self, pixels: Pixels, count: int | None = None) -> NDArray[np.int64]:
        """The classes (n,) that the model sees in some pixels (n, ...)."""
        logits = self.victim.judged(pixels)[:count]
        if not np.isfinite(logits).all():
            got = "NaN or infinite ones"
            raise AttackError(f"{self.name} cannot be attacked", expected="logits that are numbers", got=got)
        predicted: NDArray[np.int64] = logits.argmax(axis=1).astype(np.int64)
        return predicted

    def batches(self, places: NDArray[np.int64] | None = None) -> Iterator[tuple[NDArray[np.int64], int]]:
        """Places (batch,) of inputs, and how many of them count: the last batch is filled up with its last input.

        So every batch has the same shape, and what is compiled for the first fits them all.
        """
        places = np.arange(len(self.samples)) if places is None else places
        for start in range(0, len(places), self.batch):
            rows = places[start : start + self.batch]
            yield np.concatenate([rows, np.repeat(rows[-1:], self.batch - len(rows))]), len(rows)


def subjects_of(models: Sequence[ModelSource], inputs: Inputs, asked: Asked) -> tuple[Subject, ...]:
    """The models with the inputs, which each reads as it takes them.

    Inputs of no known class are left out, and that is said.

    Raises
    ------
    KerascopeError
        no model; a model or inputs that cannot be read; none whose true class is known; what cannot be attacked.
    """
    if not models:
        raise KerascopeError("there is no model to try", expected="one or more models")
    opened = [opened_model(model, asked.imports, asked.unsafe, asked.warn) for model in models]
    names = numbered([_name(model) for model in models])
    subjects = tuple(
        _subject(name, each, inputs, asked, is_first=place == 0)
        for place, (name, each) in enumerate(zip(names, opened, strict=True))
    )
    for other in subjects[1:]:
        if not np.array_equal(other.classes, subjects[0].classes):
            expected, got = f"the classes that {subjects[0].name} has for them", f"other ones for {other.name}"
            remedy = "pass --labels with names that fit every model"
            raise KerascopeError("the models do not agree on the inputs", expected=expected, got=got, remedy=remedy)
    return subjects


def _subject(name: str, opened: Opened, inputs: Inputs, asked: Asked, *, is_first: bool) -> Subject:
    shown, class_names = read_shown(opened, inputs, asked.labels, asked.options)
    known = tuple(sample for sample in shown.samples if sample.true_class is not None)
    if not known:
        raise KerascopeError(
            "the true classes of the inputs are not known",
            expected="a folder with a sub-folder for each class, an .npz file with `y`, or mnist:N",
            got=f"{len(shown.samples)} inputs without one",
            remedy="pass --labels where the sub-folders have other names than the model's classes",
        )
    if is_first and len(known) < len(shown.samples):
        left_out = len(shown.samples) - len(known)
        asked.warn(f"{left_out} of {len(shown.samples)} inputs have no known class and are left out")
    specs = input_specs(opened.model)
    if len(specs) != 1 or not specs[0].dtype.startswith(("float", "bfloat")):
        got = f"{len(specs)} inputs" if len(specs) != 1 else f"{specs[0].dtype} values"
        raise AttackError(f"{name} cannot be attacked", expected="one input of floats", got=got)
    shape = feed(known[:1], specs, shown.preprocessing)[0].shape[1:]
    victim = Victim.of(opened.model, shown.preprocessing, shape)
    classes = np.array([sample.true_class for sample in known], np.int64)
    return Subject(name, opened, victim, known, classes, specs[0], shown.preprocessing, class_names)


def _name(model: ModelSource) -> str:
    """What a reader calls a model: the file's name, that of its folder for a `model.json`, or its own."""
    if not isinstance(model, str | Path):
        return str(model.name)
    text = str(model)
    if text.startswith("applications:"):
        return text.split(":")[1]
    path = Path(text)
    return path.parent.name or path.stem if path.name == "model.json" else path.stem or text
