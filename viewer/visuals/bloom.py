"""The light of a frame blurred into three widths, each from the one before, and added up."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from vispy import gloo

from viewer.shading import program
from viewer.state import REFERENCE_HEIGHT_PX
from viewer.visuals.quad import colour_target, corner_buffer

if TYPE_CHECKING:
    from collections.abc import Sequence

SIGMAS_PX = (5.0, 16.0, 44.0)
SHRINKS, COARSE_SHRINKS = (4, 8, 16), (8, 16, 32)
SPREAD_OF_TEXELS = 0.45
"""Standard deviation, in texels, that drawing a small picture large adds to a blur."""


class Bloom:
    """Blurs a texture of `source_px` for frames of `frame_px`, a quarter as large or, `is_coarse`, an eighth: a third
    of the work, for frames that are gone in a moment.
    """

    def __init__(
        self, source: gloo.Texture2D, source_px: tuple[int, int], frame_px: tuple[int, int], *, is_coarse: bool
    ) -> None:
        self._shrink, self._blur, self._gather = (program("screen", name) for name in ("shrink", "blur", "gather"))
        for shader in (self._shrink, self._blur, self._gather):
            shader["a_corner"] = corner_buffer()
        self._height_px, self._is_coarse = frame_px[1], is_coarse
        self._shrunk = [_Layer(source_px, 4)]
        if is_coarse:
            self._shrunk.append(_Layer(source_px, 8))
        self._sources = [(source, source_px), *((layer.texture, layer.size_px) for layer in self._shrunk)]
        self._shrinks = COARSE_SHRINKS if is_coarse else SHRINKS
        self._levels = [(_Layer(frame_px, shrink), _Layer(frame_px, shrink)) for shrink in self._shrinks]

    @property
    def texture(self) -> gloo.Texture2D:
        """The sum of the blurs, as they were drawn last."""
        return self._levels[0][0].texture

    def draw(self, strength: float) -> None:
        """Blur what the source holds now; the sum is so many times as strong."""
        gloo.set_state(blend=False, depth_test=False)
        if strength == 0:
            with self._levels[0][0].buffer:
                gloo.clear(color=(0, 0, 0, 0), depth=False)
            return
        for layer, (source, size_px) in zip(self._shrunk, self._sources, strict=False):
            self._shrink["u_source"] = source
            # The second step halves what the first has left: its taps lie in the middle of each four.
            reach = 1.0 if layer is self._shrunk[0] else 0.5
            self._shrink["u_step"] = reach / size_px[0], reach / size_px[1]
            layer.fill(self._shrink)
        source = self._shrunk[-1].texture
        for (across, both), sigma, shrink in zip(self._levels, SIGMAS_PX, self._shrinks, strict=True):
            sigma_px = sigma * self._height_px / REFERENCE_HEIGHT_PX / shrink
            if self._is_coarse:
                sigma_px = max(sigma_px**2 - SPREAD_OF_TEXELS**2, 0.0) ** 0.5
            taps = blur_taps(sigma_px)
            self._blur_into(across, source, (1.0 / across.size_px[0], 0.0), taps)
            self._blur_into(both, across.texture, (0.0, 1.0 / across.size_px[1]), taps)
            source = both.texture
        for name, (_, both) in zip(("small", "middle", "large"), self._levels, strict=True):
            self._gather[f"u_{name}"] = both.texture
        self._gather["u_strength"] = strength
        # The first blur's half-way texture has done its work: the sum goes there.
        self._levels[0][0].fill(self._gather)

    def close(self) -> None:
        """Give everything back."""
        for layer in (*self._shrunk, *(layer for pair in self._levels for layer in pair)):
            layer.buffer.delete()
            layer.texture.delete()
        for shader in (self._shrink, self._blur, self._gather):
            shader.delete()

    def _blur_into(
        self,
        layer: _Layer,
        source: gloo.Texture2D,
        step: tuple[float, float],
        taps: tuple[float, Sequence[float], Sequence[float]],
    ) -> None:
        middle, offsets, weights = taps
        self._blur["u_source"], self._blur["u_step"] = source, step
        self._blur["u_middle"], self._blur["u_offsets"], self._blur["u_weights"] = middle, offsets, weights
        self._blur["u_pairs"] = sum(weight > 0.002 for weight in weights)
        layer.fill(self._blur)


class _Layer:
    """A texture that is drawn into, so many times smaller than `size_px`."""

    def __init__(self, size_px: tuple[int, int], shrink: int) -> None:
        self.size_px = max(size_px[0] // shrink, 1), max(size_px[1] // shrink, 1)
        self.texture = colour_target(self.size_px, "rgba16f")
        self.buffer = gloo.FrameBuffer(self.texture)

    def fill(self, shader: gloo.Program) -> None:
        with self.buffer:
            gloo.set_viewport(0, 0, *self.size_px)
            shader.draw("triangle_strip")


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
