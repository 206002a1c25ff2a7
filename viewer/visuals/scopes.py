"""Plates by the scope of their scales: rows are uploaded when a scope is first shown and kept for later frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewer.scales import layer_scales
from viewer.visuals.plates import PlatesVisual

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from viewer.atlas import Atlas
    from viewer.layout import Layout
    from viewer.state import CaptureKey

SCOPES_KEPT = 4


class ScopeStore:
    """Scales and plates by scope, a capture or `None` for all inputs; the scope shown longest ago makes room for a new
    one.
    """

    def __init__(self, bundle: Bundle, layout: Layout, cells: Atlas, pictures: Atlas) -> None:
        self._bundle, self._layout = bundle, layout
        self._cells, self._pictures = cells, pictures
        self._scopes: dict[CaptureKey | None, _Scope] = {}

    def scales(self, scope: CaptureKey | None) -> tuple[float, ...]:
        """The scale of every plate in `scope`."""
        return self._scope(scope).scales

    def plates(self, scope: CaptureKey | None, *, has_gains: bool) -> PlatesVisual:
        """What draws the plates at these scales.

        Gains are uploaded with the rows: nets with and without them take turns in a frame, so each kind has its own.
        """
        found = self._scope(scope)
        if has_gains not in found.plates:
            found.plates[has_gains] = PlatesVisual(self._layout, self._cells, self._pictures, found.scales)
        return found.plates[has_gains]

    def close(self) -> None:
        """Give everything back."""
        for scope in self._scopes.values():
            scope.close()

    def _scope(self, scope: CaptureKey | None) -> _Scope:
        found = self._scopes.pop(scope, None)
        if found is None:
            while len(self._scopes) >= SCOPES_KEPT:
                self._scopes.pop(next(iter(self._scopes))).close()
            found = _Scope(layer_scales(self._bundle, self._layout, scope))
        self._scopes[scope] = found  # the one used last is the last to go
        return found


class _Scope:
    """The scales of one scope, and its plates without and with gains as they are needed."""

    def __init__(self, scales: tuple[float, ...]) -> None:
        self.scales = scales
        self.plates: dict[bool, PlatesVisual] = {}

    def close(self) -> None:
        for visual in self.plates.values():
            visual.close()
