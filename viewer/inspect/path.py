"""All layers that a layer's values come from, and all that they go to. Pure."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exporter.bundle.schema import Manifest


def path_through(manifest: Manifest, layer: str) -> tuple[str, ...]:
    """The layers upstream and downstream of `layer` and itself, in the manifest's order.

    Raises
    ------
    KeyError
        There is no such layer.
    """
    if all(each.name != layer for each in manifest.layers):
        raise KeyError(layer)
    found = set(upstream(manifest, layer)) | _reached(_next(manifest), layer)
    return tuple(each.name for each in manifest.layers if each.name in found)


def upstream(manifest: Manifest, layer: str) -> tuple[str, ...]:
    """`layer` and every layer that its values come from, in the manifest's order."""
    before: dict[str, list[str]] = defaultdict(list)
    for edge in manifest.edges:
        before[edge.target].append(edge.source)
    found = _reached(before, layer)
    return tuple(each.name for each in manifest.layers if each.name in found)


def _next(manifest: Manifest) -> Mapping[str, list[str]]:
    after: dict[str, list[str]] = defaultdict(list)
    for edge in manifest.edges:
        after[edge.source].append(edge.target)
    return after


def _reached(ways: Mapping[str, list[str]], start: str) -> set[str]:
    found, waiting = {start}, [start]
    while waiting:
        for name in ways.get(waiting.pop(), ()):
            if name not in found:
                found.add(name)
                waiting.append(name)
    return found
