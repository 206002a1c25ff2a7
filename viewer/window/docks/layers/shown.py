"""What of the layers the picture shows now, and what would have to open so that one is shown. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewer.layout.fold import opened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exporter.bundle.schema import Group
    from viewer.layout import Layout


def shown_open(layout: Layout | None) -> frozenset[str]:
    """The layers that show each of their channels."""
    plates = layout.plates if layout is not None else ()
    return frozenset(plate.layer for plate in plates if plate.form.kind == "maps" and not plate.output)


def fold_that_shows(layout: Layout, groups: Sequence[Group], layer: str) -> tuple[str, ...] | None:
    """The groups that stay folded so that `layer` has a plate; `None` where it has one as it is, or never will.

    A folded group shows the layer that its output comes from, so that one is there.
    """
    if any(plate.layer == layer for plate in layout.plates):
        return None
    folded = tuple(plate.group for plate in layout.plates if plate.group)
    hiders = [group for group in groups if group.name in folded and layer in group.layers]
    if not hiders:
        return None
    while hiders:
        folded = opened(groups, folded, hiders[0].name)
        hiders = [group for group in groups if group.name in folded and layer in group.layers and group.output != layer]
    return folded
