"""What the manifest says of images made by optimisation: inputs and runs."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from exporter.bundle.schema import Capture, Input, Run, TensorRef
from exporter.synthesis.contract import OptionValue
from exporter.synthesising.making import Made, Work


@dataclass(frozen=True)
class Origin:
    """Where images come from: the checkpoint, and the ids of the inputs that they began with or are to be like."""

    checkpoint: str
    parent: str | None
    likes: Mapping[str, str]


def input_entry(id_: str, run_id: str, name: str, step: int, parent: str | None, image: TensorRef | None) -> Input:
    """The entry of an image after so many steps."""
    return Input(
        id=id_,
        label=f"{name}, step {step}",
        kind="synthesised",
        image=image,
        parent=parent,
        run=run_id,
        step=step,
    )


def run_entry(run_id: str, made: Made, work: Work, origin: Origin, ids: Sequence[str], capture: Capture) -> Run:
    """The entry of the run: its options and how it ended; `capture` is of the last image."""
    at = None if made.goal.at is None else ",".join(map(str, made.goal.at))
    target: dict[str, OptionValue] = {"layer": made.goal.layer, "channel": made.goal.channel, "class": made.goal.class_}
    likes = {role: id_ for role, id_ in origin.likes.items() if role != "init"}
    options = {**asdict(work.options), **target, "at": at, "seed": work.seed, **likes}
    return Run(
        id=run_id,
        kind="synthesise",
        method=work.method.name,
        checkpoint=origin.checkpoint,
        options={**options, "keep": len(ids)},
        result=_result(made, capture),
        parent=origin.parent,
        inputs=tuple(ids),
    )


def _result(made: Made, capture: Capture) -> dict[str, OptionValue]:
    losses = [_number(moment.loss) for moment in made.moments]
    return {
        "first_loss": _number(made.first_loss),
        "last_loss": losses[-1],
        "predicted": capture.predicted,
        "probability": probability_of(capture),
        "steps": made.moments[-1].number,
        "kept": len(made.moments),
        "dead": made.is_dead,
        "stopped": made.stopped or None,
        "losses": json.dumps(losses),
        "terms": json.dumps(_terms(made)),
    }


def _terms(made: Made) -> dict[str, list[float | None]]:
    """What else was measured of each kept image, by name; the same names for all of them."""
    names = [name for name in made.moments[-1].terms if all(name in moment.terms for moment in made.moments)]
    return {name: [_number(moment.terms[name]) for moment in made.moments] for name in names}


def probability_of(capture: Capture) -> float | None:
    """How likely the model finds the class that it predicts, 0 to 1; `None` where it predicts none.

    Scores of which one is below 0 or above 1 are taken as logits: softmax makes them probabilities.
    """
    if capture.predicted is None:
        return None
    scores: Any = np.array(capture.scores, np.float64)
    if scores.min() >= 0 and scores.max() <= 1:
        return float(scores[capture.predicted])
    powers = np.exp(scores - scores.max())
    return float(powers[capture.predicted] / powers.sum())


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
