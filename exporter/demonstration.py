"""The choices of the demo: which digit is attacked, and where the network is kept."""

from __future__ import annotations

import math
import os
from pathlib import Path

import numpy as np

from exporter.attacking import victim_of
from exporter.attacking.victims import labels_of, pixels_of
from exporter.attacks import Batch, attack_named, run_attack
from exporter.backend import keras
from exporter.bundle import Bundle, BundleError, read_bundle
from exporter.bundle.durable import writing

_SURE = 0.9
_VISIBLE_EPSILON = 0.03
_TRIED = 5


def save_model(model: keras.Model, path: Path) -> None:
    """Save a model whole or not at all.

    Raises
    ------
    KerascopeError
        it cannot be written.
    """
    partial = path.with_name(f".{path.stem}-{os.getpid()}.keras")
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            model.save(partial)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)


def choose_attack(bundle_path: Path, model: keras.Model) -> str:
    """The id of the digit whose attack shows best: read right and surely, and flipped by a small change.

    Among the least sure of the surely read ones, the smallest epsilon that is not so tiny that nothing can be shown.

    Raises
    ------
    BundleError
        no digit is read right.
    """
    bundle = read_bundle(bundle_path)
    final = bundle.final_checkpoint.id
    right = []
    for shown in bundle.manifest.inputs:
        capture = bundle.capture(shown.id, final)
        if capture.predicted is not None and capture.predicted == shown.true_class:
            right.append((capture.scores[capture.predicted] or 0.0, shown.id))
    if not right:
        raise BundleError("no digit is read right", path=bundle_path)
    sure = sorted(score_and_id for score_and_id in right if score_and_id[0] >= _SURE) or sorted(right)[-1:]
    sizes = zip(_flipping_epsilons(bundle, model, [id_ for _, id_ in sure[:_TRIED]], final), sure, strict=False)
    ranked = ((size < _VISIBLE_EPSILON, size, id_) for size, (_, id_) in sizes)
    return min(ranked)[2]


def _flipping_epsilons(bundle: Bundle, model: keras.Model, ids: list[str], checkpoint: str) -> list[float]:
    victim, attack = victim_of(bundle, model), attack_named("fgsm")
    pixels = np.stack([pixels_of(bundle, victim, id_, checkpoint) for id_ in ids])
    results = run_attack(attack, victim, Batch(pixels, labels_of(victim, pixels)), attack.chosen(), is_watched=False)
    return [result.last.epsilon if result.success else math.inf for result in results]
