"""The textures that a frame is built in, of one size: scene, light, bloom and the finished picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from vispy import gloo

from viewer.colour import PALETTES
from viewer.shading import program
from viewer.visuals.bloom import Bloom
from viewer.visuals.quad import colour_target, corner_buffer

if TYPE_CHECKING:
    from viewer.state import Theme

FINE = 2.0
"""From this supersampling on a frame is meant to be looked at; below it is one of many while things move."""


class Targets:
    """Framebuffers for frames of `frame_px` at `supersample` times the resolution, and the passes between them.

    Below 1 everything but words and shapes is drawn coarser and enlarged: a window's frame while things move.
    """

    def __init__(self, frame_px: tuple[int, int], supersample: float) -> None:
        self.frame_px = frame_px
        self.supersample = supersample
        fine = max(round(frame_px[0] * supersample), 1), max(round(frame_px[1] * supersample), 1)
        self.scene_px = fine
        depth = self._depth = gloo.RenderBuffer(fine[::-1], "depth")
        self._scene = colour_target(fine, "rgba8")
        self._light = colour_target(fine, "rgba16f")
        self.scene = gloo.FrameBuffer(self._scene, depth)
        self.light = gloo.FrameBuffer(self._light, depth)
        self._mass: gloo.Texture2D | None = None
        self._mass_buffer: gloo.FrameBuffer | None = None
        self._bloom = Bloom(self._light, fine, min(frame_px, fine), is_coarse=supersample < FINE)
        self._coarse: gloo.Texture2D | None = None
        self._coarse_buffer: gloo.FrameBuffer | None = None
        if supersample < 1:
            self._coarse = colour_target(fine, "rgba8")
            self._coarse_buffer = gloo.FrameBuffer(self._coarse)
        self._picture = colour_target(frame_px, "rgba8")
        self.picture = gloo.FrameBuffer(self._picture)
        self._background = colour_target(frame_px, "rgba8")
        self._background_buffer = gloo.FrameBuffer(self._background)
        self._background.interpolation = "nearest" if self._coarse is None else "linear"
        self._background_of: Theme | None = None
        self._mixed = "paper", False
        self._passes: dict[str, gloo.Program] = {}

    def paint_background(self, theme: Theme) -> None:
        """Draw the vignette of a theme, unless it is there already."""
        if theme == self._background_of:
            return
        palette = PALETTES[theme]
        gloo.set_state(blend=False, depth_test=False)
        with self._background_buffer:
            gloo.set_viewport(0, 0, *self.frame_px)
            shader = self._pass("background")
            shader["u_inner"], shader["u_outer"] = palette.inner, palette.outer
            shader.draw("triangle_strip")
        self._background_of = theme

    def mass(self) -> gloo.FrameBuffer:
        """Where threads are summed: as large as the scene, with its depth. It is made when it is first asked for."""
        if self._mass is None:
            self._mass = colour_target(self.scene_px, "rgba16f")
            self._mass_buffer = gloo.FrameBuffer(self._mass, self._depth)
        return self._mass_buffer

    def mix(self, *, bloom: float, is_lit: bool, is_ink: bool, has_mass: bool = False) -> None:
        """Make ready what `compose` draws: scene, with `is_lit` light and its bloom, with `has_mass` the threads too,
        as light or as ink.
        """
        if is_lit or has_mass:
            self._bloom.draw(bloom)
        self._mixed = "compose" if has_mass else "lit" if is_lit else "paper", is_ink
        if self._coarse_buffer is not None:
            with self._coarse_buffer:
                gloo.set_viewport(0, 0, *self.scene_px)
                self._draw_mixed()

    def compose(self) -> None:
        """Put the picture that was made ready into whatever framebuffer is active."""
        gloo.set_viewport(0, 0, *self.frame_px)
        if self._coarse is None:
            self._draw_mixed()
        else:
            gloo.set_state(blend=False, depth_test=False)
            stretch = self._pass("stretch")
            stretch["u_source"] = self._coarse
            stretch.draw("triangle_strip")

    def _draw_mixed(self) -> None:
        name, is_ink = self._mixed
        gloo.set_state(blend=False, depth_test=False)
        # Where each pixel has a texel of its own, reading that one alone is the same in half the time.
        reading = "nearest" if self.scene_px == self.frame_px else "linear"
        self._scene.interpolation = self._light.interpolation = reading
        shader = self._pass(name)
        shader["u_background"], shader["u_scene"] = self._background, self._scene
        if name != "paper":
            shader["u_light"], shader["u_glow"] = self._light, self._bloom.texture
        if name == "compose":
            shader["u_mass"], shader["u_has_mass"], shader["u_is_ink"] = self._mass, 1.0, float(is_ink)
        shader.draw("triangle_strip")
        self._light.interpolation = "linear"

    def _pass(self, name: str) -> gloo.Program:
        """A pass over the whole target: made when it is first drawn."""
        if name not in self._passes:
            self._passes[name] = program("screen", name)
            self._passes[name]["a_corner"] = corner_buffer()
        return self._passes[name]

    def read(self) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
        """The finished picture (H, W, 3) uint8, top row first."""
        with self.picture:
            # The driver leaves the fourth channel out in less time than numpy takes to.
            pixels = gloo.read_pixels((0, 0, *self.frame_px), alpha=False)
        return np.ascontiguousarray(pixels)

    def close(self) -> None:
        """Give everything back."""
        self._bloom.close()
        buffers = [self.scene, self.light, self.picture, self._background_buffer]
        if self._coarse is not None:
            buffers.append(self._coarse_buffer)
            self._coarse.delete()
        if self._mass is not None:
            buffers.append(self._mass_buffer)
            self._mass.delete()
        for buffer in buffers:
            buffer.delete()
        for texture in (self._scene, self._light, self._picture, self._background):
            texture.delete()
        for shader in self._passes.values():
            shader.delete()
