"""Explanations: which part of an input made the model say what it says. One file per method, one contract."""

from __future__ import annotations

from exporter.explain.contract import Explained, ExplainError, Explanation, Map, Question
from exporter.explain.registry import EXPLANATIONS, explanation_named

__all__ = [
    "EXPLANATIONS",
    "ExplainError",
    "Explained",
    "Explanation",
    "Map",
    "Question",
    "explanation_named",
]
