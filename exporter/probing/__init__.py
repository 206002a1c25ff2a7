"""Models seen from inside: logits, layers' outputs and gradients of any of them, whatever the model is made of."""

from __future__ import annotations

from exporter.probing.errors import ProbeError
from exporter.probing.probe import Probe, Seen, gradient_of, scores_of
from exporter.probing.target import Target

__all__ = ["Probe", "ProbeError", "Seen", "Target", "gradient_of", "scores_of"]
