"""Two checkpoints that see the same perturbation: which, at which steps, and when each changes its answer."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from exporter.bundle.errors import KerascopeError
from scenes.attack.names import CONTROL
from scenes.attack.size import change_size
from viewer.state import CaptureKey

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Run
    from scenes.options import SceneOptions
    from scenes.panels.answer import Answer

REMEDY = "capture the attacked inputs at both: kerascope attack BUNDLE --model MODEL --method fgsm --at all"


@dataclass(frozen=True, slots=True)
class Seen:
    """What one of the two made of an input: its capture, the shares of the classes, and the class that wins."""

    key: CaptureKey
    scores: tuple[float, ...]
    winner: int

    def share(self, index: int) -> float:
        """The share of a class; 0 where none are known."""
        return self.scores[index] if 0 <= index < len(self.scores) else 0.0


@dataclass(frozen=True, slots=True)
class Moment:
    """One size of the perturbation: its epsilon, the step's number (0: clean), and what each of the two made of it."""

    epsilon: float
    number: int
    seen: tuple[Seen, Seen]


@dataclass(frozen=True, slots=True)
class Contrast:
    """An attack on one checkpoint, seen by it and by another one.

    `checkpoints` stand in the order of the bundle, `attacked` is the place of the one that the attack was made against.
    `moments` begin with the clean input. `right` is the class that is right: the true one, or where that is not known
    what the attacked checkpoint says of the clean input. `own` is at which epsilon the other one changes its answer
    where it is attacked itself, where there is such a run.
    """

    run: Run
    checkpoints: tuple[str, str]
    attacked: int
    moments: tuple[Moment, ...]
    right: int
    own: tuple[Run, float] | None

    @property
    def is_to_scale(self) -> bool:
        """Whether epsilon grows with every step; else steps are counted."""
        return all(one.epsilon < two.epsilon for one, two in pairwise(self.moments))

    def place_of(self, moment: Moment) -> float:
        """Where a moment stands on the axis, in 0..1: by its epsilon, or where that does not grow by its step."""
        last = self.moments[-1]
        if self.is_to_scale:
            return moment.epsilon / last.epsilon
        return moment.number / max(last.number, 1)

    def flip(self, net: int) -> int | None:
        """The first moment at which one of the two says something else than of the clean input; `None`: never."""
        clean = self.moments[0].seen[net].winner
        return next((i for i, moment in enumerate(self.moments) if moment.seen[net].winner != clean), None)


def contrast_of(bundle: Bundle, options: SceneOptions, answer: Answer) -> Contrast:
    """The contrast of the chosen attack, or of the one with the most steps that two checkpoints have seen; those that
    changed the answer before the others. `options.checkpoint_id` is the one beside that which was attacked; by default
    the last that has seen the steps.

    Raises
    ------
    KerascopeError
        No attacked input was captured at two checkpoints, or not of the chosen attack or at the chosen checkpoint.
    """
    at: dict[str, list[str]] = {}
    for moment in bundle.manifest.checkpoints:
        for input_id in bundle.inputs_at(moment.id):
            at.setdefault(input_id, []).append(moment.id)
    found = [(run, other) for run in _chosen(bundle, options) for other in _others(run, at, options.checkpoint_id)]
    if not found:
        raise _nothing(bundle, options)
    run, other = max(found, key=lambda pair: _worth(pair[0], pair[1], at, bundle))
    return _contrast(bundle, run, other, _steps(run, other, at), answer)


def _chosen(bundle: Bundle, options: SceneOptions) -> list[Run]:
    runs = [run for run in bundle.manifest.runs if run.kind == "attack" and run.parent is not None and run.inputs]
    if options.run_id is not None:
        return [run for run in runs if run.id == options.run_id]
    if options.input_id is not None:
        shown = bundle.input(options.input_id)
        return [run for run in runs if shown.id in run.inputs or shown.id == run.parent]
    return runs


