"""Keras, which what is computed here is compared with."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(scope="session")
def keras() -> Any:
    """Keras, silenced, on TensorFlow."""
    from exporter.backend import keras

    return keras
