"""Arrays in files as a data set, of which only those rows are read that are asked for."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from exporter.bundle.schema import Preprocessing
from exporter.inputs.asked import Asked
from exporter.inputs.errors import InputError
from exporter.inputs.mapped import map_npy, map_npz
from exporter.inputs.samples import Piece
from exporter.inputs.tables import Table, table_of


@dataclass(frozen=True)
class ArraySet:
    """The rows of the arrays in one file."""

    source: str
    signature: str
    table: Table

    @property
    def count(self) -> int:
        """How many rows there are."""
        return self.table.count

    @property
    def class_names(self) -> tuple[str, ...]:
        """None: arrays have no names."""
        return ()

    @property
    def preprocessing(self) -> Preprocessing:
        """What all rows share."""
        return self.table.preprocessing

    def read(self, start: int, stop: int) -> Piece:
        """The rows from `start` to before `stop`; raises InputError where the file has changed since."""
        places = range(self.count)[start:stop]
        return Piece(self.table.samples(places.start, places.stop), tuple(places))


def arrays_of(source: str, asked: Asked) -> ArraySet:
    """The rows of a `.npy` or `.npz` file.

    Raises
    ------
    InputError
        no such file, damaged, no plain numbers, or what the model does not take.
    """
    path = Path(source).absolute()
    if not path.exists():
        raise InputError("no such file", path=Path(source))
    mapped = map_npz(path) if path.suffix.lower() == ".npz" else {"": map_npy(path)}
    table = table_of(mapped, asked.specs, asked.options, asked.default_scale, path.stem, Path(source))
    told = [
        (name, array.stamp, array.shape, array.dtype.str, array.offset_bytes) for name, array in sorted(mapped.items())
    ]
    return ArraySet(source, hashlib.sha256(repr(told).encode()).hexdigest(), table)
