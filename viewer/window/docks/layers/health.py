"""What ails the layers, short enough for a row of the tree. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewer.inspect.health import Ailment, Health


def health_badges(health: Health) -> dict[str, str]:
    """A badge for each layer that something ails; of several things the worst first.

    `3 of 8 dead, 2 of 8 duplicate`, `all 8 dead`, `not a number`.
    """
    return {layer: ", ".join(map(_badge, ailments)) for layer, ailments in health.by_layer.items()}


def health_line(health: Health, label: str) -> str:
    """How many layers are ill, over how many inputs that was seen, and at which checkpoint."""
    return f"{health.words} ({label})"


def group_badge(layers: Sequence[str], badges: dict[str, str]) -> str:
    """What stands for a closed branch: how many of its layers are ill; empty for none.

    >>> group_badge(("a", "b", "c"), {"b": "3 of 8 dead"})
    '1 of 3 layers ill'
    """
    ill = sum(name in badges for name in layers)
    return f"{ill} of {len(layers)} layers ill" if ill else ""


def _badge(ailment: Ailment) -> str:
    count = len(ailment.channels)
    if not count or ailment.of == 1:
        return ailment.illness
    return f"all {count} {ailment.illness}" if count == ailment.of else f"{count} of {ailment.of} {ailment.illness}"
