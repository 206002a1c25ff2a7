"""Where a Keras model comes from: files of every kind, published models, a fresh initialisation, or the demo."""

from __future__ import annotations

from exporter.models.demo import demo_cnn
from exporter.models.errors import ModelError
from exporter.models.open import Opened, open_model, open_source
from exporter.models.twin import untrained_twin
from exporter.models.weights_file import load_weights

__all__ = ["ModelError", "Opened", "demo_cnn", "load_weights", "open_model", "open_source", "untrained_twin"]
