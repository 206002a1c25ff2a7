"""The learning curve: accuracy (or loss) over the checkpoints, with the present one marked."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from viewer.state import Bar, Hud, Polyline, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exporter.bundle.schema import Checkpoint
    from scenes.panels.classes import Place

PREFERRED = ("val_accuracy", "accuracy", "val_loss", "loss")
DOT_PX = 14.0


def learning_curve(checkpoints: Sequence[Checkpoint], at: float, place: Place, height_px: float) -> Hud:
    """Of validation accuracy, accuracy, validation loss and loss the one that most checkpoints know.

    `at` is the present position among the checkpoints, whole at each one. Nothing is drawn where no metric is known.
    """
    name = _metric(checkpoints)
    if name is None:
        return Hud()
    known = _known(checkpoints, name)
    top = 1.0 if "accuracy" in name else max(value for _, value in known) or 1.0
    span = max(len(checkpoints) - 1, 1)
    base_px = place.top_px + height_px

    def point(index: float, value: float) -> tuple[float, float]:
        return place.left_px + place.width_px * index / span, base_px - height_px * value / top

    present = _value_at(known, at)
    x, y = point(at, present)
    words = name.replace("val_", "held-out ").replace("_", " ")
    number = f"{present * 100:.1f} %" if "accuracy" in name else f"{present:.3f}"
    return Hud(
        bars=(Bar((place.left_px, base_px, place.width_px, 3.0), "track"),),
        lines=(
            Polyline(tuple(point(i, v) for i, v in known), "dim", 3.0, 0.8),
            Polyline(((x - DOT_PX / 2, y), (x + DOT_PX / 2, y)), "accent", DOT_PX),
        ),
        words=(
            Words(words, (place.left_px, place.top_px - 24.0), 21.0),
            Words(number, (place.right_px, place.top_px - 24.0), 24.0, True, "accent", "right"),
        ),
    )


def _metric(checkpoints: Sequence[Checkpoint]) -> str | None:
    """The metric that most checkpoints know, of equals the preferred one."""
    known = {name: len(_known(checkpoints, name)) for name in PREFERRED}
    best = max(PREFERRED, key=lambda name: known[name])
    return best if known[best] >= 2 else None


def _known(checkpoints: Sequence[Checkpoint], name: str) -> list[tuple[int, float]]:
    values = [checkpoint.metrics.get(name) for checkpoint in checkpoints]
    return [(i, float(value)) for i, value in enumerate(values) if value is not None and math.isfinite(value)]


def _value_at(known: Sequence[tuple[int, float]], at: float) -> float:
    """The curve's height at a position: straight between known points, level beyond the ends."""
    before = max((pair for pair in known if pair[0] <= at), default=known[0])
    after = min((pair for pair in known if pair[0] >= at), default=known[-1])
    if before[0] == after[0]:
        return before[1]
    part = (at - before[0]) / (after[0] - before[0])
    return before[1] + (after[1] - before[1]) * part
