"""In which order embeddings are made, and from which one each begins: so that a flight through them is coherent.

Pixels come first, then the layers of the last checkpoint in the network's order, each from the one before it; from the
last checkpoint each layer goes back in time. So pixels to layer to layer, and epoch to epoch, are each a small step.
That the untrained network begins where the trained one ended does not make it look trained: the divergence of
5,000 digits is 1.853 so, and 1.855 begun at principal components, and 80 of 100 have neighbours of their class both
ways.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from exporter.bundle import Bundle
from exporter.bundle.schema import Survey
from exporter.embedding.aligned import aligned, next_start
from exporter.embedding.landed import Landed, landed
from exporter.embedding.measures import trust
from exporter.embedding.methods import Array, Given, Method, Placed, Task
from exporter.surveyed.origins import Origin
from exporter.surveyed.rows import Places, rows_of

_ROWS_AT_ONCE = 64


@dataclass(frozen=True, eq=False)
class Link:
    """An embedding of a chain, finished.

    Attributes
    ----------
    origin : of what.
    before : from which it began, and onto which it is turned; `None` of the first.
    landed : the inputs that are among the images.
    placed : points (N + I, D), images and then inputs, around the images' mean; how; what was measured.
    """

    origin: Origin
    before: Origin | None
    landed: Landed
    placed: Placed


def chain_of(origins: Sequence[Origin]) -> tuple[tuple[Origin, Origin | None], ...]:
    """Each origin with the one that comes before it, in the order in which they are made.

    `origins` are as `origins_of` gives them: pixels, then layers in order, of each the checkpoints in time.

    >>> names = [(made.name, before and before.name) for made, before in chain_of((Origin(), Origin("a", "0"),
    ...     Origin("a", "1"), Origin("b", "0"), Origin("b", "1")))]
    >>> names
    [('pixels', None), ('a@1', 'pixels'), ('a@0', 'a@1'), ('b@1', 'a@1'), ('b@0', 'b@1')]
    """
    links: list[tuple[Origin, Origin | None]] = []
    latest: Origin | None = None
    for layer in dict.fromkeys(origin.layer for origin in origins):
        before = latest
        for origin in reversed([each for each in origins if each.layer == layer]):
            links.append((origin, before))
            latest = origin if before is latest else latest
            before = origin
    return tuple(links)


def links_of(
    bundle: Bundle,
    survey: Survey,
    chain: Sequence[tuple[Origin, Origin | None]],
    method: Method,
    task: Task,
    *,
    images: Places | None,
    input_ids: Sequence[str],
    told: Callable[[int], None],
) -> Iterator[Link]:
    """The embeddings of a chain, one after another; `told` hears how many are done."""
    made: dict[Origin, Link] = {}
    for origin, before in chain:
        told(len(made))
        rows = rows_of(bundle, survey, origin, images)
        among = landed(bundle, survey, origin, input_ids, rows.values.shape[1])
        values = np.concatenate((rows.values, among.values)) * np.float32(rows.unit)
        onto = None if before is None else made[before]
        given = Given(values, len(rows.values), _start(onto, among, values, len(rows.values)))
        placed = method(given, task)
        points = aligned(placed.points, given.images, None if onto is None else onto.placed.points)
        measured = {**placed.result, **trust(given, points)}
        made[origin] = Link(origin, before, among, replace(placed, points=points, result=measured))
        yield made[origin]
    told(len(made))


def _start(before: Link | None, among: Landed, values: NDArray[np.float32], images: int) -> Array | None:
    if before is None:
        return None
    nearest = _nearest(values[images:], values[:images])
    return next_start(before.placed.points, before.landed.ids, among.ids, nearest)


def _nearest(rows: NDArray[np.float32], images: NDArray[np.float32]) -> NDArray[np.int64]:
    """(I) int64, the image that each row is nearest to; of equally near ones the first."""
    sizes = (images.astype(np.float64) ** 2).sum(axis=1)
    blocks = (rows[start : start + _ROWS_AT_ONCE] for start in range(0, len(rows), _ROWS_AT_ONCE))
    found = [(sizes - 2 * (block @ images.T)).argmin(axis=1) for block in blocks]
    return np.concatenate(found) if found else np.zeros(0, np.int64)
