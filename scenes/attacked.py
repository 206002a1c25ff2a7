"""An attack as scenes show it: the clean input, the kept steps, and how far each layer has moved at each of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from exporter.bundle.checks import output_name
from viewer.inspect.divergence import spine
from viewer.scales import relative_change
from viewer.state import CaptureKey

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from exporter.bundle.schema import Run
    from scenes.panels.answer import Answer
    from viewer.layout import Layout


@dataclass(frozen=True, slots=True)
class Step:
    """One tried epsilon: its capture and what the network said."""

    key: CaptureKey
    epsilon: float
    scores: tuple[float, ...]

    @property
    def winner(self) -> int:
        """Place of the largest score; there must be one."""
        return max(range(len(self.scores)), key=lambda index: self.scores[index])


class Attacked:
    """The clean input of an attack and its kept steps, by growing epsilon.

    Values are read only of steps that are asked for: an attack may have very many.

    Attributes
    ----------
    steps : the clean one first.
    spine : a plate (index) a station whose output was kept for all of them.
    """

    def __init__(self, bundle: Bundle, layout: Layout, run: Run, answer: Answer) -> None:
        self._bundle, self._layout = bundle, layout
        keys = [CaptureKey(shown, run.checkpoint) for shown in (run.parent or "", *run.inputs)]
        captures = [bundle.capture(key.input_id, key.checkpoint_id) for key in keys]
        self.steps = tuple(
            Step(key, bundle.input(key.input_id).epsilon or 0.0, answer.read(capture))
            for key, capture in zip(keys, captures, strict=True)
        )
        kept = set.intersection(*(set(capture.outputs) for capture in captures))
        self.spine = tuple(i for i in spine(layout) if _name(layout, i) in kept)
        self._changes: dict[CaptureKey, tuple[float, ...]] = {}

    def changes(self, step: Step) -> tuple[float, ...]:
        """Relative change of each plate of the spine from the clean input to `step`."""
        if step.key not in self._changes:
            plates = [self._layout.plates[index] for index in self.spine]
            clean = self.steps[0].key
            found = (relative_change(self._bundle, p.layer, clean, step.key, output=p.output) for p in plates)
            self._changes[step.key] = tuple(change or 0.0 for change in found)
        return self._changes[step.key]


def _name(layout: Layout, index: int) -> str:
    return output_name(layout.plates[index].layer, layout.plates[index].output)
