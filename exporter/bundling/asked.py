"""Whether a bundling can be done with the parameters that were asked for."""

from __future__ import annotations

from exporter.bundle.errors import KerascopeError
from exporter.bundling.parameters import Parameters

_RANGES = {
    "layer_distance": (0.01, 10.0),
    "layer_width": (0.01, 10.0),
    "sampling_rate": (1.0, 100.0),
    "prune_percentage": (0.0, 0.9999),
    "node_bandwidth": (0.01, 2.0),
    "edge_bandwidth": (0.01, 2.0),
    "node_bandwidth_reduction": (0.1, 0.99),
    "edge_bandwidth_reduction": (0.1, 0.99),
    "smoothing_iterations": (0, 100),
    "edge_importance_type": (0, 3),
}
_MOST_POINTS = 200.0
"""Points along a layer's side, or from one to the next: beyond that the grid does not fit into a computer."""


def check_parameters(parameters: Parameters) -> None:
    """Raise `KerascopeError` where a parameter is out of its range, or where the grid would be too fine."""
    for name, (low, high) in _RANGES.items():
        value = getattr(parameters, name)
        if not low <= value <= high:
            what = f"the bundling cannot be done with this {name.replace('_', ' ')}"
            raise KerascopeError(what, expected=f"{low:g} to {high:g}", got=value)
    points = parameters.sampling_rate * max(parameters.layer_width, parameters.layer_distance)
    if points > _MOST_POINTS:
        what, remedy = "the edges would be sampled too finely", "choose a lower sampling rate"
        raise KerascopeError(what, expected=f"at most {_MOST_POINTS:g} points", got=f"{points:g}", remedy=remedy)
