"""Pictures of the window as PNG files, under names that are free."""

from __future__ import annotations

import contextlib
import itertools
import re
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from exporter.bundle import KerascopeError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def free_path(folder: Path, words: str, suffix: str = ".png") -> Path:
    """A path in `folder` that nothing has yet, named after `words`: `words.png`, `words-2.png` and so on."""
    stem = re.sub(r"[^\w.-]+", "-", words).strip("-.") or "picture"
    names = itertools.chain((stem,), (f"{stem}-{number}" for number in itertools.count(2)))
    return next(path for name in names if not (path := folder / f"{name}{suffix}").exists())


def write_picture(pixels: NDArray[np.uint8], path: Path) -> None:
    """Write a picture (height, width, 3) uint8; nothing is left where that fails.

    Raises
    ------
    KerascopeError
        It cannot be written.
    """
    unfinished = path.with_name(f".{path.name}.part")
    try:
        Image.fromarray(pixels).save(unfinished, format="PNG")
        unfinished.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):  # where there is no folder there is nothing to remove
            unfinished.unlink(missing_ok=True)
        got = error.strerror or error
        raise KerascopeError(
            "the picture cannot be saved", got=got, remedy="Shift+S chooses another place", path=path
        ) from error
