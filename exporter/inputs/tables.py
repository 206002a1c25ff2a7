"""Arrays of many samples as samples that the model takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from exporter.bundle.schema import ColourOrder, Preprocessing
from exporter.inputs.errors import InputError
from exporter.inputs.preprocessing import PreprocessingOptions, preprocessing_for
from exporter.inputs.rows import Held, Rows, blocks, extent_of
from exporter.inputs.samples import Array, InputSet, InputSpec, Sample

_CLASSES = "y"
_ONLY = ("", "x", "X", "images", "inputs")


@dataclass(frozen=True)
class Column:
    """What one input of the model is fed, row by row: the rows, and their shape with the axes that the model takes."""

    rows: Rows
    shape: tuple[int, ...]
    spec: InputSpec

    @property
    def can_be_drawn(self) -> bool:
        """Whether a row has the shape of a picture."""
        return (len(self.shape) == 3 and self.shape[-1] in (1, 3)) or len(self.shape) == 2

    def read(self, start: int, stop: int) -> Array:
        """Some rows, in that shape."""
        values = self.rows.read(start, stop)
        return values.reshape(len(values), *self.shape)


@dataclass(frozen=True)
class Table:
    """Columns of as many rows each, and how they become samples.

    `drawn` says whether the first column is shown as pictures. `as_pictures` says whether such values of 0 to 1 go on
    as a picture's values, to be preprocessed as was stated.
    """

    columns: tuple[Column, ...]
    classes: Rows | None
    preprocessing: Preprocessing
    drawn: bool
    as_pictures: bool
    stem: str

    @property
    def count(self) -> int:
        """How many rows there are."""
        return self.columns[0].rows.shape[0]

    def samples(self, start: int, stop: int) -> tuple[Sample, ...]:
        """The rows from `start` to before `stop` as samples; no others are read."""
        values = [column.read(start, stop) for column in self.columns]
        pictures = _pictures(values[0]) if self.drawn else None
        if pictures is not None and self.as_pictures:
            values[0] = pictures
        values = [_as_fed(array, column.spec) for array, column in zip(values, self.columns, strict=True)]
        classes = None if self.classes is None else _class_numbers(self.classes.read(start, stop))
        return tuple(
            Sample(
                f"{self.stem} {start + row}",
                tuple(array[row] for array in values),
                None if pictures is None else pictures[row],
                None if classes is None else int(classes[row]),
            )
            for row in range(len(values[0]))
        )


def samples_of_arrays(
    arrays: Mapping[str, Array],
    specs: Sequence[InputSpec],
    options: PreprocessingOptions,
    default_scale: float,
    *,
    stem: str,
    path: Path | None = None,
) -> InputSet:
    """The rows of arrays (N, ...) as samples; parameters and errors are those of `table_of`."""
    table = table_of({name: Held(array) for name, array in arrays.items()}, specs, options, default_scale, stem, path)
    return InputSet(table.samples(0, table.count), table.preprocessing)


def table_of(
    arrays: Mapping[str, Rows],
    specs: Sequence[InputSpec],
    options: PreprocessingOptions,
    default_scale: float,
    stem: str,
    path: Path | None = None,
) -> Table:
    """The table that arrays (N, ...) are for a model with these inputs; values are looked at a block at a time.

    Parameters
    ----------
    arrays : by the names of the model's inputs, or `x` where there is one; `y` has the true classes (N,), or (N, 1), or
        one-hot (N, C). uint8 values are pictures and are preprocessed. Others are fed as they are, unless scale or mean
        are stated; where they lie in 0 to 1 and have 1 or 3 channels they are shown as pictures.
    stem : what the samples are called, with their number.

    Raises
    ------
    InputError
        an array is missing, has no rows, or does not have the shape that the model takes.
    """
    classes = arrays.get(_CLASSES)
    if classes is not None:
        _check_classes(classes, path)
    columns = tuple(_fitted(_column(arrays, spec, len(specs), path), spec, path) for spec in specs)
    _check_counts({rows.shape[0] for rows in (*(column.rows for column in columns), *filter(None, [classes]))}, path)
    first = columns[0]
    if first.rows.dtype == np.uint8:
        preprocessing = preprocessing_for(first.spec, options, default_scale=default_scale)
        return Table(columns, classes, preprocessing, first.can_be_drawn, False, stem)
    extent = extent_of(first.rows)
    unit = first.rows.dtype.kind == "f" and extent.all_finite and extent.low >= 0.0 and extent.high <= 1.0
    if first.can_be_drawn and unit and 0 not in first.shape:
        preprocessing = preprocessing_for(first.spec, options, default_scale=1.0 / 255.0)
        return Table(columns, classes, preprocessing, True, options.is_stated, stem)
    if options.is_stated:
        raise InputError(
            "scale and mean are for pictures",
            expected="uint8 values, or values from 0 to 1",
            got=f"{first.rows.dtype} values",
        )
    order: ColourOrder = "grey" if first.spec.channels == 1 else "rgb"
    preprocessing = Preprocessing(scale=1.0, colour_order=order, low=extent.low, high=extent.high)
    return Table(columns, classes, preprocessing, False, False, stem)


def _column(arrays: Mapping[str, Rows], spec: InputSpec, inputs: int, path: Path | None) -> Rows:
    names = [spec.name, *(_ONLY if inputs == 1 else ())]
    if inputs == 1:
        names += [name for name in arrays if name != _CLASSES][:1]
    for name in names:
        if name in arrays:
            return arrays[name]
    raise InputError(
        f"there is no array for the input {spec.name!r}", expected=spec.name, got=", ".join(arrays) or "none", path=path
    )


def _check_counts(counts: set[int], path: Path | None) -> None:
    if len(counts) > 1:
        raise InputError(
            "the arrays do not belong together", expected="the same number of rows", got=sorted(counts), path=path
        )
    if counts == {0}:
        raise InputError("the array is empty", expected="at least one row", path=path)


def _check_classes(classes: Rows, path: Path | None) -> None:
    shape, kind = classes.shape, classes.dtype.kind
    usable = len(shape) == 1 or (len(shape) == 2 and shape[1] > 0)
    if usable and (len(shape) == 1 or shape[1] == 1):
        usable = kind in "iu" and all(block.size == 0 or block.min() >= 0 for block in blocks(classes))
    if not usable:
        raise InputError(
            "the classes `y` cannot be used",
            expected="one class number a row",
            got=f"{classes.dtype} {shape}",
            path=path,
        )


def _class_numbers(values: Array) -> NDArray[np.int64]:
    if values.ndim == 2:
        values = values[:, 0] if values.shape[1] == 1 else values.argmax(axis=1)
    return values.astype(np.int64)


def _fitted(rows: Rows, spec: InputSpec, path: Path | None) -> Column:
    """The rows in the shape that the model takes: a channel axis of one is added or removed."""
    shape = rows.shape[1:]
    if rows.shape and _fits(shape, spec.shape):
        return Column(rows, shape, spec)
    if rows.shape and _fits((*shape, 1), spec.shape):
        return Column(rows, (*shape, 1), spec)
    if shape and shape[-1] == 1 and _fits(shape[:-1], spec.shape):
        return Column(rows, shape[:-1], spec)
    raise InputError(
        f"the model does not take arrays of this shape as {spec.name!r}",
        expected=f"N x {spec.text} (rank {len(spec.shape) + 1})",
        got=" x ".join(map(str, rows.shape)) or "a single number",
        path=path,
    )


def _fits(shape: tuple[int, ...], pattern: tuple[int | None, ...]) -> bool:
    return len(shape) == len(pattern) and all(b is None or a == b for a, b in zip(shape, pattern, strict=True))


def _pictures(values: Array) -> NDArray[np.uint8]:
    """The pictures (n, H, W, 1 or 3) to show of values that are a picture's, or lie in 0 to 1."""
    if values.dtype != np.uint8:
        values = np.rint(values.astype(np.float64) * 255.0).astype(np.uint8)
    return values[..., None] if values.ndim == 3 else values


def _as_fed(column: Array, spec: InputSpec) -> Array:
    """uint8 stays, to be preprocessed, where the model takes floats; all else is in the dtype that the model takes."""
    takes_floats = spec.dtype.startswith(("float", "bfloat"))
    if column.dtype == np.uint8 and takes_floats:
        return column.reshape(*column.shape, 1) if column.ndim == 3 else column
    return column.astype("float32" if spec.dtype == "bfloat16" else spec.dtype)
