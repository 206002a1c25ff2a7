"""The attacked image whose track is drawn: its steps, and what the network takes it for at each. Pure of drawing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scenes.choose import scores_of
from viewer.learned.spread import spread_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Embedding, Run, Survey
    from scenes.options import SceneOptions
    from viewer.learned.spread import Spread


@dataclass(frozen=True)
class Attacked:
    """Attributes
    ----------
    inputs : the steps, the clean one first where the embeddings know it.
    taken_for : the class that each is taken for, and its score; `None` where that was not captured.
    before : the same of the clean input.
    epsilon : how far a value of the last one may have moved, as a share of black to white.
    method : how it was attacked.
    moved : of each station (number) that knows the steps, how far the last one lies from the first, in a cloud of
        radius 1.
    """

    inputs: tuple[str, ...]
    taken_for: tuple[tuple[int, float] | None, ...]
    before: tuple[int, float] | None
    epsilon: float | None
    method: str
    moved: dict[int, float]

    def goes_farthest(self, here: int | None) -> int:
        """The station where the image moves most; `here` where it does not move less."""
        return max(self.moved, key=lambda each: (self.moved[each], each == here))


def attacked_in(bundle: Bundle, survey: Survey, every: Sequence[Embedding], options: SceneOptions) -> Attacked | None:
    """The attack whose steps most embeddings know, of those that succeeded where one did; `None` where none is known.

    With `--run` that one.
    """
    runs = [run for run in bundle.manifest.runs if run.kind == "attack" and run.inputs and run.parent is not None]
    if options.run_id is not None:
        runs = [run for run in runs if run.id == options.run_id]
    counted = [(_places(run, every), run) for run in runs]
    counted = [(places, run) for places, run in counted if places]
    if not counted:
        return None
    places, run = max(counted, key=lambda one: (bool(one[1].result.get("success")), len(one[0]), len(one[1].inputs)))
    parent = str(run.parent)
    is_parent_known = any(parent in every[at].inputs for at in places)
    inputs = (parent, *run.inputs) if is_parent_known else run.inputs
    taken_for = tuple(_answer(bundle, each, run.checkpoint) for each in inputs)
    epsilon = bundle.input(run.inputs[-1]).epsilon
    moved = {at: _moved(spread_of(bundle, survey, every[at].id), inputs) for at in sorted(places)}
    return Attacked(inputs, taken_for, _answer(bundle, parent, run.checkpoint), epsilon, run.method, moved)


def _moved(spread: Spread, inputs: Sequence[str]) -> float:
    """How far the last of some inputs lies from the first; 0 where none is known."""
    places = [spread.inputs[each] for each in inputs if each in spread.inputs]
    return float(np.linalg.norm(places[-1] - places[0])) if places else 0.0


def _places(run: Run, every: Sequence[Embedding]) -> frozenset[int]:
    return frozenset(at for at, each in enumerate(every) if len(set(run.inputs) & set(each.inputs)) > 1)


def _answer(bundle: Bundle, input_id: str, checkpoint_id: str) -> tuple[int, float] | None:
    """The class that an input is taken for, and its score."""
    if input_id not in bundle.inputs_at(checkpoint_id):
        return None
    capture = bundle.capture(input_id, checkpoint_id)
    scores = scores_of(capture)
    if capture.predicted is None or len(scores) < 2:
        return None
    return capture.predicted, scores[capture.predicted]
