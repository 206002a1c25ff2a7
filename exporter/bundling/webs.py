"""The web that is bundled of a network: its strongest edges, and how much of all that there is they carry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from exporter.bundling.net import Link, UnitNet
from exporter.bundling.parameters import Parameters
from exporter.bundling.web import Web

Floats = NDArray[np.float32]
MOST_EDGES = 200_000
"""So many edges are kept unless another number is asked for: all of 784-81-49-10, and a picture can show no more."""
_BLOCK_CELLS = 2**21
_TIE = 1e-6
"""Of edges of equal importance the stronger one comes first: so much of its strength is added."""


class Woven(NamedTuple):
    """A web, and what it was taken from.

    Attributes
    ----------
    web : its edges are the most important ones. In their order the most important edge of all takes turns with that
        of one pair of layers after the other, so that the first n edges are a picture of the whole for any n.
    weights : (E,) float32, the weight of each.
    possible : how many edges there are in all, of those whose weight is not 0.
    share : 0 to 1, how much of the strength of all edges those of the web have together.
    """

    web: Web
    weights: Floats
    possible: int
    share: float


@dataclass(frozen=True)
class _Found:
    """Edges with their importance: which link, where in its flat matrix, and strength."""

    key: NDArray[np.float64]
    link: NDArray[np.int32]
    at: NDArray[np.int64]
    strength: Floats

    def taken(self, at: NDArray[np.int64]) -> _Found:
        """Those at these places."""
        return _Found(self.key[at], self.link[at], self.at[at], self.strength[at])

    def best(self, count: int) -> _Found:
        """The `count` most important ones, in the order in which they stand; of equal ones the first."""
        if len(self.key) <= count:
            return self
        least = np.partition(self.key, -count)[-count] if count else np.inf
        above, equal = np.flatnonzero(self.key > least), np.flatnonzero(self.key == least)
        return self.taken(np.sort(np.concatenate([above, equal[: count - len(above)]])))

    @property
    def code(self) -> NDArray[np.int64]:
        """A number for each, ascending with link and place."""
        return self.link.astype(np.int64) * 2**40 + self.at

    def by_place(self) -> _Found:
        """All, by link and place."""
        return self.taken(np.argsort(self.code))

    def ordered(self) -> _Found:
        """All, in turns: the most important one of all, then the most important one of the link whose turn it is, ...

        So any first part has half of its edges by importance alone, and the other half evenly from all links.
        """
        by_key = np.argsort(-self.key, kind="stable")
        by_link = by_key[np.argsort(self.link[by_key], kind="stable")]
        links = self.link[by_link]
        own_rank = np.empty(len(by_key), np.int64)
        own_rank[by_link] = np.arange(len(links)) - np.searchsorted(links, links)
        in_turns = np.lexsort((self.link, own_rank))
        turn = np.empty(len(by_key), np.int64)
        turn[by_key] = 2 * np.arange(len(by_key))
        turn[in_turns] = np.minimum(turn[in_turns], 2 * np.arange(len(by_key)) + 1)
        return self.taken(np.argsort(turn))


_NOTHING = _Found(np.zeros(0), np.zeros(0, np.int32), np.zeros(0, np.int64), np.zeros(0, np.float32))


def web_of(
    net: UnitNet, importance: Sequence[Floats], parameters: Parameters, most_edges: int | None = MOST_EDGES
) -> Woven:
    """The most important edges of a network as a web.

    The strength of an edge is the size of its weight beside the largest between the two layers, as in nn_vis. How
    important it is goes by `parameters.edge_importance_type`: the strength times 0: the mean of what its two ends
    matter, 1: what its start matters, 2: the product of both, 3: what its end matters; a unit matters as much as the
    mean of its importance over the classes. `parameters.prune_percentage` of the edges, the least important, are left
    out. Memory does not grow with the network beyond its weights.

    Where that is more than `most_edges`, half of those are shared out evenly, so that every pair of layers keeps its
    most important ones: by importance alone, wide layers would leave others without any.

    Parameters
    ----------
    importance : of each layer, (U_l, C) float32 in 0..1.
    most_edges : no more than so many are kept; `None`: all.
    """
    means = [np.asarray(layer, np.float64).mean(axis=1) if layer.size else np.zeros(len(layer)) for layer in importance]
    most = np.iinfo(np.int64).max if most_edges is None else most_edges
    quota = most // (2 * max(len(net.links), 1))
    found, sure, least = _NOTHING, _NOTHING, -1.0
    possible, total = 0, 0.0
    for number, link in enumerate(net.links):
        own = _NOTHING
        for block in _blocks(link, number, means, parameters.edge_importance_type):
            possible, total = possible + len(block.key), total + float(block.strength.sum(dtype=np.float64))
            own = _joined(own, block.best(quota)).best(quota)
            found = _joined(found, block.taken(np.flatnonzero(block.key > least)))
            if len(found.key) > 2 * most:
                found = found.best(most)
                least = found.key.min(initial=np.inf)
        sure = _joined(sure, own)
    wanted = round(possible * (1 - parameters.prune_percentage))
    kept = (found.best(wanted) if wanted <= most else _with_some_of_each(found, sure, most)).ordered()
    share = float(kept.strength.sum(dtype=np.float64)) / total if total else 1.0
    return Woven(_web(net, importance, kept), _weights(net, kept), possible, share)


def _with_some_of_each(found: _Found, sure: _Found, most: int) -> _Found:
    """`most` edges: all of `sure`, and the most important of the others."""
    others = found.taken(np.flatnonzero(~np.isin(found.code, sure.code)))
    return _joined(sure, others.best(most - len(sure.key))).by_place()


def _blocks(link: Link, number: int, means: Sequence[NDArray[np.float64]], kind: int) -> Iterator[_Found]:
    """All edges of a link, some rows at a time."""
    rows = max(_BLOCK_CELLS // max(link.weights.shape[1], 1), 1)
    parts = range(0, len(link.weights), rows)
    largest = max((float(np.abs(link.weights[first : first + rows]).max(initial=0)) for first in parts), default=0.0)
    for first in parts if largest > 0 else ():
        size = np.abs(link.weights[first : first + rows]).astype(np.float64) / largest
        factor = _factor(means[link.source][first : first + rows, None], means[link.target], kind)
        at = np.flatnonzero(size)
        strength = size.reshape(-1)[at]
        key = np.broadcast_to(factor, size.shape).reshape(-1)[at] * strength + _TIE * strength
        place = at + first * link.weights.shape[1]
        yield _Found(key, np.full(len(at), number, np.int32), place, strength.astype(np.float32))


def _factor(start: NDArray[np.float64], end: NDArray[np.float64], kind: int) -> NDArray[np.float64]:
    """What the ends of the edges add to their importance, in the four ways of nn_vis."""
    return ((start + end) / 2, start + 0 * end, start * end, end + 0 * start)[kind]


def _joined(found: _Found, more: _Found) -> _Found:
    """The edges of both, one after the other."""
    return _Found(
        np.concatenate([found.key, more.key]),
        np.concatenate([found.link, more.link]),
        np.concatenate([found.at, more.at]),
        np.concatenate([found.strength, more.strength]),
    )


def _web(net: UnitNet, importance: Sequence[Floats], kept: _Found) -> Web:
    sizes = tuple(layer.units for layer in net.layers)
    firsts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    starts = np.array([firsts[link.source] for link in net.links], np.int64)
    ends = np.array([firsts[link.target] for link in net.links], np.int64)
    widths = np.array([link.weights.shape[1] for link in net.links], np.int64)
    row, column = np.divmod(kept.at, widths[kept.link]) if len(kept.at) else (kept.at, kept.at)
    pairs = (starts[kept.link] + row, ends[kept.link] + column) if len(kept.at) else (row, column)
    return Web(
        sizes=sizes,
        planes=tuple(layer.plane for layer in net.layers),
        importance=np.concatenate([np.asarray(layer, np.float32) for layer in importance]),
        edges=np.stack(pairs, axis=1).astype(np.int32),
        strength=kept.strength,
    )


def _weights(net: UnitNet, kept: _Found) -> Floats:
    """The weight of each kept edge."""
    weights = np.zeros(len(kept.at), np.float32)
    for number, link in enumerate(net.links):
        at = np.flatnonzero(kept.link == number)
        weights[at] = link.weights.reshape(-1)[kept.at[at]]
    return weights
