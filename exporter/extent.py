"""How much room an export takes, told before it is written."""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from exporter.bounds import Kept
from exporter.bundle import KerascopeError
from exporter.bundle.checks import output_name
from exporter.bundle.schema import Layer, Output
from exporter.bundle.statistics import statistics_layout
from exporter.bundle.tensors import DTYPES

_SLACK_BYTES = 2**20


@dataclass(frozen=True)
class Extent:
    """The sizes of what is going to be written.

    Attributes
    ----------
    weights_bytes, checkpoints : of all checkpoints whose weights are kept, and how many these are.
    outputs_bytes, inputs : of all captures and pictures, and of how many inputs they are.
    statistics_bytes : of everything that is derived from outputs.
    is_least : some sizes are not fixed before the model runs: they count as 1.
    """

    weights_bytes: int
    checkpoints: int
    outputs_bytes: int
    inputs: int
    statistics_bytes: int
    is_least: bool = False

    @property
    def bytes(self) -> int:
        """All together."""
        return self.weights_bytes + self.outputs_bytes + self.statistics_bytes

    def __str__(self) -> str:
        of_checkpoints = f" of {self.checkpoints} checkpoints" if self.checkpoints > 1 else ""
        return (
            f"{'at least' if self.is_least else 'about'} {size_text(self.bytes)}: "
            f"weights {size_text(self.weights_bytes)}{of_checkpoints}, "
            f"outputs {size_text(self.outputs_bytes)} of {self.inputs} input{'s' if self.inputs != 1 else ''}, "
            f"statistics {size_text(self.statistics_bytes)}"
        )


def size_text(bytes_: int) -> str:
    """A size with a unit, in three digits or so.

    >>> size_text(553_430_176), size_text(1_394_000_000), size_text(120), size_text(0)
    ('553 MB', '1.39 GB', '0.1 kB', '0')
    """
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if bytes_ >= size:
            return f"{bytes_ / size:.{max(0, 2 - int(math.log10(bytes_ / size)))}f} {unit}"
    return f"{bytes_ / 1e3:.1f} kB" if bytes_ else "0"


def input_bytes(layers: Sequence[Layer], kept: Kept, dtype: str) -> int:
    """How many bytes the outputs take that are kept of one input."""
    return sum(_output_bytes(output, dtype, is_fed) for output, is_fed in _outputs(layers, kept))


def is_open(layers: Sequence[Layer], kept: Kept) -> bool:
    """Whether the size of something that is kept is not fixed."""
    return any(None in output.shape for output, _ in _outputs(layers, kept))


def statistics_bytes(layers: Sequence[Layer], kept: Kept) -> int:
    """How many bytes the statistics of one checkpoint take."""
    return sum(_statistics_bytes(layer.outputs[0]) for layer in layers if layer.outputs and layer.name in kept)


def stored_bytes(size: int, dtype: str, stored_dtype: str) -> int:
    """How many bytes so many values of a dtype take, floating-point ones being stored as `stored_dtype`."""
    is_float = dtype.startswith(("float", "bfloat"))
    return size * int(DTYPES.get(stored_dtype if is_float else dtype, "<f4")[2:])


def check_room(path: Path, bytes_: int) -> None:
    """Raise `KerascopeError` where the disk on which `path` is or will be has too little room for so much."""
    place = next(folder for folder in (path, *path.absolute().parents) if folder.exists())
    free_bytes = shutil.disk_usage(place).free
    if free_bytes < bytes_ + _SLACK_BYTES:
        raise KerascopeError(
            "there is too little room for the bundle",
            expected=size_text(bytes_),
            got=f"{size_text(free_bytes)} free",
            remedy="free some space, choose another place, or keep less of it",
            path=path,
        )


def _outputs(layers: Sequence[Layer], kept: Kept) -> Iterator[tuple[Output, bool]]:
    for layer in layers:
        for place, output in enumerate(layer.outputs):
            if output_name(layer.name, place) in kept:
                yield output, layer.kind == "input"


def _output_bytes(output: Output, dtype: str, is_fed: bool) -> int:
    shape = _stored_sizes(output)
    return stored_bytes(math.prod(shape), output.dtype, "float32" if is_fed else dtype)


def _stored_sizes(output: Output) -> tuple[int, ...]:
    sizes = [size or 1 for size in output.shape]
    if output.stored_channels is not None:
        sizes[-1] = output.stored_channels
    return tuple(sizes)


def _statistics_bytes(output: Output) -> int:
    sizes = _stored_sizes(output)
    layout = statistics_layout(sizes[-1] if sizes else 1)
    return sum(math.prod(shape) * int(DTYPES[dtype][2:]) for shape, dtype in layout.values())
