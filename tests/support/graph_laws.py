"""What holds of every graph that is read off a model."""

from __future__ import annotations

from typing import Any


def ways(graph: Any) -> set[tuple[str, str]]:
    """Source and target of every edge."""
    return {(edge.source, edge.target) for edge in graph.edges}


def check(graph: Any, model: Any) -> None:
    """Names, order, groups, and that each variable is there exactly once."""
    from exporter.capture import variables_of

    place = {layer.name: nth for nth, layer in enumerate(graph.layers)}
    assert len(place) == len(graph.layers)
    assert all(place[edge.source] < place[edge.target] for edge in graph.edges)
    assert {*graph.inputs, *graph.outputs} <= set(place)
    variables = variables_of(model)
    assert sorted(map(id, variables.values())) == sorted(map(id, model.weights))
    assert [*variables] == [f"{layer.name}/{variable}" for layer in graph.layers for variable in layer.variables]
    assert sum(layer.parameters for layer in graph.layers) == model.count_params()
    for layer in graph.layers:
        assert layer.shares_weights_with is None or (layer.shares_weights_with in place and not layer.variables)
    groups = [set(group.layers) for group in graph.groups]
    assert all(group.output in group.layers for group in graph.groups)
    assert all(a <= b or b <= a or not a & b for a in groups for b in groups)
