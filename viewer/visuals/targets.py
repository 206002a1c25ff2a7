"""The textures that a frame is built in, of one size: scene, light, bloom and the finished picture."""

from __future__ import annotations

from functools import lru_cache
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
BLOOM_SHRINKS = (4, 8, 16)


class Targets:
    """Framebuffers for frames of `frame_px` at `supersample` times the resolution, and the passes between them.

    Below 1 everything but words and shapes is drawn coarser and enlarged: a window's frame while things move.
    """

    def __init__(self, frame_px: tuple[int, int], supersample: float) -> None:
        self.frame_px = frame_px
        self.supersample = supersample
        fine = max(round(frame_px[0] * supersample), 1), max(round(frame_px[1] * supersample), 1)
        width, height = self._bloomed_px = min(frame_px, fine)
        self.scene_px = fine
        depth = self._depth = gloo.RenderBuffer(fine[::-1], "depth")
        self._scene = _colour(fine, "rgba8")
        self._light = _colour(fine, "rgba16f")
        self.scene = gloo.FrameBuffer(self._scene, depth)
        self.light = gloo.FrameBuffer(self._light, depth)
        self._mass: gloo.Texture2D | None = None
        self._mass_buffer: gloo.FrameBuffer | None = None
        sizes = [(max(width // shrink, 1), max(height // shrink, 1)) for shrink in BLOOM_SHRINKS]
        self._blooms = [(size, _colour(size, "rgba16f"), _colour(size, "rgba16f")) for size in sizes]
        self._bloom_buffers = [(gloo.FrameBuffer(a), gloo.FrameBuffer(b)) for _, a, b in self._blooms]
        self._shrunk_px = max(fine[0] // 4, 1), max(fine[1] // 4, 1)
        self._shrunk = _colour(self._shrunk_px, "rgba16f")
        self._shrunk_buffer = gloo.FrameBuffer(self._shrunk)
        self._picture = _colour(frame_px, "rgba8")
        self.picture = gloo.FrameBuffer(self._picture)
        self._background = _colour(frame_px, "rgba8")
        self._background_buffer = gloo.FrameBuffer(self._background)
        self._background_of: Theme | None = None
        self._shrink, self._blur = program("screen", "shrink"), program("screen", "blur")
        self._gather = program("screen", "gather")
        self._vignette, self._compose = program("screen", "background"), program("screen", "compose")
        for shader in (self._shrink, self._blur, self._gather, self._vignette, self._compose):
            shader["a_corner"] = corner_buffer()

    def bloom(self, strength: float) -> None:
        """Blur the light into three widths, each from the one before, and add them up."""
        gloo.set_state(blend=False, depth_test=False)
        with self._shrunk_buffer:
            gloo.set_viewport(0, 0, *self._shrunk_px)
            self._shrink["u_source"] = self._light
            self._shrink["u_step"] = 1.0 / self.scene_px[0], 1.0 / self.scene_px[1]
            self._shrink.draw("triangle_strip")
        source = self._shrunk
        for (size, across, both), buffers, sigma, shrink in zip(
            self._blooms, self._bloom_buffers, BLOOM_SIGMAS_PX, BLOOM_SHRINKS, strict=True
        ):
            sigma_px = sigma * self._bloomed_px[1] / REFERENCE_HEIGHT_PX / shrink
            self._blur_into(buffers[0], size, source, (1.0 / size[0], 0.0), sigma_px)
            self._blur_into(buffers[1], size, across, (0.0, 1.0 / size[1]), sigma_px)
            source = both
        # The first blur's half-way texture has done its work: the sum goes there.
        with self._bloom_buffers[0][0]:
            gloo.set_viewport(0, 0, *self._blooms[0][0])
            for name, (_, _, texture) in zip(("small", "middle", "large"), self._blooms, strict=True):
                self._gather[f"u_{name}"] = texture
            self._gather["u_strength"] = strength
            self._gather.draw("triangle_strip")

    def _blur_into(
        self,
        buffer: gloo.FrameBuffer,
        size: tuple[int, int],
        source: gloo.Texture2D,
        step: tuple[float, float],
        sigma_px: float,
    ) -> None:
        middle, offsets, weights = blur_taps(sigma_px)
        with buffer:
            gloo.set_viewport(0, 0, *size)
            self._blur["u_source"], self._blur["u_step"] = source, step
            self._blur["u_middle"], self._blur["u_offsets"], self._blur["u_weights"] = middle, offsets, weights
            self._blur["u_pairs"] = sum(weight > 0.002 for weight in weights)
            self._blur.draw("triangle_strip")

    def paint_background(self, theme: Theme) -> None:
        """Draw the vignette of a theme, unless it is there already."""
        if theme == self._background_of:
            return
        palette = PALETTES[theme]
        gloo.set_state(blend=False, depth_test=False)
        with self._background_buffer:
            gloo.set_viewport(0, 0, *self.frame_px)
            shader = self._vignette
            shader["u_inner"], shader["u_outer"] = palette.inner, palette.outer
            shader.draw("triangle_strip")
        self._background_of = theme

    def mass(self) -> gloo.FrameBuffer:
        """Where threads are summed: as large as the scene, with its depth. It is made when it is first asked for."""
        if self._mass is None:
            self._mass = _colour(self.scene_px, "rgba16f")
            self._mass_buffer = gloo.FrameBuffer(self._mass, self._depth)
        return self._mass_buffer

    def compose(self, *, has_mass: bool = False, is_ink: bool = False) -> None:
        """Put background, scene, light and bloom together, into whatever framebuffer is active; with `has_mass` the
        threads too, as ink or as light.
        """
        gloo.set_state(blend=False, depth_test=False)
        shader = self._compose
        shader["u_background"], shader["u_scene"], shader["u_light"] = self._background, self._scene, self._light
        shader["u_glow"], shader["u_mass"] = self._blooms[0][1], self._mass or self._light
        shader["u_has_mass"], shader["u_is_ink"] = float(has_mass), float(is_ink)
        shader.draw("triangle_strip")

    def read(self) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
        """The finished picture (H, W, 3) uint8, top row first."""
        with self.picture:
            pixels = gloo.read_pixels((0, 0, *self.frame_px), alpha=True)
        return np.ascontiguousarray(pixels[..., :3])

    def close(self) -> None:
        """Give everything back."""
        buffers = [self.scene, self.light, self.picture, self._background_buffer, self._shrunk_buffer]
        if self._mass is not None:
            buffers.append(self._mass_buffer)
            self._mass.delete()
        for buffer in (*buffers, *(b for pair in self._bloom_buffers for b in pair)):
            buffer.delete()
        textures = [self._scene, self._light, self._picture, self._background, self._shrunk]
        for texture in (*textures, *(t for _, a, b in self._blooms for t in (a, b))):
            texture.delete()
        for shader in (self._shrink, self._blur, self._gather, self._vignette, self._compose):
            shader.delete()


@lru_cache(maxsize=64)
def blur_taps(sigma_px: float) -> tuple[float, tuple[float, ...], tuple[float, ...]]:
    """Weight of the middle, and distances and weights of four pairs of taps, of a Gaussian cut at 8 texels.

    Two neighbouring texels at distances i and i + 1 are read as one, between them, by linear sampling; all weights,
    both sides counted, add up to 1. A sigma under 0.4 counts as 0.4.
    """
    at = np.arange(9)
    weights = np.exp(-0.5 * (at / max(sigma_px, 0.4)) ** 2)
    weights /= weights[0] + 2 * weights[1:].sum()
    near, far = weights[1::2], weights[2::2]
    offsets = (at[1::2] * near + at[2::2] * far) / (near + far + 1e-30)
    return float(weights[0]), tuple(offsets.tolist()), tuple((near + far).tolist())


def _colour(size_px: tuple[int, int], internal_format: str) -> gloo.Texture2D:
    return gloo.Texture2D(
        (size_px[1], size_px[0], 4),
        format="rgba",
        internalformat=internal_format,
        interpolation="linear",
        wrapping="clamp_to_edge",
    )
