"""What the user names as inputs, as samples that the model takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.inputs.arrays import read_npy, read_npz
from exporter.inputs.digits import CLASS_NAMES, balanced_digits, training_digits
from exporter.inputs.errors import InputError
from exporter.inputs.pictures import class_of_folder, fit_picture, picture_files, read_picture
from exporter.inputs.preprocessing import PreprocessingOptions, preprocessing_for
from exporter.inputs.samples import InputSet, InputSpec, Sample
from exporter.inputs.tables import samples_of_arrays

Source = str | Path | NDArray[Any]
_DIGITS = {"mnist:": balanced_digits, "mnist-training:": training_digits}


def read_inputs(
    sources: Source | Sequence[str | Path],
    specs: Sequence[InputSpec],
    *,
    options: PreprocessingOptions,
    default_scale: float,
    class_names: Sequence[str] = (),
) -> InputSet:
    """The samples that `sources` name, ready for a model with these inputs.

    Parameters
    ----------
    sources : a folder of pictures, picture files, one `.npy` or `.npz` file, `mnist:N` (`mnist-training:N` for digits
        of the part that training sees), or an array.
    specs : what the model takes, one per model input.
    options, default_scale : what the user says about preprocessing, and the scale for pictures where nothing is said.
    class_names : to recognise sub-folders by; `mnist:N` brings its own where there are none and the classes are ten.

    Raises
    ------
    InputError
        nothing there, something that is no picture, or what the model does not take.
    """
    if isinstance(sources, np.ndarray):
        return samples_of_arrays({"": sources}, specs, options, default_scale, stem="array")
    paths = [sources] if isinstance(sources, str | Path) else list(sources)
    if not paths:
        raise InputError("there are no inputs", expected="a folder, pictures, .npy, .npz or mnist:N")
    first = str(paths[0])
    if first.startswith(tuple(_DIGITS)) or Path(first).suffix.lower() in (".npy", ".npz"):
        if len(paths) > 1:
            raise InputError("too many inputs", expected=f"{first} alone", got=f"{len(paths)} names")
        if first.startswith(tuple(_DIGITS)):
            return _digits(first, specs, options, default_scale)
        path = Path(first)
        if not path.exists():
            raise InputError("no such file", path=path)
        arrays = read_npz(path) if path.suffix.lower() == ".npz" else {"": read_npy(path)}
        return samples_of_arrays(arrays, specs, options, default_scale, stem=path.stem, path=path)
    return _pictures([Path(path) for path in paths], specs, options, default_scale, class_names)


def picture_size(spec: InputSpec) -> tuple[int, tuple[int, int] | None]:
    """Channels and (width, height) of the pictures that an input takes; no size where it takes any.

    Raises
    ------
    InputError
        it takes no pictures of one or three channels.
    """
    channels = spec.channels
    if channels is None and len(spec.shape) == 3:
        channels = 3
    if channels is None or channels not in (1, 3):
        raise InputError(
            "the model does not take pictures",
            expected=f"{spec.text} values for the input {spec.name!r}",
            got="pictures",
            remedy="pass the values as .npy or .npz",
        )
    height, width = spec.shape[:2]
    return channels, None if height is None or width is None else (width, height)


def _one_input(specs: Sequence[InputSpec]) -> InputSpec:
    if len(specs) > 1:
        raise InputError(
            "the model has several inputs",
            expected=f"an .npz file with arrays named {', '.join(spec.name for spec in specs)}",
            got="one picture at a time",
        )
    return specs[0]


def _pictures(
    paths: list[Path],
    specs: Sequence[InputSpec],
    options: PreprocessingOptions,
    default_scale: float,
    class_names: Sequence[str],
) -> InputSet:
    spec = _one_input(specs)
    channels, size_px = picture_size(spec)
    files = [
        (file, path if path.is_dir() else path.parent)
        for path in paths
        for file in (picture_files(path) if path.is_dir() else [path])
    ]
    samples: list[Sample] = []
    for file, root in files:
        picture = read_picture(file, "L" if channels == 1 else "RGB", size_px)
        size_px = size_px or (
            picture.shape[1],
            picture.shape[0],
        )  # where the model takes any size, the first one decides
        samples.append(Sample(file.stem, (picture,), picture, class_of_folder(file, root, class_names)))
    preprocessing = preprocessing_for(spec, options, default_scale=default_scale)
    return InputSet(tuple(samples), preprocessing)


def _digits(source: str, specs: Sequence[InputSpec], options: PreprocessingOptions, default_scale: float) -> InputSet:
    part, _, text = source.partition(":")
    if not text.isdecimal():
        raise InputError("so many digits cannot be had", expected="mnist:N, for example mnist:20", got=source)
    spec = _one_input(specs)
    digits = _DIGITS[f"{part}:"](int(text))
    flat = spec.shape == (28 * 28,)
    channels, size_px = (1, None) if flat else picture_size(spec)
    pictures = [fit_picture(picture, channels, size_px) for picture in digits.pictures]
    labels = numbered([f"digit {digit}" for digit in digits.classes])
    samples = tuple(
        Sample(label, (picture,), picture, int(digit))
        for label, picture, digit in zip(labels, pictures, digits.classes, strict=True)
    )
    preprocessing = preprocessing_for(
        replace(spec, shape=(28, 28)) if flat else spec, options, default_scale=default_scale
    )
    return InputSet(samples, preprocessing, CLASS_NAMES)


def numbered(labels: Sequence[str]) -> list[str]:
    """The same labels, a number after the second and later of equal ones.

    >>> numbered(["digit 7", "digit 1", "digit 7"])
    ['digit 7', 'digit 1', 'digit 7 (2)']
    """
    seen: Counter[str] = Counter()
    out = []
    for label in labels:
        seen[label] += 1
        out.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return out
