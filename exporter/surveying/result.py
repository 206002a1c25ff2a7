"""What was found of one shard of a survey, to be sent and kept."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.bundle.errors import KerascopeError

Array = NDArray[Any]


@dataclass(frozen=True)
class ShardResult:
    """What was found of a shard: arrays by name.

    Those of `Tally.arrays`; `places` (n) int64 of the images in the data set; `top_classes` and `top_scores` (n, T)
    where there are classes. Of a shard of the first pass also `names`, `name_ends`, `true_class`, `bad` (JSON), and, as
    the plan says, `thumbnails` and `pictures`.
    """

    arrays: Mapping[str, Array]

    @property
    def images(self) -> int:
        """How many images could be read."""
        return len(self.arrays["places"])

    def bad(self) -> list[tuple[str, str]]:
        """The names of images that could not be read, and why."""
        return [(str(name), str(reason)) for name, reason in json.loads(self.arrays["bad"].tobytes() or b"[]")]

    def to_bytes(self) -> bytes:
        """The arrays as a `.npz` file: equal bytes for equal arrays."""
        stream = io.BytesIO()
        np.savez(stream, allow_pickle=False, **{name: self.arrays[name] for name in sorted(self.arrays)})
        return stream.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> ShardResult:
        """The result that `to_bytes` wrote. Raises `KerascopeError` where it is none."""
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as file:
                return cls(dict(file))
        except (OSError, ValueError, zipfile.BadZipFile, EOFError) as error:
            raise KerascopeError("what was found of a shard cannot be read", got=error) from error
