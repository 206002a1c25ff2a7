"""A data set that is streamed: what it is, and which one the user names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from exporter.bundle.schema import Preprocessing
from exporter.inputs.asked import Asked
from exporter.inputs.dataset_arrays import arrays_of
from exporter.inputs.dataset_digits import DIGITS, digits_of
from exporter.inputs.dataset_files import files_of
from exporter.inputs.dataset_named import NAMED, named_of
from exporter.inputs.errors import InputError
from exporter.inputs.preprocessing import PreprocessingOptions
from exporter.inputs.samples import InputSpec, Piece


class DataSet(Protocol):
    """Samples in a fixed order, of which only those are read that are asked for.

    A data set is small, whatever it stands for, and can be pickled: another process, or another machine that sees the
    same files, reads the same samples.
    """

    @property
    def source(self) -> str:
        """What the user named."""
        ...

    @property
    def count(self) -> int:
        """How many there are, those that cannot be read among them."""
        ...

    @property
    def class_names(self) -> tuple[str, ...]:
        """The names of the classes that the set brings, or none."""
        ...

    @property
    def preprocessing(self) -> Preprocessing:
        """What all samples share."""
        ...

    @property
    def signature(self) -> str:
        """A digest, in hexadecimal, that is another one when the set has changed."""
        ...

    def read(self, start: int, stop: int) -> Piece:
        """The samples from place `start` to before `stop`, and what could not be read.

        Raises
        ------
        InputError
            one cannot be read, unless the set was opened to skip such; or the set has changed since.
        """
        ...


def open_dataset(
    source: str | Path | Sequence[str | Path],
    specs: Sequence[InputSpec],
    *,
    options: PreprocessingOptions,
    default_scale: float,
    class_names: Sequence[str] = (),
    skip_bad: bool = False,
) -> DataSet:
    """The data set that `source` names, for a model with these inputs: the samples of `read_inputs`, a few at a time.

    Parameters
    ----------
    source : a folder of pictures, picture files, one `.npy` or `.npz` file, `mnist:N`, `mnist-training:N`,
        `mnist-all:N` or `tfds:NAME[:SPLIT]`.
    specs : what the model takes, one per model input.
    options, default_scale : what the user says about preprocessing, and the scale for pictures where nothing is said.
    class_names : to recognise sub-folders by.
    skip_bad : leave out pictures that cannot be read, and name them, instead of raising.

    Raises
    ------
    InputError
        nothing there, or what the model does not take. A picture that cannot be read is told when it is read.
    """
    paths = [source] if isinstance(source, str | Path) else list(source)
    if not paths:
        raise InputError("there are no inputs", expected="a folder, pictures, .npy, .npz, mnist:N or tfds:NAME")
    first = str(paths[0])
    asked = Asked(tuple(specs), options, default_scale, tuple(class_names), skip_bad)
    opener = _opener_of(first)
    if opener is None:
        return files_of([Path(path) for path in paths], asked)
    if len(paths) > 1:
        raise InputError("too many inputs", expected=f"{first} alone", got=f"{len(paths)} names")
    return opener(first, asked)


def _opener_of(source: str) -> Callable[[str, Asked], DataSet] | None:
    """What opens this one source; `None` for pictures, of which there may be several."""
    if source.startswith(DIGITS):
        return digits_of
    if source.startswith(NAMED):
        return named_of
    return arrays_of if Path(source).suffix.lower() in (".npy", ".npz") else None
