"""Which groups of layers are drawn as one plate, and what opening or folding one makes of that. Pure."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from exporter.bundle.errors import KerascopeError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from exporter.bundle.schema import Group, Manifest

Fold = str | tuple[str, ...]

READABLE_PLATES = 64
FEWEST_PLATES = 5


def folded_groups(manifest: Manifest, fold: Fold) -> tuple[Group, ...]:
    """The groups that are one plate each, none inside another, in the manifest's order.

    Parameters
    ----------
    fold : `none`; `all`: the outermost groups; names of groups; or `auto`: models inside the model and layers made of
        layers, and blocks where more than 64 plates would be left, the smallest that bring it below. Where less than 5
        plates would be left, the outermost groups are open.

    A group of one layer is only folded by name.

    Raises
    ------
    KerascopeError
        A name that is not that of a group.
    """
    groups = manifest.groups
    if fold == "none":
        return ()
    if fold == "all":
        return _outermost(_worth_folding(groups))
    if fold == "auto":
        return _automatic(manifest)
    return _outermost([_one(groups, name) for name in ((fold,) if isinstance(fold, str) else fold)])


def opened(groups: Sequence[Group], folded: Iterable[str], name: str) -> tuple[str, ...]:
    """The names of the folded groups after the group `name` was opened: the groups right inside it are folded now."""
    inner = _outermost([group for group in groups if group.name != name and _is_inside(group, _one(groups, name))])
    return _sorted(groups, (set(folded) - {name}) | {group.name for group in inner})


def refolded(groups: Sequence[Group], folded: Iterable[str], name: str) -> tuple[str, ...]:
    """The names of the folded groups after the group `name` was folded; those inside it vanish in it."""
    outer = _one(groups, name)
    kept = {one for one in folded if not _is_inside(_one(groups, one), outer)}
    return _sorted(groups, kept | {name})


def around(groups: Sequence[Group], layer: str) -> tuple[Group, ...]:
    """The groups that hold `layer`, the smallest first."""
    return tuple(sorted((group for group in groups if layer in group.layers), key=lambda group: len(group.layers)))


def _automatic(manifest: Manifest) -> tuple[Group, ...]:
    composite = [group for group in _worth_folding(manifest.groups) if group.kind != "block"]
    chosen: set[Group] = set(_outermost(composite))
    count = len(manifest.layers)
    while chosen and _left(count, chosen) < FEWEST_PLATES:
        inner = [group for group in composite if group not in chosen]
        composite, chosen = inner, set(_outermost(inner))
    hidden = frozenset(name for group in chosen for name in group.layers)
    blocks = [
        group for group in _worth_folding(manifest.groups) if group.kind == "block" and group.layers[0] not in hidden
    ]
    if _left(count, chosen) > READABLE_PLATES and blocks:
        chosen |= set(_enough_blocks(blocks, count, chosen))
    order = {group.name: at for at, group in enumerate(manifest.groups)}
    return tuple(sorted(chosen, key=lambda group: order[group.name]))


def _worth_folding(groups: Sequence[Group]) -> list[Group]:
    return [group for group in groups if len(group.layers) > 1]


def _enough_blocks(blocks: Sequence[Group], count: int, chosen: set[Group]) -> tuple[Group, ...]:
    """The smallest blocks that leave a readable number of plates, or else the largest ones.

    Blocks in blocks are let in from the inside outwards.
    """
    best = _innermost(blocks)
    while _left(count, chosen | set(best)) > READABLE_PLATES:
        wider = [block for block in blocks if block not in best and not any(_is_inside(block, one) for one in best)]
        if not wider:
            break
        least = _innermost(wider)
        best = _outermost([*best, *least])
    return best


def _left(count: int, chosen: Iterable[Group]) -> int:
    return count - sum(len(group.layers) - 1 for group in chosen)


def _is_inside(group: Group, outer: Group) -> bool:
    return len(group.layers) <= len(outer.layers) and set(group.layers) <= set(outer.layers)


def _outermost(groups: Sequence[Group]) -> tuple[Group, ...]:
    """Those of `groups` that lie in no other of them; of two that hold the same layers, the first."""
    taken: set[str] = set()
    chosen = []
    for group in sorted(groups, key=lambda group: -len(group.layers)):
        if group.layers[0] not in taken:
            chosen.append(group)
            taken.update(group.layers)
    order = {group.name: at for at, group in enumerate(groups)}
    return tuple(sorted(chosen, key=lambda group: order[group.name]))


def _innermost(groups: Sequence[Group]) -> tuple[Group, ...]:
    """Those of `groups` that hold no other of them."""
    held: set[str] = set()
    chosen = []
    for group in sorted(groups, key=lambda group: len(group.layers)):
        if not held.intersection(group.layers):
            chosen.append(group)
            held.update(group.layers)
    return tuple(chosen)


def _one(groups: Sequence[Group], name: str) -> Group:
    for group in groups:
        if group.name == name:
            return group
    near = difflib.get_close_matches(name, [group.name for group in groups], n=1)
    remedy = f"did you mean {near[0]!r}?" if near else "auto, all, none or names that `kerascope inspect` prints"
    raise KerascopeError("no such group to fold", got=repr(name), remedy=remedy)


def _sorted(groups: Sequence[Group], names: set[str]) -> tuple[str, ...]:
    return tuple(group.name for group in groups if group.name in names)
