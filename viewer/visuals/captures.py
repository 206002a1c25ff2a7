"""What one capture needs on the GPU, made when it is first shown and kept for later frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewer.atlas import cells_atlas, fill_cells, fill_pictures, pictures_atlas
from viewer.strands.trace import Strands, trace
from viewer.visuals.plates import CaptureTextures
from viewer.visuals.quad import float_texture
from viewer.visuals.strands import StrandBuffers, upload_strands

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from viewer.layout import Layout
    from viewer.state import CaptureKey

CAPTURES_KEPT = 48


class CaptureStore:
    """Textures and strands by capture; those shown longest ago make room for new ones."""

    def __init__(self, bundle: Bundle, layout: Layout) -> None:
        self._bundle, self._layout = bundle, layout
        self.cells, self.pictures = cells_atlas(layout), pictures_atlas(layout)
        self._textures: dict[CaptureKey, CaptureTextures] = {}
        self._traces: dict[CaptureKey, tuple[Strands, StrandBuffers | None]] = {}

    def textures(self, key: CaptureKey) -> CaptureTextures:
        """Values and pictures of a capture."""
        found = self._textures.pop(key, None)
        if found is None:
            while len(self._textures) >= CAPTURES_KEPT:
                self._textures.pop(next(iter(self._textures))).close()
            values = fill_cells(self._bundle, self._layout, self.cells, key)
            pictures = fill_pictures(self._bundle, self._layout, self.pictures, key)
            found = CaptureTextures(float_texture(values), float_texture(pictures))
        self._textures[key] = found  # the one used last is the last to go
        return found

    def strands(self, key: CaptureKey) -> tuple[Strands, StrandBuffers | None]:
        """Strands of a capture and their buffers."""
        found = self._traces.pop(key, None)
        if found is None:
            while len(self._traces) >= CAPTURES_KEPT:
                _close(self._traces.pop(next(iter(self._traces)))[1])
            strands = trace(self._bundle, self._layout, key)
            found = strands, upload_strands(strands)
        self._traces[key] = found
        return found

    def close(self) -> None:
        """Give everything back."""
        for textures in self._textures.values():
            textures.close()
        for _, buffers in self._traces.values():
            _close(buffers)


def _close(buffers: StrandBuffers | None) -> None:
    if buffers is not None:
        buffers.close()
