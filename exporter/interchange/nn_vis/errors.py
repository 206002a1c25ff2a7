"""What is said when a file of nn_vis cannot be read, or cannot be made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from exporter.bundle.errors import BundleError
from exporter.pickles import PickleError


class NnVisError(BundleError):
    """A file that nn_vis would not have written, or a bundle that its files have no room for."""


@contextmanager
def about(path: Path) -> Iterator[None]:
    """A block in which a `PickleError`, or an `NnVisError` without a place, becomes an `NnVisError` of this place."""
    try:
        yield
    except (NnVisError, PickleError) as error:
        if error.path is not None:
            raise
        told = {"expected": error.expected, "got": error.got, "remedy": error.remedy}
        raise NnVisError(error.what, **told, path=path) from error
