"""How a survey's kernels are compiled: as those of bundling are, or one line that says what is missing."""

from __future__ import annotations

from exporter.bundle.errors import KerascopeError

__all__ = ["Array", "compiled"]

try:
    from exporter.bundling.compiled import Array, compiled
except ModuleNotFoundError as error:
    if error.name != "numba":
        raise
    raise KerascopeError("a survey needs numba", remedy="pip install 'kerascope[survey]'") from error
