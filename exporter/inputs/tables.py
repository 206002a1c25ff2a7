"""Arrays of many samples as samples that the model takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from exporter.bundle.schema import Preprocessing
from exporter.inputs.errors import InputError
from exporter.inputs.preprocessing import PreprocessingOptions, preprocessing_for
from exporter.inputs.samples import Array, InputSet, InputSpec, Sample

_CLASSES = "y"
_ONLY = ("", "x", "X", "images", "inputs")


def samples_of_arrays(
    arrays: Mapping[str, Array],
    specs: Sequence[InputSpec],
    options: PreprocessingOptions,
    default_scale: float,
    *,
    stem: str,
    path: Path | None = None,
) -> InputSet:
    """The rows of arrays (N, ...) as samples.

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
    classes = _classes(arrays.get(_CLASSES), path)
    columns = [_fitted(_column(arrays, spec, len(specs), path), spec, path) for spec in specs]
    counts = {len(column) for column in columns} | ({len(classes)} if classes is not None else set())
    if len(counts) > 1:
        raise InputError(
            "the arrays do not belong together", expected="the same number of rows", got=sorted(counts), path=path
        )
    if counts == {0}:
        raise InputError("the array is empty", expected="at least one row", path=path)
    stated = options.is_stated or columns[0].dtype == np.uint8
    columns[0], pictures = _as_pictures(columns[0], stated=stated)
    preprocessing = _preprocessing(columns[0], pictures, specs[0], options, default_scale)
    values = [_as_fed(column, spec) for column, spec in zip(columns, specs, strict=True)]
    return InputSet(
        tuple(
            Sample(
                f"{stem} {row}",
                tuple(column[row] for column in values),
                None if pictures is None else pictures[row],
                None if classes is None else int(classes[row]),
            )
            for row in range(len(values[0]))
        ),
        preprocessing,
    )


def _column(arrays: Mapping[str, Array], spec: InputSpec, inputs: int, path: Path | None) -> Array:
    names = [spec.name, *(_ONLY if inputs == 1 else ())]
    if inputs == 1:
        names += [name for name in arrays if name != _CLASSES][:1]
    for name in names:
        if name in arrays:
            return arrays[name]
    raise InputError(
        f"there is no array for the input {spec.name!r}", expected=spec.name, got=", ".join(arrays) or "none", path=path
    )


def _classes(values: Array | None, path: Path | None) -> NDArray[np.int64] | None:
    if values is None:
        return None
    if values.ndim == 2:
        values = values[:, 0] if values.shape[1] == 1 else values.argmax(axis=1)
    if values.ndim != 1 or values.dtype.kind not in "iu" or (values.size and values.min() < 0):
        raise InputError(
            "the classes `y` cannot be used",
            expected="one class number a row",
            got=f"{values.dtype} {values.shape}",
            path=path,
        )
    return values.astype(np.int64)


def _fitted(column: Array, spec: InputSpec, path: Path | None) -> Array:
    """The array with the axes that the model takes: a channel axis of one is added or removed."""
    if column.ndim and _fits(column.shape[1:], spec.shape):
        return column
    if column.ndim and _fits((*column.shape[1:], 1), spec.shape):
        return column[..., None]
    if column.ndim > 1 and column.shape[-1] == 1 and _fits(column.shape[1:-1], spec.shape):
        return column[..., 0]
    raise InputError(
        f"the model does not take arrays of this shape as {spec.name!r}",
        expected=f"N x {spec.text} (rank {len(spec.shape) + 1})",
        got=" x ".join(map(str, column.shape)) or "a single number",
        path=path,
    )


def _fits(shape: tuple[int, ...], pattern: tuple[int | None, ...]) -> bool:
    return len(shape) == len(pattern) and all(b is None or a == b for a, b in zip(shape, pattern, strict=True))


def _as_pictures(column: Array, *, stated: bool) -> tuple[Array, NDArray[np.uint8] | None]:
    """The values to go on with, and the pictures (N, H, W, C) to show, where the values are some."""
    shape = column.shape[1:]
    drawable = (len(shape) == 3 and shape[-1] in (1, 3)) or len(shape) == 2
    if column.dtype == np.uint8:
        return column, (column.reshape(*column.shape[:3], -1) if drawable else None)
    unit = column.dtype.kind == "f" and bool(np.isfinite(column).all()) and column.min() >= 0.0 and column.max() <= 1.0
    if not (drawable and unit):
        return column, None
    pictures = np.rint(column.astype(np.float64) * 255.0).astype(np.uint8).reshape(*column.shape[:3], -1)
    return (pictures if stated else column), pictures


def _preprocessing(
    column: Array,
    pictures: NDArray[np.uint8] | None,
    spec: InputSpec,
    options: PreprocessingOptions,
    default_scale: float,
) -> Preprocessing:
    if column.dtype == np.uint8:
        return preprocessing_for(spec, options, default_scale=default_scale)
    if pictures is not None:
        return preprocessing_for(spec, options, default_scale=1.0 / 255.0)
    if options.is_stated:
        raise InputError(
            "scale and mean are for pictures",
            expected="uint8 values, or values from 0 to 1",
            got=f"{column.dtype} values",
        )
    finite = column[np.isfinite(column)] if column.dtype.kind == "f" else column
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    return Preprocessing(scale=1.0, colour_order="grey" if spec.channels == 1 else "rgb", low=low, high=high)


def _as_fed(column: Array, spec: InputSpec) -> Array:
    """uint8 stays, to be preprocessed, where the model takes floats; all else is in the dtype that the model takes."""
    takes_floats = spec.dtype.startswith(("float", "bfloat"))
    if column.dtype == np.uint8 and takes_floats:
        return column.reshape(*column.shape, 1) if column.ndim == 3 else column
    return column.astype("float32" if spec.dtype == "bfloat16" else spec.dtype)
