"""Images made by optimisation, written as inputs of a bundle, and what every layer makes of them."""

from __future__ import annotations

from exporter.synthesising.numbers import numbers_of
from exporter.synthesising.synthesise import synthesise

__all__ = ["numbers_of", "synthesise"]
