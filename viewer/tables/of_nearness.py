"""Tables of nearness: the nearest images of each image, and where attacked inputs land among the clean ones."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from exporter.bundle.errors import KerascopeError
from viewer.learned.landed import attacks_of, crossing, landings
from viewer.learned.nearness import entries_of, nearness_of
from viewer.tables.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exporter.bundle.schema import Neighbours, Run
    from viewer.learned.landed import Landing
    from viewer.tables.table import Asked, Kind, Row

    Columns = tuple[tuple[str, Kind], ...]

NEIGHBOURS: Columns = (
    ("of", "text"),
    ("layer", "text"),
    ("checkpoint", "text"),
    ("row", "int"),
    ("image", "text"),
    ("class", "int"),
    ("rank", "int"),
    ("near_row", "int"),
    ("near_image", "text"),
    ("near_class", "int"),
    ("distance", "float"),
    ("agrees", "bool"),
)
LANDED: Columns = (
    ("run", "text"),
    ("method", "text"),
    ("input", "text"),
    ("label", "text"),
    ("step", "int"),
    ("epsilon", "float"),
    ("layer", "text"),
    ("own_class", "int"),
    ("own_name", "text"),
    ("nearest_class", "int"),
    ("nearest_name", "text"),
    ("nearest_distance", "float"),
    ("own_distance", "float"),
    ("images_vote", "int"),
    ("images_vote_name", "text"),
    ("images_share", "float"),
    ("is_over", "bool"),
    ("crosses_at", "text"),
)


def neighbours_table(asked: Asked) -> Table:
    """Of each image its nearest, by features and by pixels: all entries of the survey, or those of a layer, and of a
    checkpoint where one is asked for (pixels are of none). With classes, of the images of these alone.
    """
    entries = _entries(asked)
    found = [nearness_of(asked.bundle, asked.survey, entry, asked.top) for entry in entries]

    def rows() -> Iterator[Row]:
        for near in found:
            own, classes, agrees = near.own, near.classes, near.agrees
            for row in range(len(near.images)):
                number = -1 if own is None else int(own[row])
                if not asked.wants(number):
                    continue
                head = (near.entry.id, near.entry.layer, near.entry.checkpoint, row, asked.names[row])
                known = None if number < 0 else number
                for rank, other in enumerate(near.images[row].tolist()):
                    its = -1 if classes is None else int(classes[row, rank])
                    says = bool(agrees[row, rank]) if agrees is not None and number >= 0 and its >= 0 else None
                    distance = float(near.distances[row, rank])
                    its_class = None if its < 0 else its
                    yield *head, known, rank + 1, other, asked.names[other], its_class, distance, says

    return Table(NEIGHBOURS, rows())


def _entries(asked: Asked) -> list[Neighbours]:
    every = entries_of(asked.bundle, asked.survey)
    fits = [
        each
        for each in every
        if asked.layer in (None, each.layer) and (each.layer is None or asked.checkpoint_id in (None, each.checkpoint))
    ]
    if not fits:
        what = f"no neighbours by features of {asked.layer}" if asked.layer else "no such neighbours"
        expected = f"one of {', '.join(each.id for each in every[:8])}"
        remedy = "make them with `kerascope neighbours`"
        raise KerascopeError(what, expected=expected, remedy=remedy, path=asked.bundle.path)
    return fits


def landed_table(asked: Asked) -> Table:
    """Of each attack on the network of the checkpoint, each step and layer: which class's images it lies among.

    `crosses_at` is the layer from which on another class is nearest in every later one, among the layers of the table.
    """
    asked.refuse("landed", classes=asked.class_names, top=asked.top)
    runs = attacks_of(asked.bundle, asked.made)
    return Table(LANDED, chain.from_iterable(_landed_rows(asked, run) for run in runs))


def _landed_rows(asked: Asked, run: Run) -> Iterator[Row]:
    steps: dict[str, list[Landing]] = {}
    for layer in asked.layers:
        for each in landings(asked.bundle, asked.survey, asked.made, run, layer):
            steps.setdefault(each.input_id, []).append(each)
    for input_id, places in steps.items():
        crosses = crossing(places)
        label = asked.bundle.input(input_id).label
        for at in places:
            yield (
                run.id,
                run.method,
                input_id,
                label,
                at.step,
                at.epsilon,
                at.layer,
                at.own,
                asked.label(at.own),
                at.nearest,
                asked.label(at.nearest),
                at.distance,
                at.own_distance,
                at.votes,
                None if at.votes is None else asked.label(at.votes),
                at.agree,
                at.is_over,
                crosses,
            )
