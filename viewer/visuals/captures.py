"""What one capture needs on the GPU, uploaded when it is first shown and kept for later frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewer.atlas import cells_atlas, pictures_atlas
from viewer.prepared import Preparer, most_of, texel_bytes
from viewer.visuals.plates import CaptureTextures
from viewer.visuals.quad import float_texture, refill

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from exporter.bundle import Bundle
    from viewer.layout import Layout
    from viewer.prepared import Prepared
    from viewer.state import CaptureKey


class CaptureStore:
    """Textures by capture, at most 256 MiB of them beside those of one frame; those shown longest ago make room for new
    ones, which take their place on the GPU: making a texture costs five times filling one.
    """

    def __init__(
        self, bundle: Bundle, layout: Layout, also_ahead: Callable[[CaptureKey], object] = lambda _: None
    ) -> None:
        self.cells, self.pictures = cells_atlas(layout), pictures_atlas(layout)
        self.preparer = Preparer(bundle, layout, self.cells, self.pictures, also_ahead)
        self.most = most_of(texel_bytes(self.cells, self.pictures))
        self._textures: dict[CaptureKey, CaptureTextures] = {}

    def __len__(self) -> int:
        return len(self._textures)

    def textures(self, keys: Iterable[CaptureKey]) -> dict[CaptureKey, CaptureTextures]:
        """Values and pictures of all captures of a frame."""
        wanted = dict.fromkeys(keys)
        for key in wanted:
            found = self._textures.pop(key, None)
            self._textures[key] = found or self._uploaded(self.preparer.of(key), wanted)
        return {key: self._textures[key] for key in wanted}

    def is_ready(self, key: CaptureKey) -> bool:
        """Whether showing a capture takes no more than an upload, or so little that it is not worth a thread."""
        return key in self._textures or self.preparer.is_small or self.preparer.has(key)

    def close(self) -> None:
        """Give everything back."""
        self.preparer.close()
        for textures in self._textures.values():
            textures.close()

    def _uploaded(self, prepared: Prepared, wanted: dict[CaptureKey, None]) -> CaptureTextures:
        if len(self._textures) >= self.most:
            oldest = next((key for key in self._textures if key not in wanted), None)
            if oldest is not None:
                textures = self._textures.pop(oldest)
                refill(textures.values, prepared.values)
                refill(textures.pictures, prepared.pictures)
                return textures
        return CaptureTextures(float_texture(prepared.values), float_texture(prepared.pictures))
