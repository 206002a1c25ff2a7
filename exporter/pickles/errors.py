"""The error of this room."""

from __future__ import annotations

from exporter.bundle.errors import KerascopeError


class PickleError(KerascopeError):
    """A pickle that is damaged, or that holds what is no array of numbers."""


def refused(got: str) -> PickleError:
    """What is said of a pickle with something in it that should not be there."""
    return PickleError("the file is no pickle of arrays", expected="arrays of numbers", got=got)
