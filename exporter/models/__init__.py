"""Where a Keras model comes from: a file, a fresh initialisation, or the demo."""

from __future__ import annotations

from exporter.models.demo import demo_cnn
from exporter.models.errors import ModelError
from exporter.models.open import open_model
from exporter.models.twin import untrained_twin

__all__ = ["ModelError", "demo_cnn", "open_model", "untrained_twin"]
