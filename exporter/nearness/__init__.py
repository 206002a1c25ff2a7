"""The images of a survey that are nearest to each other. No TensorFlow here."""

from __future__ import annotations

from exporter.nearness.neighbours import neighbours_bundle

__all__ = ["neighbours_bundle"]
