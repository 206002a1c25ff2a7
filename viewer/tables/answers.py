"""Tables of what the network said: of each image, and of each pair of classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from exporter.bundle.errors import KerascopeError
from viewer.learned.classes import confusion_in
from viewer.learned.read import answers_of, true_classes
from viewer.tables.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from viewer.tables.table import Asked, Kind, Row

    Columns = tuple[tuple[str, Kind], ...]

PREDICTIONS: Columns = (
    ("row", "int"),
    ("image", "text"),
    ("true_class", "int"),
    ("true_name", "text"),
    ("predicted", "int"),
    ("predicted_name", "text"),
    ("score", "float"),
    ("margin", "float"),
    ("is_right", "bool"),
)
CONFUSION: Columns = (
    ("true_class", "int"),
    ("true_name", "text"),
    ("predicted", "int"),
    ("predicted_name", "text"),
    ("count", "int"),
    ("share", "float"),
)
CLASSES: Columns = (
    ("class", "int"),
    ("name", "text"),
    ("images", "int"),
    ("predicted", "int"),
    ("right", "int"),
    ("recall", "float"),
    ("precision", "float"),
    ("taken_for", "int"),
    ("taken_for_name", "text"),
    ("taken_for_count", "int"),
)


def predictions_table(asked: Asked) -> Table:
    """A row for each image, in the order of the data set; with classes, of those whose true class is one of them."""
    asked.refuse("predictions", layer=asked.layer, top=asked.top)
    answers = answers_of(asked.bundle, asked.made)
    if answers is None:
        raise KerascopeError("the model tells no classes apart", expected="a classifier", path=asked.bundle.path)
    true = true_classes(asked.bundle, asked.survey)
    if asked.classes and true is None:
        raise KerascopeError("the true classes of these images are not known", path=asked.bundle.path)

    def rows() -> Iterator[Row]:
        for row, name in enumerate(asked.names):
            own = -1 if true is None else int(true[row])
            if not asked.wants(own):
                continue
            said = int(answers.predicted[row])
            known = (own, asked.label(own)) if own >= 0 else (None, None)
            numbers = float(answers.score[row]), float(answers.margin[row])
            yield row, name, *known, said, asked.label(said), *numbers, said == own if own >= 0 else None

    return Table(PREDICTIONS, rows())


def confusion_table(asked: Asked) -> Table:
    """A row for each pair of a true and a predicted class that occurs, by true class; with `top`, only the so many most
    frequent mistakes, the most frequent first. With classes, among these alone.
    """
    asked.refuse("confusion", layer=asked.layer)
    found = confusion_in(asked.bundle, asked.survey, asked.made)
    totals = dict(zip(found.classes.tolist(), found.counts.sum(axis=1).tolist(), strict=True))
    if asked.classes:
        found = found.only(np.array(asked.classes))
    if asked.top is not None:
        pairs = found.pairs()[: asked.top]
    else:
        rows, columns = np.nonzero(found.counts)
        places = zip(rows.tolist(), columns.tolist(), strict=True)
        pairs = [(int(found.classes[r]), int(found.classes[c]), int(found.counts[r, c])) for r, c in places]
    lines = (
        (true, asked.label(true), said, asked.label(said), count, count / totals[true]) for true, said, count in pairs
    )
    return Table(CONFUSION, lines)


def classes_table(asked: Asked) -> Table:
    """A row for each class: how many images, how many of them right, and what it is taken for most."""
    asked.refuse("classes", layer=asked.layer, top=asked.top)
    found = confusion_in(asked.bundle, asked.survey, asked.made)
    first: dict[int, tuple[int, int]] = {}
    for true, said, count in found.pairs():
        first.setdefault(true, (said, count))

    def rows() -> Iterator[Row]:
        rates = zip(found.recall.tolist(), found.precision.tolist(), strict=True)
        for nth, (recall, precision) in enumerate(rates):
            number = int(found.classes[nth])
            if not asked.wants(number):
                continue
            other = first.get(number)
            yield (
                number,
                asked.label(number),
                int(found.counts[nth].sum()),
                int(found.counts[:, nth].sum()),
                int(found.counts[nth, nth]),
                None if np.isnan(recall) else recall,
                None if np.isnan(precision) else precision,
                *((other[0], asked.label(other[0]), other[1]) if other else (None, None, None)),
            )

    return Table(CLASSES, rows())
