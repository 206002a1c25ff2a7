"""What channels are called that stand for classes: the scores, and the maps that are only averaged to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exporter.bundle import Bundle

KEEPS = ("global_pool", "activation", "dropout")
"""Behind these a channel is still the same one."""


def class_of_channel(bundle: Bundle, layer: str, channel: int) -> str:
    """The class that a channel of a layer stands for; empty where it stands for none, or classes have no names."""
    names = bundle.manifest.model.class_names
    count = bundle.layer(layer).outputs[0].shape[-1:]
    if count != (len(names),) or not 0 <= channel < len(names):
        return ""
    targets: dict[str, list[str]] = {}
    for edge in bundle.manifest.edges:
        targets.setdefault(edge.source, []).append(edge.target)
    here = layer
    while here not in bundle.manifest.model.outputs:
        behind = targets.get(here, [])
        if len(behind) != 1 or bundle.layer(behind[0]).kind not in KEEPS:
            return ""
        here = behind[0]
    return names[channel]
