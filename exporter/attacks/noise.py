"""Noise of the same size as an attack: the control, which follows nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from exporter.attacks.balls import drawn_in_ball, drawn_on_sphere, rounded_in_ball
from exporter.attacks.budget import DEFAULT_EPSILON, check_norm, check_size
from exporter.attacks.contract import Attack, Batch, Norm, Tried
from exporter.attacks.victim import Victim
from exporter.backend import tf


@dataclass(frozen=True)
class NoiseOptions:
    """How much noise by which norm: with "linf" each value moves by -epsilon to epsilon (8 of 255 levels where nothing
    is said), with "l2" the noise is as long as epsilon (1.0).
    """

    epsilon: float | None = None
    norm: Norm = "linf"

    def __post_init__(self) -> None:
        check_norm(self.norm)
        epsilon = DEFAULT_EPSILON[self.norm] if self.epsilon is None else self.epsilon
        check_size("noise", epsilon, "epsilon", self.norm)
        object.__setattr__(self, "epsilon", epsilon)


def tries(_: Victim, batch: Batch, options: Any) -> Iterator[Tried]:
    """One draw: clip(x + epsilon * u, 0, 1).

    u is drawn evenly from the cube of -1 to 1 ("linf"), or from the sphere of radius 1 ("l2").
    """
    drawn = drawn_in_ball(batch, "linf") if options.norm == "linf" else drawn_on_sphere(batch)
    pixels = np.clip(batch.pixels + np.float32(options.epsilon) * drawn, 0.0, 1.0)
    if options.norm == "linf":
        yield Tried(tf.constant(pixels), None, options.epsilon)
    else:
        yield Tried(tf.constant(rounded_in_ball(batch.pixels, pixels, options.epsilon) if batch.is_rounded else pixels))


NOISE = Attack(
    name="noise",
    summary="random noise of the size of an attack: what any change of that size does (--norm linf or l2)",
    norm="linf",
    options=NoiseOptions,
    tries=tries,
    count=lambda _: 1,
    uses_gradient=False,
)
