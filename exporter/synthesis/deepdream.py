"""DeepDream: a picture in which a layer sees more and more of what it knows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from exporter.backend import tf
from exporter.probing import Probe, gradient_of, scores_of
from exporter.synthesis.ascending import Moved, ascended
from exporter.synthesis.contract import Canvas, Levels, Step, Synthesis, Task
from exporter.synthesis.jitter import default_jitter, shift_px, shifted
from exporter.synthesis.recorded import any_number, any_size
from exporter.synthesis.start import begun, check_amount, check_steps, check_task, check_whole
from exporter.synthesis.views import View, repeated_view, sizes_px, stretched_view


@dataclass(frozen=True)
class DeepDreamOptions:
    """How many octaves there are, how much larger each is than the one before, and how many steps each has.

    `step_size`: levels: the mean of what a step changes. `jitter`: pixels: how far a step may shift the picture before
    the net sees it; nothing said: a fourteenth of its shorter side. Numbers in a row that are no picture have one
    octave, and are not shifted: all steps are made at once.
    """

    steps: int = 10
    step_size: float = 1.5
    octaves: int = 4
    octave_scale: float = 1.4
    jitter: int | None = None

    def __post_init__(self) -> None:
        check_steps("deepdream", self.steps)
        check_whole("deepdream cannot do that", self.octaves, "octaves", 1, 16)
        check_whole("deepdream cannot do that", self.jitter or 0, "pixels of jitter", 0, 1000)
        check_amount("deepdream", self.step_size, "step_size", 1e-6, 255)
        check_amount("deepdream", self.octave_scale, "octave_scale", 1.01, 4)


class Scene(NamedTuple):
    """What a step works on, tensors.

    Attributes
    ----------
    start : (n, ...) levels that the pictures began as.
    ground : (n, h, w, ...) the same, as small as the octave.
    repeated, stretched : how the net sees a canvas of the octave, and how it is made as large as the picture; `None`:
        numbers in a row, which are what they are.
    shift : (2,) pixels.
    """

    start: Any
    ground: Any
    repeated: View | None
    stretched: View | None
    shift: Any


def steps(probe: Probe, canvas: Canvas, task: Task, options: DeepDreamOptions) -> Iterator[Step]:
    """Pictures whose layer answers more and more: gradient ascent on the mean square of all it puts out.

    Mordvintsev, Olah and Tyka 2015, the notebook `dream.ipynb` of google/deepdream, whose numbers are the defaults: 4
    octaves of scale 1.4, 10 steps each, of 1.5 / mean(|gradient|) times the gradient, in levels; a shift before each
    (theirs goes to 32 pixels), taken back after it. The start is made small, changed, and what was changed is stretched
    and added to the start in the next octave's size, so that no sharpness is lost.

    There, the net takes a smaller picture in a smaller octave. Most nets have a size of their own: here they see the
    small picture again and again, mirrored at each border, until it fills them; so what they find in it gets large. Any
    net can, and all steps cost the same. A `Step` has the picture at its whole size: the start, and what was changed,
    stretched. Losses are of what the net saw in that octave, which the term `octave` counts from 1.
    """
    check_task(probe, task, "deepdream", "layer")
    dream = _Dream(begun(canvas, task), options, task.seed)
    given = tf.constant(options.step_size, tf.float32), tf.constant(canvas.low), tf.constant(canvas.high)
    scene = dream.scene(0, np.arange(len(task)))
    of_any = probe.compiled(_step, task.layer, canvas.shape).get_concrete_function(*dream.specs(scene), *given)

    def move(state: Any, rows: Any, number: int) -> Moved:
        made: Moved = of_any(dream.grown(state, number), dream.scene(number, rows), *given)
        return made._replace(terms={"octave": np.full(len(rows), dream.octave(number) + 1, np.float32)})

    return ascended(dream.start, tf.zeros_like(scene.ground), move, dream.count)


class _Dream:
    """What comes of a start in each octave. Numbers in a row have one octave, of all steps."""

    def __init__(self, start: Levels, options: DeepDreamOptions, seed: int) -> None:
        self.start, self.count = start, options.steps * options.octaves
        self._options, self._seed, self._shape = options, seed, start.shape[1:]
        self._jitter = default_jitter(self._shape) if options.jitter is None else options.jitter
        self._whole = tf.constant(start)
        self._is_flat = start.ndim < 3
        self._sizes = [] if self._is_flat else sizes_px(self._shape, options.octaves, options.octave_scale)
        self._repeated = [repeated_view(self._shape, size) for size in self._sizes]
        self._stretched = [stretched_view(self._shape, size) for size in self._sizes]
        self._grounds = [stretched_view(size, self._shape[:2]).shown(self._whole) for size in self._sizes]

    def octave(self, number: int) -> int:
        """Which octave step `number` belongs to, from 0."""
        return 0 if self._is_flat else min(number // self._options.steps, self._options.octaves - 1)

    def scene(self, number: int, rows: NDArray[np.intp]) -> Scene:
        """What step `number` works on, of the images at these rows; the first and the one after the last are not
        shifted.
        """
        octave, is_end = self.octave(number), number in (0, self.count)
        ground = self._whole if self._is_flat else self._grounds[octave]
        start, ground = (each if len(rows) == len(each) else tf.gather(each, rows) for each in (self._whole, ground))
        shift = (0, 0) if is_end else shift_px(self._seed, number, self._jitter)
        repeated, stretched = (None, None) if self._is_flat else (self._repeated[octave], self._stretched[octave])
        return Scene(start, ground, repeated, stretched, tf.constant(shift, tf.int32))

    def grown(self, detail: Any, number: int) -> Any:
        """What was changed, as large as step `number` needs it."""
        octave = self.octave(number)
        if octave == 0 or octave * self._options.steps != number:
            return detail
        return stretched_view(self._sizes[octave], self._sizes[octave - 1]).shown(detail)

    def specs(self, scene: Scene) -> tuple[Any, Scene]:
        """Of what is changed, and of a scene, in batches of any number and octaves of any size."""
        start = any_number(scene.start)
        if self._is_flat:
            return start, Scene(start, start, None, None, scene.shift)
        small = tf.TensorSpec((None, None, None, *self._shape[2:]))
        return small, Scene(start, small, any_size(scene.repeated), any_size(scene.stretched), scene.shift)


def _step(
    probe: Probe, layer: str, shape: tuple[int, ...], detail: Any, scene: Scene, size: Any, low: Any, high: Any
) -> Moved:
    canvas, shown = scene.ground + detail, scene.start + detail
    seen = canvas
    if scene.repeated and scene.stretched:
        shown = scene.start + scene.stretched.shown(detail)
        seen = tf.ensure_shape(shifted(scene.repeated.shown(canvas), scene.shift), (None, *shape))
    fed = Canvas(low, high, shape).fed(seen)
    losses = scores_of(probe.seen(fed, (layer,)), layer)
    gradient = gradient_of(losses, fed, layer)
    sizes = _mean_size(gradient, keepdims=False)
    if scene.repeated:
        gradient = scene.repeated.back(shifted(gradient, -scene.shift))
    moved = canvas + size * tf.math.divide_no_nan(gradient, _mean_size(gradient))
    after = tf.clip_by_value(moved, 0.0, 255.0) - scene.ground
    return Moved(tf.clip_by_value(shown, 0.0, 255.0), losses, sizes, {}, after)


def _mean_size(values: Any, *, keepdims: bool = True) -> Any:
    return tf.reduce_mean(tf.abs(values), axis=list(range(1, len(values.shape))), keepdims=keepdims)


DEEPDREAM = Synthesis(
    name="deepdream",
    summary="a picture in which a layer sees more of what it knows: its mean square made large, in growing octaves",
    options=DeepDreamOptions,
    run=steps,
    count=lambda options: int(options.steps * options.octaves),
    asks="layer",
)
