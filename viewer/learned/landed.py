"""Where attacked inputs land among the clean images of a survey, layer by layer. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from exporter.bundle.errors import KerascopeError
from viewer.learned.apart import counted_classes
from viewer.learned.classes import class_moments
from viewer.learned.nearness import votes_of
from viewer.learned.read import features_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Run, Survey, SurveyLayer, SurveyPass

    Floats = NDArray[np.float64]

NEAREST = 10
"""So many images are asked for their class where their features were kept."""


@dataclass(frozen=True, slots=True)
class Landing:
    """Where one step of an attack lies among the clean images, by a layer's features.

    `nearest` is the class whose centroid is nearest, `distance` how far that is and `own_distance` how far the centroid
    of the class is that the attack began in; `votes` the class that most of the nearest images have, and `agree` the
    share that has it (`None` where features were not kept). `own` is the class that the attack began in.
    """

    layer: str
    input_id: str
    step: int | None
    epsilon: float | None
    nearest: int
    distance: float
    own_distance: float
    votes: int | None
    agree: float | None
    own: int

    @property
    def is_over(self) -> bool:
        """Whether another class is nearer than its own."""
        return self.nearest != self.own


def landings(bundle: Bundle, survey: Survey, made: SurveyPass, run: Run, layer: SurveyLayer) -> Iterator[Landing]:
    """Where the input that was attacked, and each step of the attack, lies by the features of a layer.

    Steps whose output of the layer was not kept are left out. Features are pooled as a survey does it: the mean of each
    channel over all other axes, of its finite values.

    Raises
    ------
    KerascopeError
        There are no means by class of this layer, or no image of the survey is of the class that the attack began in.
    """
    own = class_before(bundle, made, run)
    mean, _ = class_moments(bundle, layer)
    counts = bundle.load(made.tensors["class_counts"])
    is_there = counts > 0
    centroids, classes = mean[is_there], np.array(made.classes, np.int64)[is_there]
    home = centroids[classes == own]
    if not len(home):
        what = f"no image of the survey is of class {own}, in which {run.id} began"
        raise KerascopeError(what, path=bundle.path)
    features = features_of(bundle, made, layer.layer)
    counted = None if features is None else counted_classes(bundle, survey, made)
    captures = {each.input: each for each in bundle.captures_at(made.checkpoint)}
    for input_id in (*((run.parent,) if run.parent else ()), *run.inputs):
        if input_id not in captures or layer.layer not in captures[input_id].outputs:
            continue
        point = _pooled(bundle.load(captures[input_id].outputs[layer.layer]))
        away = np.sqrt(((centroids - point) ** 2).sum(axis=1))
        nearest = int(away.argmin())
        votes, agree = (None, None) if features is None or counted is None else _asked(features, counted, point)
        shown = bundle.input(input_id)
        own_distance = float(np.sqrt(((home[0] - point) ** 2).sum()))
        yield Landing(
            layer.layer,
            input_id,
            shown.step,
            shown.epsilon,
            int(classes[nearest]),
            float(away[nearest]),
            own_distance,
            votes,
            agree,
            own,
        )


def class_before(bundle: Bundle, made: SurveyPass, run: Run) -> int:
    """The class in which an attack began: the true class of its input, else what the network said of that."""
    parent = run.parent
    if parent is not None and (own := bundle.input(parent).true_class) is not None:
        return own
    for capture in bundle.captures_at(made.checkpoint) if parent is not None else ():
        if capture.input == parent and capture.predicted is not None:
            return capture.predicted
    raise KerascopeError(f"the class in which {run.id} began is not known", path=bundle.path)


def crossing(places: Sequence[Landing]) -> str | None:
    """The layer at which one step crosses over: from it on, another class than its own is nearest in all layers.

    `places` are those of one step, in the order of the layers. `None` where its own class is nearest in the last.
    """
    found = None
    for place in reversed(places):
        if not place.is_over:
            break
        found = place.layer
    return found


def attacks_of(bundle: Bundle, made: SurveyPass) -> tuple[Run, ...]:
    """The attacks on the network of a checkpoint. Raises `KerascopeError` where there are none."""
    found = tuple(
        run for run in bundle.manifest.runs if run.kind == "attack" and run.checkpoint == made.checkpoint and run.inputs
    )
    if not found:
        what = f"there is no attack on the network of checkpoint {made.checkpoint}"
        remedy = "attack it: kerascope attack BUNDLE --model MODEL --method fgsm"
        raise KerascopeError(what, remedy=remedy, path=bundle.path)
    return found


def _pooled(values: NDArray[np.floating]) -> Floats:
    """The features (C,) of an output (..., C)."""
    flat = values.reshape(-1, values.shape[-1] if values.ndim else 1).astype(np.float64)
    is_finite = np.isfinite(flat)
    total: Floats = np.where(is_finite, flat, 0.0).sum(axis=0)
    features: Floats = total / np.maximum(is_finite.sum(axis=0), 1)
    return features


def _asked(features: NDArray[np.float32], counted: NDArray[np.int64], point: Floats) -> tuple[int, float]:
    """The class that most of the nearest images have, and the share of them."""
    away = ((features - point.astype(np.float32)) ** 2).sum(axis=1)
    near = counted[np.argsort(away, kind="stable")[:NEAREST]]
    votes = int(votes_of(near[None])[0])
    return votes, float((near == votes).mean())
