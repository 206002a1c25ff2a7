"""Blocks that a network repeats, found by what its layers are called and by where its ways part and meet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from exporter.bundle.schema import Edge, Group, Layer
from exporter.capture.dag import Dag, dag_of, folders_of, topological_order
from exporter.capture.prefixes import Level, levels_of, paired, siblings_of
from exporter.capture.regions import Chain, Region, chains_of

FEWEST_LAYERS = 3
_MOST_REGIONS_IN_UNIT = 2
_MOST_SPREAD = 4
_FOLLOWS_A_MERGE = ("activation", "normalisation", "dropout")
_SALIENT = ("embedding", "attention", "recurrent", "depthwise", "conv", "dense", "pool", "global_pool", "resize")

Nodes = frozenset[int]


def blocks_of(layers: Sequence[Layer], edges: Sequence[Edge]) -> tuple[Group, ...]:
    """Groups of kind `block`: residual blocks, Inception's modules, VGG's stages, Transformer blocks and their like.

    They are apart from each other and never half over a model inside. Each has at least three layers and less than half
    of its folder's, and one layer, `output`, whose values alone leave it; drawn as one node each, the graph stays free
    of cycles. Two with the same `class_name` hold as many layers of each kind, e.g. `conv x3, add`. The name is the
    prefix that the layers share, or that of the output with " block". Empty where nothing is repeated.

    Time grows with the number of layers, about 1,000 in a tenth of a second.
    """
    found: list[tuple[str, list[int]]] = []
    for folder in folders_of(layers):
        dag = dag_of(layers, edges, folder)
        outer = {place for _, places in found for place in places}
        for name, nodes in _blocks_in(dag, layers):
            places = sorted(place for node in nodes for place in dag.members[node])
            if outer.isdisjoint(places):
                found.append((folder + name, places))
    found.sort(key=lambda item: item[1])
    taken = {layer.name for layer in layers} | {folder.rstrip("/") for folder in folders_of(layers)}
    return tuple(_group(_free(name, taken), places, layers, edges) for name, places in found)


def _blocks_in(dag: Dag, layers: Sequence[Layer]) -> list[tuple[str, Nodes]]:
    """Name and nodes of the blocks in one folder, names that are layers' names included."""
    chains = chains_of(dag)
    named = _named_blocks(dag, chains)
    covered = {node for _, nodes in named for node in nodes}
    unnamed = []
    for output, nodes in (unit for chain in chains if len(chain) > 1 for unit in _units(dag, chain, layers)):
        if covered.isdisjoint(nodes) and _is_block(dag, nodes):
            covered |= nodes
            unnamed.append((dag.names[output], nodes))
    return _acyclic(dag, named + unnamed)


def _named_blocks(dag: Dag, chains: Sequence[Chain]) -> list[tuple[str, Nodes]]:
    """Blocks by name: of the finest level at which most hold a merge, or of the coarsest where nothing merges at all.

    Of two levels with as many blocks the coarser one says more of each.
    """
    levels = levels_of(dag.names)
    regions = [region.nodes for chain in chains for region in chain]
    if not regions:
        levels = [*_pairs(levels), *reversed(levels)]
    units = [(level, groups) for level in levels if (groups := _units_of(dag, level, regions))]
    found: list[tuple[str, Nodes]] = []
    covered: set[int] = set()
    for level, groups in units:
        if any(other != level and _says_more(fuller, groups) for other, fuller in units):
            continue
        for prefix, nodes in groups + _valid(dag, _grown(dag, siblings_of(dag.names, level), regions)):
            if covered.isdisjoint(nodes):
                covered |= nodes
                found.append((prefix, nodes))
    return found


def _units_of(dag: Dag, level: Level, regions: Sequence[Nodes]) -> list[tuple[str, Nodes]]:
    """The blocks of one level, or nothing where there are not two or where they are no units."""
    groups = _valid(dag, _grown(dag, level, regions))
    return groups if len(groups) > 1 and (not regions or _are_units(dag, groups, regions)) else []


