"""Where each plate stands along the spine, and on which lane beside it: the longest way keeps the axis. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from viewer.layout.net import Net

    Array = NDArray[np.float64]

LANE_GAP, GUEST_GAP = 1.3, 1.9
FAVOUR = 1.2
"""By how many lanes' heights a lane may stand further off to be on the side where it belongs."""


@dataclass(frozen=True, slots=True)
class Lane:
    """Nodes beside the spine, one after the other, and the levels `first` to `last` that are kept free for them.

    The strands that lead to the lane and away from it run in these levels, too. `order` is its place among the branches
    beside the trunk (0): those with a negative one belong above it, and nearer to it by their size.
    """

    nodes: tuple[int, ...]
    first: int
    last: int
    order: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Level of every node, nodes on the axis by level, and the lanes in the order in which they come nearest to it."""

    level: tuple[int, ...]
    trunk: tuple[int, ...]
    lanes: tuple[Lane, ...]
    guests: dict[int, tuple[int, ...]]

    @property
    def count(self) -> int:
        """Number of levels."""
        return len(self.trunk)


def plan_of(net: Net) -> Plan:
    """Levels by the longest way from an input; the longest way of all is the trunk.

    What joins the trunk but does not come from it, such as a second input, stands as late as it can: its way is short.
    """
    hosts = [at for at, node in enumerate(net.nodes) if node.host == at]
    before: dict[int, list[int]] = {host: [] for host in hosts}
    after: dict[int, list[int]] = {host: [] for host in hosts}
    for source, target in net.arrows:
        before[target].append(source)
        after[source].append(target)
    level = _early(hosts, before)
    trunk = _trunk(net, hosts, before, level)
    _delay(hosts, before, after, level, set(trunk))
    guests: dict[int, tuple[int, ...]] = {}
    for at, node in enumerate(net.nodes):
        if node.host != at:
            guests[node.host] = (*guests.get(node.host, ()), at)
    levels = tuple(level[node.host] for node in net.nodes)
    return Plan(levels, trunk, _lanes(hosts, before, after, level, set(trunk)), guests)


def _early(hosts: Sequence[int], before: dict[int, list[int]]) -> dict[int, int]:
    level: dict[int, int] = {}
    for host in hosts:
        level[host] = max((level[source] + 1 for source in before[host]), default=0)
    return level


def _trunk(net: Net, hosts: Sequence[int], before: dict[int, list[int]], level: dict[int, int]) -> tuple[int, ...]:
    """One node a level, back from the deepest (an output of the model, if there is a choice) along first arguments."""
    deepest = max(level.values())
    ends = [host for host in hosts if level[host] == deepest]
    way = [next((end for end in ends if net.nodes[end].layer.name in net.outputs), ends[0])]
    while level[way[-1]]:
        way.append(next(source for source in before[way[-1]] if level[source] == level[way[-1]] - 1))
    return tuple(reversed(way))


def _delay(
    hosts: Sequence[int],
    before: dict[int, list[int]],
    after: dict[int, list[int]],
    level: dict[int, int],
    trunk: set[int],
) -> None:
    from_trunk = set(trunk)
    for host in hosts:
        if from_trunk.intersection(before[host]):
            from_trunk.add(host)
    for host in reversed(hosts):
        if host not in from_trunk and after[host]:
            level[host] = min(level[target] for target in after[host]) - 1


def _lanes(
    hosts: Sequence[int],
    before: dict[int, list[int]],
    after: dict[int, list[int]],
    level: dict[int, int],
    trunk: set[int],
) -> tuple[Lane, ...]:
    """Nodes off the trunk, in chains as long as they go; short chains come first and so stand nearest."""
    taken = set(trunk)
    lanes = []
    for host in hosts:
        if host in taken:
            continue
        chain = [host]
        while follower := next((t for t in after[chain[-1]] if t not in taken and level[t] > level[chain[-1]]), None):
            taken.add(chain[-1])
            chain.append(follower)
        taken.update(chain)
        first = min([level[host], *(level[source] + 1 for source in before[host])])
        last = max([level[chain[-1]], *(level[target] - 1 for target in after[chain[-1]])])
        lanes.append(Lane(tuple(chain), first, last, _order_of(chain, before, after, trunk)))
    lanes = _shortcuts_above(lanes, before, after, trunk)
    return tuple(sorted(lanes, key=lambda lane: (lane.last - lane.first, lane.first, abs(lane.order), lane.nodes)))


def _order_of(chain: Sequence[int], before: dict[int, list[int]], after: dict[int, list[int]], trunk: set[int]) -> int:
    """How many arguments a chain comes behind the trunk (or before, negative) where they meet, or else by how many
    layers it leaves it later.
    """
    for target in after[chain[-1]]:
        arguments = before[target]
        rivals = [at for at, source in enumerate(arguments) if source in trunk]
        if rivals:
            return arguments.index(chain[-1]) - rivals[0]
    rivals = [rival for source in before[chain[0]] for rival in after[source] if rival in trunk]
    return max((chain[0] - rival for rival in rivals), default=-1)


def _shortcuts_above(
    lanes: Sequence[Lane], before: dict[int, list[int]], after: dict[int, list[int]], trunk: set[int]
) -> list[Lane]:
    """The lanes, of which one that leaves the trunk and comes back to it without another beside it stands above."""
    busy: dict[int, int] = {}
    for lane in lanes:
        for at in range(lane.first, lane.last + 1):
            busy[at] = busy.get(at, 0) + 1
    return [
        replace(lane, order=-abs(lane.order))
        if trunk.intersection(before[lane.nodes[0]])
        and trunk.intersection(after[lane.nodes[-1]])
        and all(busy[at] == 1 for at in range(lane.first, lane.last + 1))
        else lane
        for lane in lanes
    ]


def heights_of(plan: Plan, sizes: Sequence[tuple[float, float]]) -> tuple[Array, Array]:
    """Height of every node's centre over the axis (n,), and the lowest and highest y that each level takes (levels, 2).

    A lane keeps one height. It takes the side where it belongs, unless that is crowded and the other one much nearer.
    Further outputs of a layer stand right under its first.
    """
    y = np.zeros(len(sizes))
    taken = np.zeros((plan.count, 2))
    for at, node in enumerate(plan.trunk):
        half = sizes[node][1] / 2
        taken[at] = _hang_guests(plan, sizes, y, node, -half), half
    for lane in plan.lanes:
        span = slice(lane.first, lane.last + 1)
        half = max(sizes[node][1] for node in lane.nodes) / 2
        under = max(_guests_height(plan, sizes, node) for node in lane.nodes)
        above = float(taken[span, 1].max()) + LANE_GAP + under
        below = float(taken[span, 0].min()) - LANE_GAP
        favour = FAVOUR * (2 * half + under + LANE_GAP) * (1 if lane.order > 0 else -1)
        centre = above + half if above + favour <= under - below else below - half
        for node in lane.nodes:
            y[node] = centre
            _hang_guests(plan, sizes, y, node, centre - sizes[node][1] / 2)
        taken[span, 0] = np.minimum(taken[span, 0], centre - half - under)
        taken[span, 1] = np.maximum(taken[span, 1], centre + half)
    return y, taken


def _guests_height(plan: Plan, sizes: Sequence[tuple[float, float]], node: int) -> float:
    return sum(sizes[guest][1] + GUEST_GAP for guest in plan.guests.get(node, ()))


def _hang_guests(plan: Plan, sizes: Sequence[tuple[float, float]], y: Array, node: int, bottom: float) -> float:
    """Put a layer's further outputs under it; the lowest y after that."""
    for guest in plan.guests.get(node, ()):
        y[guest] = bottom - GUEST_GAP - sizes[guest][1] / 2
        bottom = y[guest] - sizes[guest][1] / 2
    return float(bottom)
