"""The parameters of a bundling, with the names and the meaning that nn_vis gives them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Parameters:
    """How units are placed and moved, and how edges are gathered.

    Attributes
    ----------
    layer_distance, layer_width : from plane to plane, and the side of the square on which a layer's units lie at first.
    sampling_rate : points of an edge in a unit of length; a cell of the grid is a third of their distance.
    prune_percentage : the share of the edges, 0 to 1, that is left out, the least important first.
    node_bandwidth, edge_bandwidth : radius of the kernel in the first iteration, in widths of a layer.
    node_bandwidth_reduction, edge_bandwidth_reduction : what it is multiplied by from one iteration to the next, until
        it is under two cells of the grid.
    smoothing, smoothing_iterations : whether, and how often, edges are smoothed after each iteration.
    edge_importance_type : which of nn_vis's four ways joins the importance of an edge's ends and its weight, 0 to 3.
    """

    layer_distance: float = 0.4
    layer_width: float = 1.0
    sampling_rate: float = 15.0
    prune_percentage: float = 0.0
    node_bandwidth: float = 0.75
    node_bandwidth_reduction: float = 0.95
    edge_bandwidth: float = 0.5
    edge_bandwidth_reduction: float = 0.9
    smoothing: bool = True
    smoothing_iterations: int = 8
    edge_importance_type: int = 0
