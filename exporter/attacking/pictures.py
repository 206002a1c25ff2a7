"""The clean and the attacked pictures as PNG files."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from exporter.bundle import Bundle, KerascopeError
from exporter.bundle.durable import writing
from exporter.bundle.schema import Input


@dataclass(frozen=True)
class Pictures:
    """A folder for PNG files: `INPUT.png` is a clean picture, `RUN.png` what a run made."""

    folder: Path
    overwrite: bool = False

    def check(self, bundle: Bundle, parents: Sequence[Input], run_ids: Sequence[str]) -> None:
        """Raise `KerascopeError` where inputs are no pictures, or a file is there already and is not to be replaced."""
        for parent in parents:
            if bundle.image(parent.id) is None:
                what = f"input {parent.id} cannot be saved as a PNG file"
                raise KerascopeError(what, expected="a picture", got="values", remedy="leave --png away")
        self.check_free([*(parent.id for parent in parents), *run_ids])

    def check_free(self, names: Sequence[str]) -> None:
        """Raise `KerascopeError` where a file of such a name is there already and is not to be replaced."""
        for name in names:
            path = self._path(name)
            if path.exists() and not self.overwrite:
                raise KerascopeError("there is a picture at this place already", remedy="pass --overwrite", path=path)

    def save(self, name: str, picture: NDArray[np.uint8]) -> None:
        """Write a picture (H, W, C) uint8, whole or not at all."""
        path = self._path(name)
        partial = path.with_name(f".{path.stem}-{os.getpid()}.png")
        with writing(path):
            self.folder.mkdir(parents=True, exist_ok=True)
            try:
                Image.fromarray(picture[..., 0] if picture.shape[-1] == 1 else picture).save(partial)
                partial.replace(path)
            finally:
                partial.unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.png"
