"""In which order embeddings are made, and from which one each begins: so that a flight through them is coherent.

Pixels come first, then the layers of the last checkpoint in the network's order, each from the one before it; from the
last checkpoint each layer goes back in time. So pixels to layer to layer, and epoch to epoch, are each a small step.
That the untrained network begins where the trained one ended does not make it look trained: the divergence of
5,000 digits is 1.853 so, and 1.855 begun at principal components, and 80 of 100 have neighbours of their class both
ways.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from exporter.bundle import Bundle
from exporter.bundle.schema import Survey
from exporter.embedding.aligned import move_onto
from exporter.embedding.landed import Landed, landed, own_images
from exporter.embedding.measures import trust
from exporter.embedding.methods import Array, Given, Method, Scalars, Task
from exporter.surveyed.origins import Origin
from exporter.surveyed.rows import Places, rows_of


@dataclass(frozen=True, eq=False)
class Link:
    """An embedding of a chain, finished.

    Attributes
    ----------
    origin : of what.
    before : from which it began, and onto which it is turned; `None` of the first.
    points : (N, D), the images, around 0.
    landed : the inputs that are among them.
    input_points : (I, D), where these land.
    options, result : how; what was measured.
    """

    origin: Origin
    before: Origin | None
    points: Array
    landed: Landed
    input_points: Array
    options: Scalars
    result: Scalars


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
        before, times = latest, [origin for origin in origins if origin.layer == layer]
        latest = times[-1]
        for origin in reversed(times):
            links.append((origin, before))
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
    made: dict[Origin, Array] = {}
    own = own_images(bundle, survey, input_ids, images)
    for origin, before in chain:
        told(len(made))
        rows = rows_of(bundle, survey, origin, images)
        among = landed(bundle, survey, origin, input_ids, rows.values.shape[1], own)
        values, unit = rows.values * np.float32(rows.unit), np.float32(rows.unit)
        onto = made.get(before) if before else None
        placed = method(Given(values, onto), task)
        move = move_onto(placed.points, onto)
        made[origin] = move.of(placed.points)
        inputs = move.of(placed.land(among.values * unit, among.own)) if among.ids else np.zeros((0, task.dimensions))
        measured = {**placed.result, **trust(values, made[origin])}
        yield Link(origin, before, made[origin], among, inputs, placed.options, measured)
    told(len(made))
