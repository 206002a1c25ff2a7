"""The error of this room."""

from __future__ import annotations

from exporter.bundle.errors import KerascopeError


class InputError(KerascopeError):
    """Pictures, arrays or labels that cannot be read, or that the model does not take."""
