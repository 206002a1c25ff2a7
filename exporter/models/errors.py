"""The error of this room."""

from __future__ import annotations

from exporter.bundle.errors import KerascopeError


class ModelError(KerascopeError):
    """A model that cannot be opened, read or used as asked."""
