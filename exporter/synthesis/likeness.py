"""Pictures that others are to become like."""

from __future__ import annotations

import numpy as np

from exporter.synthesis.contract import Canvas, Levels, SynthesisError, Task


def reference_of(canvas: Canvas, task: Task, role: str, method: str) -> Levels:
    """The levels (1, ...) of a picture that a method takes.

    Raises
    ------
    SynthesisError
        it is not there, is not of the canvas' shape, or holds what is no finite number.
    """
    levels = task.references.get(role)
    if levels is None:
        raise SynthesisError(f"{method} needs a picture", expected=role, got="none")
    if levels.shape != canvas.shape:
        got = "x".join(map(str, levels.shape))
        raise SynthesisError(f"the picture for {role} does not fit", expected="x".join(map(str, canvas.shape)), got=got)
    if not np.isfinite(levels).all():
        raise SynthesisError(f"the picture for {role} cannot be used", expected="finite numbers", got="NaN or infinity")
    return levels[None].astype(np.float32)
