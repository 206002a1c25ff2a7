"""What the user names as inputs, as samples that the model takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.inputs.arrays import read_npy, read_npz
from exporter.inputs.dataset import open_dataset
from exporter.inputs.preprocessing import PreprocessingOptions
from exporter.inputs.samples import InputSet, InputSpec
from exporter.inputs.tables import samples_of_arrays

Source = str | Path | NDArray[Any]


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
        of the part that training sees, `mnist-all:N` for both), `tfds:NAME[:SPLIT]`, or an array.
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
    paths = [Path(sources)] if isinstance(sources, str | Path) else [Path(path) for path in sources]
    if len(paths) == 1 and paths[0].suffix.lower() in (".npy", ".npz") and paths[0].exists():
        path = paths[0]
        arrays = read_npz(path) if path.suffix.lower() == ".npz" else {"": read_npy(path)}
        return samples_of_arrays(arrays, specs, options, default_scale, stem=path.stem, path=path)
    found = open_dataset(sources, specs, options=options, default_scale=default_scale, class_names=class_names)
    return InputSet(found.read(0, found.count).samples, found.preprocessing, found.class_names)


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
