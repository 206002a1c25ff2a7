"""foolbox, the peer of the attacks."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest


def pixels_of_foolbox(name: str, victim: Any, batch: Any, epsilon: float | None, **options: Any) -> np.ndarray:
    """The pixels (n, ...) that foolbox's attack of this name comes to; the test is left out where it is missing.

    `start` among the options is added to the clean input where foolbox would draw at random.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        foolbox = pytest.importorskip("foolbox", reason="foolbox, the peer, is not installed", exc_type=ImportError)
    from exporter.backend import tf

    start = options.pop("start", None)
    attack = getattr(foolbox.attacks, name)(**options)
    if start is not None:
        attack.get_random_start = lambda x, _: x + _raw(x, start)
    model = foolbox.TensorFlowModel(victim.logits, bounds=(0, 1), device="/cpu:0")
    criteria = foolbox.criteria
    if batch.targets is None:
        criterion = criteria.Misclassification(tf.constant(batch.labels))
    else:
        criterion = criteria.TargetedMisclassification(tf.constant(batch.targets))
    return np.asarray(attack(model, tf.constant(batch.pixels), criterion, epsilons=epsilon)[0])


def _raw(like: Any, start: np.ndarray) -> Any:
    from exporter.backend import tf

    return type(like)(tf.constant(start))
