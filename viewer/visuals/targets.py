"""The textures that a frame is built in, of one size: scene, light, bloom and the finished picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from vispy import gloo

from viewer.colour import PALETTES
from viewer.shading import program
from viewer.state import REFERENCE_HEIGHT_PX
from viewer.visuals.quad import corner_buffer

if TYPE_CHECKING:
    from viewer.state import Theme

BLOOM_SIGMAS_PX = (5.0, 16.0, 44.0)
BLOOM_SHRINKS = (2, 4, 8)


class Targets:
    """Framebuffers for frames of `frame_px` at `supersample` times the resolution, and the passes between them."""

    def __init__(self, frame_px: tuple[int, int], supersample: int) -> None:
        self.frame_px = frame_px
        self.supersample = supersample
        width, height = frame_px
        fine = width * supersample, height * supersample
        self.scene_px = fine
        depth = gloo.RenderBuffer(fine[::-1], "depth")
        self._scene = _colour(fine, "rgba8")
        self._light = _colour(fine, "rgba16f")
        self.scene = gloo.FrameBuffer(self._scene, depth)
        self.light = gloo.FrameBuffer(self._light, depth)
        sizes = [(max(width // shrink, 1), max(height // shrink, 1)) for shrink in BLOOM_SHRINKS]
        self._blooms = [(size, _colour(size, "rgba16f"), _colour(size, "rgba16f")) for size in sizes]
        self._bloom_buffers = [(gloo.FrameBuffer(a), gloo.FrameBuffer(b)) for _, a, b in self._blooms]
        self._picture = _colour(frame_px, "rgba8")
        self.picture = gloo.FrameBuffer(self._picture)
        self._blur, self._compose = program("screen", "blur"), program("screen", "compose")
        for shader in (self._blur, self._compose):
            shader["a_corner"] = corner_buffer()

    def bloom(self) -> None:
        """Blur the light into three widths, each from the one before."""
        gloo.set_state(blend=False, depth_test=False)
        source = self._light
        for (size, across, both), buffers, sigma, shrink in zip(
            self._blooms, self._bloom_buffers, BLOOM_SIGMAS_PX, BLOOM_SHRINKS, strict=True
        ):
            sigma_px = sigma * self.frame_px[1] / REFERENCE_HEIGHT_PX / shrink
            for buffer, texture, step in (
                (buffers[0], source, (1.0 / size[0], 0.0)),
                (buffers[1], across, (0.0, 1.0 / size[1])),
            ):
                with buffer:
                    gloo.set_viewport(0, 0, *size)
                    self._blur["u_source"] = texture
                    self._blur["u_step"] = step
                    self._blur["u_sigma"] = max(sigma_px, 0.4)
                    self._blur.draw("triangle_strip")
            source = both

    def compose(self, theme: Theme, bloom: float) -> None:
        """Put background, scene, light and bloom together, into whatever framebuffer is active."""
        palette = PALETTES[theme]
        gloo.set_state(blend=False, depth_test=False)
        shader = self._compose
        shader["u_scene"], shader["u_light"] = self._scene, self._light
        for name, (_, _, texture) in zip(("small", "middle", "large"), self._blooms, strict=True):
            shader[f"u_bloom_{name}"] = texture
        shader["u_inner"], shader["u_outer"] = palette.inner, palette.outer
        shader["u_bloom"] = bloom if palette.is_additive else 0.0
        shader.draw("triangle_strip")

    def read(self) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
        """The finished picture (H, W, 3) uint8, top row first."""
        with self.picture:
            pixels = gloo.read_pixels((0, 0, *self.frame_px), alpha=True)
        return np.ascontiguousarray(pixels[..., :3])

    def close(self) -> None:
        """Give everything back."""
        for buffer in (self.scene, self.light, self.picture, *(b for pair in self._bloom_buffers for b in pair)):
            buffer.delete()
        for texture in (self._scene, self._light, self._picture, *(t for _, a, b in self._blooms for t in (a, b))):
            texture.delete()
        self._blur.delete()
        self._compose.delete()


def _colour(size_px: tuple[int, int], internal_format: str) -> gloo.Texture2D:
    return gloo.Texture2D(
        (size_px[1], size_px[0], 4),
        format="rgba",
        internalformat=internal_format,
        interpolation="linear",
        wrapping="clamp_to_edge",
    )