def _others(run: Run, at: dict[str, list[str]], asked: str | None) -> list[str]:
    """The checkpoints beside the run's own that have seen its clean input and some step, the last one last."""
    mine = [id_ for id_ in at.get(run.parent or "", []) if id_ != run.checkpoint and _steps(run, id_, at)]
    mine = mine if asked in (None, run.checkpoint) else [id_ for id_ in mine if id_ == asked]
    return mine[-1:]


def _steps(run: Run, other: str, at: dict[str, list[str]]) -> list[str]:
    """The steps of a run that both checkpoints have seen."""
    return [id_ for id_ in run.inputs if {run.checkpoint, other} <= set(at.get(id_, []))]


def _worth(run: Run, other: str, at: dict[str, list[str]], bundle: Bundle) -> tuple[bool, bool, int]:
    steps = _steps(run, other, at)
    answers = {bundle.capture(id_, run.checkpoint).predicted for id_ in (run.parent or "", steps[-1])}
    return run.method != CONTROL, len(answers) > 1, len(steps)


def _nothing(bundle: Bundle, options: SceneOptions) -> KerascopeError:
    asked = options.run_id or options.input_id
    what = "none" if asked is None else f"no such captures of {asked}"
    where = "" if options.checkpoint_id is None else f" at checkpoint {options.checkpoint_id}"
    return KerascopeError(
        "no perturbation that two networks have seen",
        expected="an attacked input that was captured at two checkpoints",
        got=what + where,
        remedy=REMEDY,
        path=bundle.path,
    )


def _contrast(bundle: Bundle, run: Run, other: str, steps: Sequence[str], answer: Answer) -> Contrast:
    order = [moment.id for moment in bundle.manifest.checkpoints]
    one, two = sorted((run.checkpoint, other), key=order.index)
    clean = CaptureKey(run.parent or "", run.checkpoint)
    moments = []
    for place, input_id in enumerate((run.parent or "", *steps)):
        shown = bundle.input(input_id)
        epsilon = shown.epsilon if place else 0.0
        if epsilon is None:
            epsilon = change_size(bundle, clean, CaptureKey(input_id, run.checkpoint)).linf
        number = 0 if not place else (place - 1 if shown.step is None else shown.step) + 1  # steps count from 0
        pair = _seen(bundle, input_id, one, answer), _seen(bundle, input_id, two, answer)
        moments.append(Moment(epsilon, number, pair))
    moments[1:] = sorted(moments[1:], key=lambda moment: (moment.epsilon, moment.number))
    attacked = 0 if run.checkpoint == one else 1
    true = bundle.input(clean.input_id).true_class
    right = moments[0].seen[attacked].winner if true is None else true
    return Contrast(run, (one, two), attacked, tuple(moments), right, _own(bundle, run, other))


def _seen(bundle: Bundle, input_id: str, checkpoint: str, answer: Answer) -> Seen:
    capture = bundle.capture(input_id, checkpoint)
    scores = answer.read(capture)
    winner = max(range(len(scores)), key=lambda i: scores[i]) if scores else -1
    return Seen(CaptureKey(input_id, checkpoint), scores, winner if capture.predicted is None else capture.predicted)


def _own(bundle: Bundle, run: Run, other: str) -> tuple[Run, float] | None:
    """The attack on the other checkpoint itself that changes its answer with the smallest epsilon, of the same method
    where there is one.
    """
    found = []
    for each in bundle.manifest.runs:
        if each.kind != "attack" or each.parent != run.parent or each.checkpoint != other or each.method == CONTROL:
            continue
        clean = bundle.capture(each.parent or "", other).predicted
        steps = [bundle.input(id_).epsilon for id_ in each.inputs if bundle.capture(id_, other).predicted != clean]
        if known := [epsilon for epsilon in steps if epsilon is not None]:
            found.append((each, min(known)))
    return min(found, key=lambda pair: (pair[0].method != run.method, pair[1]), default=None)
