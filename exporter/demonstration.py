"""The choices of the demo: which digit is attacked, and where the network is kept."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from exporter.attacks import Victim, attack_named
from exporter.backend import keras
from exporter.bundle import BundleError, read_bundle
from exporter.bundle.durable import writing

_SURE = 0.9
_VISIBLE_EPSILON = 0.03


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
    """The id of the digit whose attack shows best: read right and surely, and flipped by a change that is small but not tiny.

    Raises
    ------
    BundleError
        no digit is read right.
    """
    bundle = read_bundle(bundle_path)
    final = bundle.final_checkpoint.id
    best: tuple[bool, float, str] | None = None
    for shown in bundle.manifest.inputs:
        capture = bundle.capture(shown.id, final)
        if capture.predicted is None or capture.predicted != shown.true_class:
            continue
        result = attack_named("fgsm").run(Victim.of(bundle, model, shown.id, final))
        sure = (capture.scores[capture.predicted] or 0.0) >= _SURE
        size = result.steps[-1].epsilon if result.success else np.inf
        suits = sure and size >= _VISIBLE_EPSILON
        best = min(filter(None, (best, (not suits, float(size), shown.id))))
    if best is None:
        raise BundleError("no digit is read right", path=bundle_path)
    return best[2]
