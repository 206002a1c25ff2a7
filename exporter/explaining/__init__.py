"""Explanations added to a bundle: which inputs, what is asked about them, and the maps that come of it."""

from __future__ import annotations

from exporter.explaining.explain import explain_bundle

__all__ = ["explain_bundle"]