def _says_more(fuller: Sequence[tuple[str, Nodes]], groups: Sequence[tuple[str, Nodes]]) -> bool:
    """Whether the one list has a shorter prefix of each prefix in the other."""
    same_length = len(fuller) == len(groups)
    return same_length and all(
        len(shorter) < len(prefix) and prefix.startswith(shorter)
        for (shorter, _), (prefix, _) in zip(fuller, groups, strict=True)
    )


def _pairs(levels: Sequence[Level]) -> Iterator[Level]:
    for level, other in pairwise(levels):
        both = paired(level, other)
        if both is not None:
            yield both


def _grown(dag: Dag, level: Level, regions: Sequence[Nodes]) -> list[tuple[str, Nodes]]:
    """The groups of a level, each with what lies between its layers and with the whole of every region that no other
    group of the level has a part in.
    """
    grown = {prefix: set(nodes) for prefix, nodes in level.items() if len(nodes) >= FEWEST_LAYERS}
    group_of = {node: prefix for prefix, nodes in grown.items() for node in nodes}
    for prefix, nodes in grown.items():
        between = _between(dag, nodes)
        if all(group_of.get(node, prefix) == prefix for node in between):
            nodes |= between
            group_of |= dict.fromkeys(between, prefix)
    for region in regions:
        owners = {group_of[node] for node in region if node in group_of}
        if len(owners) == 1:
            grown[owners.pop()] |= region
    return [(prefix, frozenset(nodes)) for prefix, nodes in grown.items()]


def _between(dag: Dag, nodes: set[int]) -> set[int]:
    """What lies on a way from one of `nodes` to another; nothing where they are too far apart to be a block."""
    window = range(min(nodes), max(nodes) + 1)
    if len(window) > _MOST_SPREAD * len(nodes):
        return set()
    behind, ahead = set(nodes), set(nodes)
    for node in window:
        if not behind.isdisjoint(dag.before[node]):
            behind.add(node)
    for node in reversed(window):
        if not ahead.isdisjoint(dag.after[node]):
            ahead.add(node)
    return behind & ahead - nodes


def _valid(dag: Dag, groups: Iterable[tuple[str, Nodes]]) -> list[tuple[str, Nodes]]:
    return [(prefix, nodes) for prefix, nodes in groups if _is_block(dag, nodes)]


def _is_block(dag: Dag, nodes: Nodes) -> bool:
    size = dag.layer_count(nodes)
    fits = len(nodes) > 1 and size >= FEWEST_LAYERS and 2 * size < dag.layer_count(range(len(dag.names)))
    return fits and len(dag.exits(nodes)) == 1


