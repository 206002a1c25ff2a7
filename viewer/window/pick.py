"""What can be asked of the plate under the pointer. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from viewer.layout.fold import around

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exporter.bundle.schema import Group
    from viewer.layout import Plate


@dataclass(frozen=True, slots=True)
class Asked:
    """One line of the menu of a plate: open or fold a group."""

    does: Literal["open", "fold"]
    group: str
    words: str


def what_can_be_asked(groups: Sequence[Group], plate: Plate) -> tuple[Asked, ...]:
    """Open the group that a plate stands for, and fold each group that it lies in, the smallest first."""
    asked = [Asked("open", plate.group, f"Open {plate.group}")] if plate.group else []
    outer = [group for group in around(groups, plate.layer) if len(group.layers) > max(plate.layers, 1)]
    asked += [Asked("fold", group.name, f"Fold {group.name}, {len(group.layers)} layers") for group in outer]
    return tuple(asked)
