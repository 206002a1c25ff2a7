"""Where on the spine a layer is, and which layers lie between two of them. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from viewer.layout import Layout


def station_of(bundle: Bundle, layout: Layout, layer: str) -> float:
    """The station of a layer's plate, of the group that it is folded into, or of the last layer before it that has one;
    0 where there is none.
    """
    station = {plate.layer: plate.station for plate in reversed(layout.plates) if plate.form.kind != "weights"}
    groups = {plate.group: plate.station for plate in layout.plates if plate.group is not None}
    station |= {
        name: groups[group.name] for group in bundle.manifest.groups if group.name in groups for name in group.layers
    }
    found = 0.0
    for each in bundle.manifest.layers:
        found = float(station.get(each.name, found))
        if each.name == layer:
            break
    return found


def passed_layers(bundle: Bundle, start: str | None, end: str) -> tuple[str, ...]:
    """The layers after `start` (`None`: from the first on) and before `end`, in the order of the network."""
    names = [layer.name for layer in bundle.manifest.layers]
    first = names.index(start) + 1 if start in names else 0
    return tuple(names[first : names.index(end)]) if end in names else ()
