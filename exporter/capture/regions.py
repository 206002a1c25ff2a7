"""Regions of a graph with one way in and one way out where ways part and meet again, however its layers are named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from exporter.capture.dag import Dag

_DEEPEST = 24
_ALIKE = 3
"""Cells differ in size by no more than this factor; what is smaller is a part of a cell."""


@dataclass(frozen=True)
class Region:
    """Nodes that hand on what they make through one of them, `exit`. `entry` is the node before them, or -1."""

    entry: int
    exit: int
    nodes: frozenset[int]


Chain = tuple[Region, ...]
"""Regions beside each other: one after the other on one way, or those between which several ways go."""


def chains_of(dag: Dag) -> list[Chain]:
    """The regions that are smaller than half of the graph, the outermost such ones.

    Along the main way, from the input that is furthest from the end, the nodes that every way passes cut it; what lies
    between two of them and is no single node is a region. A region that is too large is searched in turn.
    """
    most = (dag.layer_count(range(len(dag.names))) - 1) // 2
    chains: list[Chain] = []
    pending = [(node, 0) for node in dag.leading_to(len(dag.names))]
    while pending:
        end, depth = pending.pop()
        nodes = dag.all_leading_to(end)
        if depth > _DEEPEST or len(nodes) < 3:
            continue
        trunk = _trunk(dag, nodes, end)
        small, large = _between_cuts(dag, trunk, most)
        chains.append(small)
        for region in large:
            chain, rest = _inside(dag, region, most)
            chains.append(chain)
            pending += [(node, depth + 1) for node in rest]
        on_trunk = frozenset(trunk)
        sides = [node for node in nodes if node not in on_trunk and dag.next_meeting[node] in on_trunk]
        pending += [(node, depth + 1) for node in sides]
    return [chain for chain in chains if chain]


def _trunk(dag: Dag, nodes: Sequence[int], end: int) -> list[int]:
    """Those of `nodes` that the first node of the longest way to `end` leads to, in topological order."""
    inside = frozenset(nodes)
    length: dict[int, int] = {}
    root: dict[int, int] = {}
    for node in nodes:
        best = max((x for x in dag.before[node] if x in inside), key=lambda x: length[x], default=None)
        length[node], root[node] = (0, node) if best is None else (length[best] + 1, root[best])
    trunk: set[int] = set()
    for node in nodes:
        if node == root[end] or not trunk.isdisjoint(dag.before[node]):
            trunk.add(node)
    return sorted(trunk)


def _between_cuts(dag: Dag, trunk: Sequence[int], most: int) -> tuple[Chain, list[Region]]:
    """The regions between the nodes that every way along the trunk passes, small and too large ones."""
    on_trunk = frozenset(trunk)
    small: list[Region] = []
    large: list[Region] = []
    furthest, cut, between = -1, -1, 0
    for at, node in enumerate(trunk):
        if furthest <= node:
            if between:
                region = Region(cut, node, frozenset(trunk[at - between : at + 1]))
                (small if dag.layer_count(region.nodes) <= most else large).append(region)
            cut, between = node, 0
        else:
            between += 1
        furthest = max(furthest, *(x for x in dag.after[node] if x in on_trunk), -1)
    return tuple(small), large


def _inside(dag: Dag, region: Region, most: int) -> tuple[Chain, list[int]]:
    """Of a region that is too large: the parts in which all leads to one node, and what is still to be searched.

    Such parts are the cells of a net that hands each cell the results of the two before it. The last cell is what is
    left of the region.
    """
    parts = [_up_to_merge(dag, node) for node in dag.leading_to(region.exit) if node in region.nodes]
    merging = [part for part in parts if any(map(dag.is_merge, part.nodes))]
    cells = [part for part in merging if dag.layer_count(part.nodes) <= most]
    largest = max((dag.layer_count(cell.nodes) for cell in cells), default=0)
    cells = [cell for cell in cells if _ALIKE * dag.layer_count(cell.nodes) >= largest]
    if len(cells) < 2:
        return (), [part.exit for part in merging]
    left = region.nodes.difference(*(cell.nodes for cell in cells))
    if largest <= _ALIKE * dag.layer_count(left) and dag.layer_count(left) <= most:
        cells.append(Region(-1, region.exit, left))
    return tuple(cells), []


def _up_to_merge(dag: Dag, node: int) -> Region:
    """All that leads to `node`, without the single file of layers at its end."""
    end = node
    while len(dag.before[end]) == 1 and dag.next_meeting[dag.before[end][0]] == end:
        end = dag.before[end][0]
    end = end if dag.is_merge(end) else node
    return Region(-1, end, frozenset(dag.all_leading_to(end)))
