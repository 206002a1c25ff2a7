"""How far each layer of a network has moved from what it made of the clean input, read when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.bundle.checks import output_name
from viewer.inspect.divergence import spine
from viewer.scales import relative_change

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from scenes.framing import Offset
    from viewer.layout import Layout
    from viewer.state import CaptureKey


class Drifting:
    """The relative change of each plate of the main path, for captures that begin with one clean input.

    Attributes
    ----------
    spine : a plate (index) a station whose output was kept for the clean input and for `last`.
    """

    def __init__(self, bundle: Bundle, layout: Layout, clean: CaptureKey, last: CaptureKey) -> None:
        self._bundle, self._layout, self._clean = bundle, layout, clean
        kept = [set(bundle.capture(key.input_id, key.checkpoint_id).outputs) for key in (clean, last)]
        plates = layout.plates
        names = {i: output_name(plates[i].layer, plates[i].output) for i in spine(layout)}
        self.spine = tuple(i for i, name in names.items() if name in kept[0] & kept[1])
        self._known: dict[CaptureKey, tuple[float, ...]] = {}

    def changes(self, key: CaptureKey) -> tuple[float, ...]:
        """Relative L2 distance of each plate of the spine from the clean input; 0 for that itself."""
        if key not in self._known:
            plates = [self._layout.plates[index] for index in self.spine]
            found = (relative_change(self._bundle, p.layer, self._clean, key, output=p.output) for p in plates)
            self._known[key] = tuple(change or 0.0 for change in found)
        return self._known[key]

    def feet(self, offset: Offset) -> tuple[Offset, ...]:
        """The middle of the lower border of each plate of the spine, of a net that stands at `offset`."""
        found = []
        for index in self.spine:
            x, y, z = self._layout.plates[index].centre
            low = y - self._layout.plates[index].size[1] / 2
            found.append((x + offset[0], low + offset[1], z + offset[2]))
        return tuple(found)
