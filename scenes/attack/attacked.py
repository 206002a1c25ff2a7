"""An attack as scenes show it: the clean input, the kept steps, and how far each layer has moved at each of them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from exporter.bundle.checks import output_name
from scenes.attack.size import ChangeSize, change_size
from scenes.attack.words import norm_of
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
    """One thing that was tried: its capture, what the network said, and which of all that were tried it is (from 1; the
    clean input is 0).
    """

    key: CaptureKey
    epsilon: float
    scores: tuple[float, ...]
    number: int = 0

    @property
    def winner(self) -> int:
        """Place of the largest score; there must be one."""
        return max(range(len(self.scores)), key=lambda index: self.scores[index])


class Attacked:
    """The clean input of an attack and its kept steps, in order.

    Values are read only of steps that are asked for: an attack may have very many.

    Attributes
    ----------
    run : the attack.
    steps : the clean one first.
    tried : how many steps there were, kept or not.
    spine : a plate (index) a station whose output was kept for all of them.
    is_to_scale : whether each step is a larger epsilon than the one before (the first may be 0, as the clean input):
        then places are epsilons, else numbers.
    places : where the steps stand between the clean input (0) and the last one (1).
    flip : the first step that is taken for another class than the clean input; `None` where none is.
    """

    def __init__(self, bundle: Bundle, layout: Layout, run: Run, answer: Answer) -> None:
        self._bundle, self._layout = bundle, layout
        self.run = run
        keys = [CaptureKey(shown, run.checkpoint) for shown in (run.parent or "", *run.inputs)]
        captures = [bundle.capture(key.input_id, key.checkpoint_id) for key in keys]
        inputs = [bundle.input(key.input_id) for key in keys]
        self.steps = tuple(
            Step(key, shown.epsilon or 0.0, answer.read(capture), 0 if not at else _number(shown.step, at))
            for at, (key, capture, shown) in enumerate(zip(keys, captures, inputs, strict=True))
        )
        self.tried = max(int(run.result.get("steps") or 0), self.steps[-1].number)
        kept = set.intersection(*(set(capture.outputs) for capture in captures))
        self.spine = tuple(i for i in spine(layout) if _name(layout, i) in kept)
        epsilons = [step.epsilon for step in self.steps]
        self.is_to_scale = norm_of(run) == "linf" and all(one < two for one, two in pairwise(epsilons[1:]))
        marks = epsilons if self.is_to_scale else [float(step.number) for step in self.steps]
        self.places = tuple(mark / (max(marks) or 1.0) for mark in marks)
        self.flip = next((at for at, step in enumerate(self.steps) if _is_other(step, self.steps[0])), None)
        self._changes: dict[CaptureKey, tuple[float, ...]] = {}
        self._sizes: dict[CaptureKey, ChangeSize] = {}

    @property
    def last(self) -> Step:
        """What the attack came to."""
        return self.steps[-1]

    def changes(self, step: Step) -> tuple[float, ...]:
        """Relative change of each plate of the spine from the clean input to `step`."""
        if step.key not in self._changes:
            plates = [self._layout.plates[index] for index in self.spine]
            clean = self.steps[0].key
            found = (relative_change(self._bundle, p.layer, clean, step.key, output=p.output) for p in plates)
            self._changes[step.key] = tuple(change or 0.0 for change in found)
        return self._changes[step.key]

    def size(self, step: Step) -> ChangeSize:
        """How large the change of a step is; where what was fed was not kept, as large as its epsilon says."""
        if step.key not in self._sizes:
            self._sizes[step.key] = self._measured(step)
        return self._sizes[step.key]

    def _measured(self, step: Step) -> ChangeSize:
        clean, name = self.steps[0].key, self._bundle.manifest.model.inputs[0]
        captures = (self._bundle.capture(key.input_id, key.checkpoint_id) for key in (clean, step.key))
        if all(name in capture.outputs for capture in captures):
            return change_size(self._bundle, clean, step.key)
        is_picture = self._bundle.input(clean.input_id).image is not None
        return ChangeSize(step.epsilon, step.epsilon, is_picture)


def _number(step: int | None, at: int) -> int:
    return at if step is None else max(step + 1, at)


def _is_other(step: Step, clean: Step) -> bool:
    return bool(step.scores) and bool(clean.scores) and step.winner != clean.winner


def _name(layout: Layout, index: int) -> str:
    return output_name(layout.plates[index].layer, layout.plates[index].output)
