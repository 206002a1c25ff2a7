"""Images made by optimisation: what a class, a channel or a layer looks for. One file per method, one contract."""

from __future__ import annotations

from exporter.synthesis.contract import Canvas, Step, Synthesis, SynthesisError, Task
from exporter.synthesis.registry import SYNTHESES, synthesis_named

__all__ = ["SYNTHESES", "Canvas", "Step", "Synthesis", "SynthesisError", "Task", "synthesis_named"]
