"""The error of this room."""

from __future__ import annotations

from exporter.bundle.errors import KerascopeError


class ProbeError(KerascopeError):
    """A layer, channel or class that is not there, or a model in which no gradient leads to what is asked about."""