def _are_units(dag: Dag, groups: Sequence[tuple[str, Nodes]], regions: Sequence[Nodes]) -> bool:
    """Whether most of the groups hold a merge, and no more than a block does: else they are layers with their
    activation, or whole stages.
    """
    merging = sum(any(dag.is_merge(x) and nodes.intersection(dag.before[x]) for x in nodes) for _, nodes in groups)
    group_of = {node: prefix for prefix, nodes in groups for node in nodes}
    owners = [{group_of.get(node, "") for node in region} for region in regions]
    inside = Counter(owner.pop() for owner in owners if len(owner) == 1)
    median = sorted(inside[prefix] for prefix, _ in groups)[len(groups) // 2]
    return 2 * merging >= len(groups) and median <= _MOST_REGIONS_IN_UNIT


def _units(dag: Dag, chain: Chain, layers: Sequence[Layer]) -> Iterator[tuple[int, Nodes]]:
    """Output and nodes of each unit of a chain: a region and what is done to its sum, e.g. an activation.

    A residual around attention and those after it without attention are one, a Transformer block.
    """
    parts: list[tuple[int, Nodes, int]] = []
    tail: list[int] = []
    longest = len(dag.names)
    for region in chain:
        # What follows the last one is its own only as far as the same follows those before.
        tail = _tail(dag, region, layers, longest if region is not chain[-1] else len(tail))
        nodes = region.nodes.union(tail)
        begins = not parts or region.entry != parts[-1][0] or _attends(dag, region.nodes, layers)
        if not begins and _attends(dag, parts[-1][1], layers):
            nodes |= parts.pop()[1]
        parts.append((tail[-1] if tail else region.exit, nodes, region.entry))
    return ((output, nodes) for output, nodes, _ in parts)


def _tail(dag: Dag, region: Region, layers: Sequence[Layer], longest: int) -> list[int]:
    """The single file of activations, normalisations and dropouts behind a region; none behind a cell."""
    tail: list[int] = []
    node = region.exit
    while region.entry >= 0 and len(tail) < longest and len(dag.after[node]) == 1 and not dag.leaves[node]:
        (node,) = dag.after[node]
        members = dag.members[node]
        is_alone = len(members) == 1 and not dag.is_merge(node) and not dag.leaves[node]
        if not is_alone or layers[members[0]].kind not in _FOLLOWS_A_MERGE:
            break
        tail.append(node)
    return tail


def _attends(dag: Dag, nodes: Nodes, layers: Sequence[Layer]) -> bool:
    return any(layers[place].kind == "attention" for node in nodes for place in dag.members[node])


def _acyclic(dag: Dag, blocks: list[tuple[str, Nodes]]) -> list[tuple[str, Nodes]]:
    """The blocks that can be drawn as one node each: those that would then lie on a cycle are left out."""
    count = len(dag.names)
    while True:
        block_of = {node: count + at for at, (_, nodes) in enumerate(blocks) for node in nodes}
        drawn = [block_of.get(node, node) for node in range(count)]
        links = {(drawn[node], drawn[after]) for node in range(count) for after in dag.after[node]}
        links = {(source, target) for source, target in links if source != target}
        ahead = topological_order(count + len(blocks), links)
        back = topological_order(count + len(blocks), ((target, source) for source, target in links))
        on_no_cycle = {*ahead, *back}
        kept = [block for at, block in enumerate(blocks) if count + at in on_no_cycle]
        if len(kept) == len(blocks):
            return kept
        blocks = kept


def _group(name: str, places: list[int], layers: Sequence[Layer], edges: Sequence[Edge]) -> Group:
    inside = [layers[place] for place in places]
    names = {layer.name for layer in inside}
    within = {edge.source for edge in edges if edge.source in names and edge.target in names}
    leaving = {edge.source for edge in edges if edge.source in names and edge.target not in names} | (names - within)
    return Group(
        name=name,
        kind="block",
        class_name=_signature(inside),
        layers=tuple(layer.name for layer in inside),
        output=next(layer.name for layer in reversed(inside) if layer.name in leaving),
    )


def _free(name: str, taken: set[str]) -> str:
    """`name`, with " block" and a number where something else is called so; `taken` has it from now on."""
    free, nth = name, 1
    while free in taken:
        free = f"{name} block" if nth == 1 else f"{name} block {nth}"
        nth += 1
    taken.add(free)
    return free


def _signature(layers: Sequence[Layer]) -> str:
    """How many layers of each telling kind there are, merges last: `conv x3, add`.

    A global pool whose result is multiplied onto the maps is a gate (Hu et al. 2018, squeeze and excitation).
    """
    counts = Counter(layer.mode or "merge" if layer.kind == "merge" else layer.kind for layer in layers)
    merges = sorted({layer.mode or "merge" for layer in layers if layer.kind == "merge"})
    if counts["global_pool"] and counts["global_pool"] == counts["multiply"]:
        counts["gate"] = counts.pop("global_pool")
        del counts["multiply"]
    said = [kind for kind in (*_SALIENT, "gate", *merges) if counts[kind]]
    told = ", ".join(kind if counts[kind] == 1 else f"{kind} x{counts[kind]}" for kind in said)
    return told.replace("_", " ") or f"{len(layers)} layers"
