"""What can be bundled: webs and parameters as they must be, said in a line where they are not."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from exporter.bundle.errors import KerascopeError
from exporter.bundling.parameters import Parameters
from exporter.bundling.web import Web

RANGES: dict[str, tuple[float, float]] = {
    "layer_distance": (0.01, 10.0),
    "layer_width": (0.01, 10.0),
    "sampling_rate": (1.0, 100.0),
    "prune_percentage": (0.0, 0.9999),
    "node_bandwidth": (0.0, 2.0),
    "edge_bandwidth": (0.0, 2.0),
    "node_bandwidth_reduction": (0.0, 0.99),
    "edge_bandwidth_reduction": (0.0, 0.99),
    "smoothing_iterations": (0, 64),
    "edge_importance_type": (0, 3),
}
MOST_POINTS = 200.0
"""Points along a layer's side, or from one to the next: beyond that the grid does not fit into a computer."""


def check_parameters(parameters: Parameters) -> None:
    """Raise `KerascopeError` for the first parameter that is out of its range, or where the grid would be too fine."""
    for name, (low, high) in RANGES.items():
        value = getattr(parameters, name)
        if not low <= value <= high:
            what = f"edges cannot be bundled with this {name}"
            raise KerascopeError(what, expected=f"{low:g} to {high:g}", got=f"{value:g}")
    points = parameters.sampling_rate * max(parameters.layer_width, parameters.layer_distance)
    if points > MOST_POINTS:
        what, remedy = "the edges would be sampled too finely", "choose a lower sampling rate"
        raise KerascopeError(what, expected=f"at most {MOST_POINTS:g} points", got=f"{points:g}", remedy=remedy)


def check_web(web: Web) -> None:
    """Raise `KerascopeError` for a web whose arrays do not fit each other: compiled code would read beyond them."""
    for problem in _problems(web):
        raise KerascopeError("these units and edges cannot be bundled", got=problem)


def _problems(web: Web) -> Iterator[str]:
    units = sum(web.sizes)
    if len(web.planes) != len(web.sizes) or min(web.sizes, default=0) < 1 or min(web.planes, default=0) < 0:
        yield f"{len(web.sizes)} layers of {web.sizes} units on planes {web.planes}"
    if web.importance.ndim != 2 or len(web.importance) != units:
        yield f"importance of the shape {web.importance.shape} for {units} units"
    if web.edges.ndim != 2 or web.edges.shape[1] != 2 or web.strength.shape != (len(web.edges),):
        yield f"edges of the shape {web.edges.shape} and strengths of the shape {web.strength.shape}"
    elif len(web.edges) and not 0 <= int(web.edges.min()) <= int(web.edges.max()) < units:
        yield f"edges between units {web.edges.min()} and {web.edges.max()} of {units}"
    if not np.isfinite(web.strength).all():
        yield "strengths that are not finite"
