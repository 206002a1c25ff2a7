"""Whether a model answers as its bundle says, with the weights of the checkpoint that is looked at."""

from __future__ import annotations

import numpy as np

from exporter.backend import keras
from exporter.bundle import Bundle
from exporter.bundle.schema import Capture
from exporter.capture.weights import assign_weights
from exporter.live.answering import Answering
from exporter.matching import matching_checkpoint
from exporter.models import ModelError

OTHERWISE = "the model answers otherwise than the bundle"
_SCORES_APART = 1e-3
"""How much scores of the same model may differ between two machines, as a share of the largest of them."""


def match(bundle: Bundle, checkpoint_id: str, model: keras.Model, answering: Answering) -> str:
    """What the user should know of a model that is to answer for a checkpoint; empty: it answers as the bundle says.

    A model that the bundle was made of, but at another checkpoint, is given the weights of this one. One that answers
    otherwise all the same keeps its own.
    """
    capture = _scored(bundle, checkpoint_id)
    if capture is None or _is_alike(bundle, capture, answering):
        return ""
    try:
        matching_checkpoint(bundle, model, warn=_untold)
    except ModelError:
        return OTHERWISE
    weights = bundle.checkpoint(checkpoint_id).weights
    if weights:
        assign_weights(model, {name: bundle.load(ref) for name, ref in weights.items()})
    return "" if _is_alike(bundle, capture, answering) else OTHERWISE


def _untold(line: str) -> None:
    """The scores are compared anyway."""
    del line


def _scored(bundle: Bundle, checkpoint_id: str) -> Capture | None:
    """A capture of which both what was fed and the scores are kept."""
    (fed,) = bundle.manifest.model.inputs
    return next((each for each in bundle.captures_at(checkpoint_id) if each.scores and fed in each.outputs), None)


def _is_alike(bundle: Bundle, capture: Capture, answering: Answering) -> bool:
    """Whether the model gives what was fed the scores that it was given."""
    _, found = answering.answer(bundle.load(capture.outputs[bundle.manifest.model.inputs[0]]))
    kept = np.array([np.nan if score is None else score for score in capture.scores])
    apart = _SCORES_APART * float(np.nanmax(np.abs(kept), initial=0.0))
    found = np.where(np.isfinite(found), found, np.nan)
    return found.shape == kept.shape and np.allclose(found, kept, rtol=0.0, atol=apart, equal_nan=True)
