"""The graph of one folder of a model as plain numbers: what comes before and after each node, where ways meet again."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from exporter.bundle.schema import Edge, Layer


@dataclass(frozen=True)
class Dag:
    """Nodes 0, 1, ... in topological order; a node is a layer, or a whole model inside.

    Attributes
    ----------
    names : the name of each node inside its folder: `conv_1`, or `encoder` for a model inside.
    members : the places of each node's layers in the model's list of layers.
    before, after : the distinct nodes that each node takes from and gives to.
    leaves : whether the values of each node leave the folder, or nobody takes them.
    """

    names: tuple[str, ...]
    members: tuple[tuple[int, ...], ...]
    before: tuple[tuple[int, ...], ...]
    after: tuple[tuple[int, ...], ...]
    leaves: tuple[bool, ...]

    def layer_count(self, nodes: Iterable[int]) -> int:
        """How many layers these nodes are."""
        return sum(len(self.members[node]) for node in nodes)

    @cached_property
    def next_meeting(self) -> tuple[int, ...]:
        """For each node the first one that every way onwards passes (its immediate post-dominator).

        The number of nodes stands for the outside, where ways end.
        """
        end = len(self.names)
        meeting, depth = [end] * (end + 1), [0] * (end + 1)
        for node in reversed(range(end)):
            met = end if self.leaves[node] else self.after[node][0]
            for other in self.after[node]:
                while met != other:
                    if depth[met] >= depth[other]:
                        met = meeting[met]
                    else:
                        other = meeting[other]
            meeting[node], depth[node] = met, depth[met] + 1
        return tuple(meeting[:end])

    @cached_property
    def _led_to(self) -> tuple[tuple[int, ...], ...]:
        lists: list[list[int]] = [[] for _ in range(len(self.names) + 1)]
        for node, meeting in enumerate(self.next_meeting):
            lists[meeting].append(node)
        return tuple(map(tuple, lists))

    def leading_to(self, node: int) -> tuple[int, ...]:
        """The nodes whose ways meet next at `node`."""
        return self._led_to[node]

    def all_leading_to(self, node: int) -> list[int]:
        """`node` and every node all of whose ways lead through it, in topological order."""
        found, pending = [], [node]
        while pending:
            one = pending.pop()
            found.append(one)
            pending.extend(self._led_to[one])
        return sorted(found)

    def exits(self, nodes: frozenset[int]) -> list[int]:
        """Those of `nodes` whose values go to others, or to nobody."""
        return [node for node in sorted(nodes) if self.leaves[node] or any(x not in nodes for x in self.after[node])]

    def is_merge(self, node: int) -> bool:
        """Whether values of several nodes come together here."""
        return len(self.before[node]) > 1


def folders_of(layers: Sequence[Layer]) -> list[str]:
    """Every folder that has layers, as `` for the model itself or `encoder/` for a model inside."""
    folders = {""}
    for layer in layers:
        at = layer.name.find("/")
        while at >= 0:
            folders.add(layer.name[: at + 1])
            at = layer.name.find("/", at + 1)
    return sorted(folders)


def dag_of(layers: Sequence[Layer], edges: Sequence[Edge], folder: str) -> Dag:
    """The graph of one folder: its layers, and each folder inside it as one node."""
    members: dict[str, list[int]] = {}
    for place, layer in enumerate(layers):
        if layer.name.startswith(folder):
            members.setdefault(layer.name[len(folder) :].split("/", 1)[0], []).append(place)
    node_of = {layers[place].name: node for node, name in enumerate(members) for place in members[name]}
    inner = {(node_of[e.source], node_of[e.target]) for e in edges if e.source in node_of and e.target in node_of}
    links = sorted((source, target) for source, target in inner if source != target)
    order = topological_order(len(members), links)
    if len(order) < len(members):  # two models inside that feed each other are no graph of nodes
        return Dag((), (), (), (), ())
    leaving = {node_of[edge.source] for edge in edges if edge.source in node_of and edge.target not in node_of}
    return _in_order(tuple(members), list(members.values()), links, order, leaving)


def _in_order(
    names: tuple[str, ...],
    members: list[list[int]],
    links: list[tuple[int, int]],
    order: list[int],
    leaving: set[int],
) -> Dag:
    place = {node: at for at, node in enumerate(order)}
    before: list[list[int]] = [[] for _ in order]
    after: list[list[int]] = [[] for _ in order]
    for source, target in links:
        before[place[target]].append(place[source])
        after[place[source]].append(place[target])
    return Dag(
        names=tuple(names[node] for node in order),
        members=tuple(tuple(members[node]) for node in order),
        before=tuple(tuple(sorted(one)) for one in before),
        after=tuple(tuple(sorted(one)) for one in after),
        leaves=tuple(node in leaving or not after[place[node]] for node in order),
    )


def topological_order(count: int, links: Iterable[tuple[int, int]]) -> list[int]:
    """The nodes 0 to `count` - 1, each after those before it, else by number. Those on a cycle and behind it lack."""
    after: list[list[int]] = [[] for _ in range(count)]
    waiting = [0] * count
    for source, target in links:
        after[source].append(target)
        waiting[target] += 1
    ready = [node for node in range(count) if not waiting[node]]
    order = []
    while ready:
        node = heapq.heappop(ready)
        order.append(node)
        for target in after[node]:
            waiting[target] -= 1
            if not waiting[target]:
                heapq.heappush(ready, target)
    return order
