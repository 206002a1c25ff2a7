"""An attack as steps to go through: the clean input and what was made of it, with the network's answers. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Run
    from viewer.inspect.samples import Sample

LEVELS = 255


@dataclass(frozen=True, slots=True)
class Attack:
    """The steps of an attack, the clean input first, then in their order.

    `places` are where the steps stand on a scale, 0 (clean) to 1: their epsilon, or where it does not grow with each
    step, their number (the first may be 0, as the clean input). `flip` is the first step that is taken for another
    class than the clean input, `None` where none is.
    """

    run: str
    method: str
    checkpoint_id: str
    steps: tuple[Sample, ...]
    places: tuple[float, ...]
    is_to_scale: bool
    flip: int | None

    def index_of(self, input_id: str | None) -> int | None:
        """Which step an input is; `None` where it is none of them."""
        return next((at for at, step in enumerate(self.steps) if step.input_id == input_id), None)

    def nearest(self, place: float) -> int:
        """The step nearest to a place on the scale; of two as near the weaker one."""
        return min(range(len(self.places)), key=lambda at: (abs(self.places[at] - place), at))


def run_of(bundle: Bundle, input_id: str | None) -> Run | None:
    """The attack that made an input; of those that began with it the one with the most steps; else `None`."""
    attacks = [run for run in bundle.manifest.runs if run.kind == "attack" and run.parent is not None and run.inputs]
    made = next((run for run in attacks if input_id in run.inputs), None)
    begun = [run for run in attacks if run.parent == input_id]
    return made or max(begun, key=lambda run: len(run.inputs), default=None)


def attack_of(run: Run, samples: Mapping[str, Sample]) -> Attack | None:
    """A run as steps. `samples` are by input, at the run's checkpoint; `None` where fewer than two were captured."""
    found = [samples[id_] for id_ in (run.parent or "", *run.inputs) if id_ in samples and not samples[id_].reason]
    steps = sorted(found, key=lambda sample: -1 if sample.step is None else sample.step)
    if len(steps) < 2 or steps[0].input_id != run.parent:
        return None
    epsilons = [step.epsilon or 0.0 for step in steps]
    is_to_scale = all(before < after for before, after in pairwise(epsilons[1:])) and epsilons[-1] > 0
    marks = epsilons if is_to_scale else list(range(len(steps)))
    places = tuple(mark / marks[-1] for mark in marks)
    flip = next((at for at, step in enumerate(steps) if step.is_flipped), None)
    return Attack(run.id, run.method, run.checkpoint, tuple(steps), places, is_to_scale, flip)


def epsilon_text(bundle: Bundle, sample: Sample) -> str:
    """The size of an attacked input's change as it is said: of pictures in their 255 levels, else as it is."""
    epsilon = sample.epsilon or 0.0
    if bundle.input(sample.input_id).image is None:
        return f"{epsilon:.4g}"
    return f"{epsilon * LEVELS:.2f}/{LEVELS}"


def class_name(names: Sequence[str], index: int | None) -> str:
    """What a class is called; a dash where there is none.

    >>> class_name(("cat", "dog"), 1), class_name(("cat",), 7), class_name((), None)
    ('dog', 'class 7', '–')
    """
    if index is None:
        return "–"
    return names[index] if index < len(names) else f"class {index}"


def answer_text(names: Sequence[str], sample: Sample) -> str:
    """What the network says of an input in a few words: its class and share, or the plain value."""
    if sample.reason:
        return "not captured here"
    if sample.predicted is None:
        return "no answer" if sample.value is None else f"{sample.value:.4g}"
    share = "" if sample.probability is None else f"  {share_text(sample.probability)}"
    return f"{class_name(names, sample.predicted)}{share}"


def share_text(share: float) -> str:
    """A share in percent; no rounding makes it certain.

    >>> share_text(0.4731), share_text(0.99996), share_text(1.0), share_text(0.00001)
    ('47.3 %', '>99.9 %', '100 %', '<0.1 %')
    """
    if share >= 0.9995:
        return "100 %" if share == 1 else ">99.9 %"
    return f"{share:.1%}".replace("%", " %") if share >= 0.0005 or share == 0 else "<0.1 %"
