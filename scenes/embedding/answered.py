"""What the network said of the images at a checkpoint, in a few numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from viewer.learned.read import answers_of, pass_of, true_classes

MOST_LIKELY = 1.001

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from scenes.embedding.stations import Stations
    from viewer.learned.read import Answers


def wrong_in(bundle: Bundle, stations: Stations, checkpoint_id: str | None) -> tuple[int, int]:
    """How many images of known class are taken for another one, and how many are known; 0 and 0 where nothing is."""
    true = true_classes(bundle, stations.survey)
    answers = _answers(bundle, stations, checkpoint_id)
    if true is None or answers is None:
        return 0, 0
    return int(((answers.predicted != true) & (true >= 0)).sum()), int((true >= 0).sum())


def median_margin(bundle: Bundle, stations: Stations, checkpoint_id: str | None) -> float | None:
    """How far the best class of an image is ahead of the second, in the median; `None` where that is not known, or
    scores are not probabilities.
    """
    answers = _answers(bundle, stations, checkpoint_id)
    if answers is None or not np.isfinite(answers.margin).any() or np.nanmax(np.abs(answers.score)) > MOST_LIKELY:
        return None
    return float(np.nanmedian(answers.margin))


def _answers(bundle: Bundle, stations: Stations, checkpoint_id: str | None) -> Answers | None:
    if checkpoint_id not in {each.checkpoint for each in stations.survey.passes}:
        return None
    return answers_of(bundle, pass_of(bundle, stations.survey, checkpoint_id))
