"""What each step of a picture is taken with: how large the canvas is, how far it is shifted, when it is blurred."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

from exporter.backend import tf
from exporter.synthesis.blur import default_blur, gaussian
from exporter.synthesis.contract import Levels
from exporter.synthesis.jitter import default_jitter, shift_px
from exporter.synthesis.start import check_amount, check_steps, check_whole
from exporter.synthesis.views import View, sizes_px, stretched_view

_SCALE = 2.0


@dataclass(frozen=True)
class Painting:
    """How pictures are made to please: the options of all methods that do.

    Attributes
    ----------
    steps : in each octave.
    step_size : levels: the root mean square of what a step changes, in the last octave; more in those before it, by the
        root of how much smaller they are.
    octaves : how many times, each twice as large as before, so that what is large comes first. A picture that was
        given to begin with is never made smaller: it has its own size in all of them.
    jitter : pixels: how far a step may shift the picture before the net sees it; `None`: a fourteenth of its shorter
        side. Numbers in a row that are no picture are not shifted.
    blur : pixels: the sigma of the Gaussian laid over the picture; 0: none; `None`: 1, of small pictures 0.5 (see
        `default_blur`). No picture, no blur.
    blur_every : after how many steps it is.
    weight : lambda, what a picture of full contrast costs (see `painted`).
    """

    method: ClassVar[str] = "painting"
    tells_norm: ClassVar[bool] = False

    steps: int = 40
    step_size: float = 1.0
    octaves: int = 1
    jitter: int | None = 0
    blur: float | None = 0.0
    blur_every: int = 1
    weight: float = 0.0

    def __post_init__(self) -> None:
        cannot = f"{self.method} cannot do that"
        check_steps(self.method, self.steps)
        check_steps(self.method, self.blur_every, "steps between blurs")
        check_whole(cannot, self.octaves, "octaves", 1, 8)
        check_whole(cannot, 0 if self.jitter is None else self.jitter, "pixels of jitter", 0, 1000)
        check_amount(self.method, self.step_size, "step_size", 1e-6, 255)
        check_amount(self.method, self.blur or 0, "blur", 0, 100)
        check_amount(self.method, self.weight, "weight", 0, 1e9)


class Stroke(NamedTuple):
    """The numbers of one step, tensors; `view` is `None` where the canvas always is the picture."""

    view: View | None
    shift: Any
    kernel: Any
    blurs: Any
    step_size: Any
    weight: Any


class Course:
    """The strokes of a painting, and its canvases, each twice as large as the one before.

    Parameters
    ----------
    shape : of one picture, or of numbers in a row.
    options : of the painting.
    seed : of the shifts.
    is_given : whether the start is a picture of the user's, which is never made smaller.
    """

    def __init__(self, shape: tuple[int, ...], options: Painting, *, seed: int, is_given: bool) -> None:
        is_picture = len(shape) > 1
        jitter = default_jitter(shape) if options.jitter is None else options.jitter
        self.count = options.steps * options.octaves
        self._shape, self._options, self._seed = shape, options, seed
        self._jitter = jitter if is_picture else 0
        self._octaves = options.octaves if is_picture and not is_given else 1
        self.is_stretched = self._octaves > 1
        self.is_shifted = self._jitter > 0
        self._blur_px = default_blur(shape) if options.blur is None else options.blur
        self.is_blurred = is_picture and self._blur_px > 0
        self.is_weighed = options.tells_norm or options.weight > 0

    @cached_property
    def _sizes(self) -> list[tuple[int, int]]:
        return sizes_px(self._shape, self._octaves, _SCALE)

    @cached_property
    def _views(self) -> list[View]:
        return [stretched_view(self._shape, size) for size in self._sizes]

    def first(self, start: Levels) -> Any:
        """The canvases (n, ...) that are like the start."""
        return self._resized(tf.constant(start), self._shape[:2], self._sizes[0]) if self.is_stretched else start

    def grown(self, state: Any, number: int) -> Any:
        """The canvases as large as step `number` needs them."""
        octave = self._octave(number)
        if octave == 0 or octave * self._options.steps != number:
            return state
        return self._resized(state, self._sizes[octave - 1], self._sizes[octave])

    def stroke(self, number: int) -> Stroke:
        """The numbers of step `number`; the first and the one after the last shift nothing."""
        octave, options = self._octave(number), self._options
        is_end = number in (0, self.count)
        shift = (0, 0) if is_end or not self.is_shifted else shift_px(self._seed, number, self._jitter)
        shortest_px = min(self._sizes[octave]) if self.is_stretched else min(self._shape)
        times = (min(self._shape[:2]) / shortest_px) ** 0.5 if self.is_stretched else 1.0
        return Stroke(
            self._views[octave] if self.is_stretched else None,
            tf.constant(shift, tf.int32),
            tf.constant(gaussian(self._blur_px if self.is_blurred else 0.0, shortest_px)),
            tf.constant((number + 1) % options.blur_every == 0),
            tf.constant(options.step_size * times, tf.float32),
            tf.constant(options.weight, tf.float32),
        )

    def _octave(self, number: int) -> int:
        return min(number // self._options.steps, self._octaves - 1)

    def _resized(self, images: Any, old: tuple[int, ...], new: tuple[int, ...]) -> Any:
        return stretched_view(new, (old[0], old[1])).shown(images)
