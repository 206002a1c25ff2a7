"""What is dropped on the window."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtCore import QMimeData


def dropped_paths(data: QMimeData) -> list[Path]:
    """The bundles among what is dropped: folders, or the folder of a `manifest.json`."""
    paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    return [path.parent if path.name == "manifest.json" else path for path in paths]


def is_bundle(path: Path) -> bool:
    """Whether what was dropped is to be opened: what is no folder is a picture, for the drawing pad.

    A file that is gone meanwhile is opened, which says so.
    """
    return not path.is_file()
