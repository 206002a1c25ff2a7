"""Where a Keras model comes from: files of every kind, published models, a fresh initialisation, or the demo."""

from __future__ import annotations

from exporter.models.demo import demo_cnn
from exporter.models.errors import ModelError
from exporter.models.open import Opened, load_weights, open_model, open_source
from exporter.models.twin import untrained_twin

__all__ = ["ModelError", "Opened", "demo_cnn", "load_weights", "open_model", "open_source", "untrained_twin"]
