"""The maps of one explanation on the plates of the net: from the last layer back to the picture. Pure."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from exporter.bundle.errors import KerascopeError
from scenes.explained.journey import MOST_LAYERS
from viewer.inspect.divergence import spine

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from exporter.bundle.schema import Overlay
    from scenes.explained.subject import Look, Row
    from scenes.options import SceneOptions
    from viewer.layout import Layout

MOST_NAMES = 6


@dataclass(frozen=True, slots=True)
class Stages:
    """The maps that are shown on the net one after the other, the last over the picture; `plates` are the numbers of
    their plates, `of` is how many there are in all.
    """

    look: Look
    overlays: tuple[Overlay, ...]
    plates: tuple[int, ...]
    of: int

    @property
    def names(self) -> tuple[str, ...]:
        """The layers on which they lie."""
        return tuple(overlay.layer for overlay in self.overlays)


def stages_of(bundle: Bundle, layout: Layout, row: Row, options: SceneOptions) -> Stages:
    """Those of the explanation with most layers; of very many some, evenly chosen. With a layer asked for, only that
    one before the picture.

    Raises
    ------
    KerascopeError
        No map lies on the layer that is asked for.
    """
    plates = {
        plate.layer: at
        for at, plate in reversed(list(enumerate(layout.plates)))
        if plate.form.kind != "weights" and not plate.output
    }
    look = max(row.looks, key=lambda each: sum(overlay.layer in plates for overlay in each.deep))
    deep = _on_path(layout, [overlay for overlay in look.deep if overlay.layer in plates])
    if options.layer is not None and options.layer != look.over.layer:
        found = [(each, overlay) for each in row.looks for overlay in each.deep if overlay.layer == options.layer]
        if not found or options.layer not in plates:
            raise _no_map(bundle, row, options.layer)
        look, deep = found[0][0], [found[0][1]]
    every = sum(overlay.layer in plates for overlay in look.deep) if options.layer is None else len(deep)
    shown = (*_some(deep, MOST_LAYERS - 1), look.over)
    return Stages(look, shown, tuple(plates.get(each.layer, 0) for each in shown), every + 1)


def _on_path(layout: Layout, overlays: list[Overlay]) -> list[Overlay]:
    """Of very many those on the main path, where some are: branches tell the same again."""
    main = {layout.plates[at].layer for at in spine(layout)}
    kept = [overlay for overlay in overlays if overlay.layer in main]
    return kept if len(overlays) > MOST_LAYERS and len(kept) > 1 else overlays


def _some(overlays: list[Overlay], most: int) -> list[Overlay]:
    """At most so many, evenly chosen, the first and the last among them."""
    if len(overlays) <= most:
        return overlays
    return [overlays[round(at * (len(overlays) - 1) / (most - 1))] for at in range(most)]


def _no_map(bundle: Bundle, row: Row, layer: str) -> KerascopeError:
    there = list(dict.fromkeys(overlay.layer for look in row.looks for overlay in look.deep))
    more = f" or one of {len(there) - MOST_NAMES} others" if len(there) > MOST_NAMES else ""
    remedy = f"add one: kerascope explain BUNDLE --model MODEL --method grad_cam --layer {layer}"
    if layer not in {each.name for each in bundle.manifest.layers}:
        nearest = difflib.get_close_matches(layer, there, n=1)
        remedy = f"did you mean {nearest[0]}?" if nearest else "kerascope inspect lists all layers"
    expected = " or ".join(there[:MOST_NAMES]) + more or "a layer with a map"
    return KerascopeError("no map lies on this layer", expected=expected, got=layer, remedy=remedy, path=bundle.path)
