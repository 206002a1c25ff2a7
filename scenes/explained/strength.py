"""How strongly maps are coloured: full colour is a percentile of each method's own values. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Overlay
    from scenes.explained.subject import Subject

PERCENTILE = 99.0


@dataclass(frozen=True, slots=True)
class Strengths:
    """|value| that is full colour: of maps over pictures by method, of maps over layers by overlay."""

    flat: dict[tuple[str, str], float]
    deep: dict[str, float]

    def of(self, overlay: Overlay, method: str) -> float:
        """That of an overlay of a method."""
        return self.deep.get(overlay.id) or self.flat[method, overlay.kind]


def strengths_of(bundle: Bundle, subject: Subject) -> Strengths:
    """Methods measure different things (a slope, a loss, a share), so each has a scale of its own; all maps of one
    method over pictures share it, so that two pictures can be compared.
    """
    flat: dict[tuple[str, str], list[Overlay]] = {}
    deep: dict[str, float] = {}
    for row in subject.rows:
        for look in row.looks:
            flat.setdefault((look.run.method, look.over.kind), []).append(look.over)
            deep.update({overlay.id: full_colour(bundle, (overlay,)) for overlay in look.deep})
    return Strengths({key: full_colour(bundle, overlays) for key, overlays in flat.items()}, deep)


def full_colour(bundle: Bundle, overlays: Iterable[Overlay]) -> float:
    """The percentile of |value| over all the overlays, of those above 0 where it would be 0; 1 where all are 0 and for
    masks.
    """
    kept = tuple(overlays)
    if all(overlay.kind == "mask" for overlay in kept):
        return 1.0
    sizes = np.concatenate([np.abs(bundle.load(overlay.values)).reshape(-1) for overlay in kept]).astype(np.float64)
    sizes = sizes[np.isfinite(sizes)]
    found = float(np.percentile(sizes, PERCENTILE)) if sizes.size else 0.0
    if found > 0:
        return found
    above = sizes[sizes > 0]
    return float(np.percentile(above, PERCENTILE)) if above.size else 1.0


def is_flat(bundle: Bundle, overlay: Overlay) -> bool:
    """Whether a map says nothing: all its values are 0, or no numbers."""
    values = np.nan_to_num(bundle.load(overlay.values))
    return not bool(values.any())


def strength_words(bundle: Bundle, overlay: Overlay, strength: float) -> str:
    """What full colour is, in a number; of a cut-out how much of the picture it is."""
    if overlay.kind == "mask":
        share = float(np.nan_to_num(bundle.load(overlay.values)).mean())
        return f"{share * 100:.0f} % of the picture"
    if is_flat(bundle, overlay):
        return "0 everywhere"
    sign = "\u00b1" if overlay.kind == "signed" else ""
    return f"full colour: {sign}{strength:.3g}"
