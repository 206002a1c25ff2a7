"""Tables of channels: what stands out for a class, what tells two apart, statistics, and the strongest patches."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from exporter.bundle.errors import KerascopeError
from exporter.bundle.statistics import PERCENTILES
from viewer.learned.apart import apart_in
from viewer.learned.classes import outstanding, strongest_first
from viewer.learned.patches import patch_of
from viewer.tables.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exporter.bundle.schema import SurveyLayer
    from viewer.learned.classes import Outstanding
    from viewer.learned.patches import Patch
    from viewer.tables.table import Asked, Kind, Row

    Columns = tuple[tuple[str, Kind], ...]

CHANNELS_TOP = 10
CHANNELS: Columns = (
    ("class", "int"),
    ("name", "text"),
    ("counted_by", "text"),
    ("layer", "text"),
    ("rank", "int"),
    ("rank_over_all", "int"),
    ("channel", "int"),
    ("d_prime", "float"),
    ("class_mean", "float"),
    ("class_std", "float"),
    ("others_mean", "float"),
    ("others_std", "float"),
    ("images", "int"),
)
APART: Columns = (
    ("layer", "text"),
    ("counted_by", "text"),
    ("rank", "int"),
    ("channel", "int"),
    ("d_prime", "float"),
    ("auc", "float"),
    ("first_mean", "float"),
    ("first_std", "float"),
    ("second_mean", "float"),
    ("second_std", "float"),
)
NUMBERS = ("min", "max", "mean", "std", "zero_fraction")
STATISTICS: Columns = (
    ("layer", "text"),
    ("channel", "int"),
    *((name, "float") for name in NUMBERS),
    *((f"p{percentile}", "float") for percentile in PERCENTILES),
    ("nan_count", "int"),
)
PATCHES: Columns = (
    ("layer", "text"),
    ("channel", "int"),
    ("rank", "int"),
    ("value", "float"),
    ("row", "int"),
    ("image", "text"),
    ("class", "int"),
    ("name", "text"),
    *((f"out_{axis}", "int") for axis in ("row", "column")),
    *((f"{side}_{end}", "int") for side in ("row", "column") for end in ("start", "stop")),
)


def channels_table(asked: Asked) -> Table:
    """Of each class and layer the channels that stand out most for it (d' against all other images), ten by default;
    `rank_over_all` is among the channels of all layers that are asked for, `counted_by` whether images count for their
    true class or for the predicted one.
    """
    found = {layer.layer: outstanding(asked.bundle, asked.made, layer) for layer in asked.layers}
    top = CHANNELS_TOP if asked.top is None else asked.top

    def rows() -> Iterator[Row]:
        for nth, number in enumerate(asked.made.classes):
            if asked.wants(number):
                yield from _outstanding_rows(asked, found, nth, number, top)

    return Table(CHANNELS, rows())


def _outstanding_rows(asked: Asked, found: dict[str, Outstanding], nth: int, number: int, top: int) -> Iterator[Row]:
    every = np.concatenate([of.difference[nth] for of in found.values()])
    ranks = np.empty(len(every), np.int64)
    ranks[strongest_first(every)] = np.arange(1, len(every) + 1)
    first = 0
    for name, of in found.items():
        for rank, channel in enumerate(of.strongest(nth)[:top].tolist(), 1):
            numbers = (of.difference, of.mean, of.std, of.others_mean, of.others_std)
            values = (float(each[nth, channel]) for each in numbers)
            head = number, asked.label(number), asked.made.classes_by, name
            yield *head, rank, int(ranks[first + channel]), channel, *values, int(of.images[nth])
        first += of.difference.shape[1]


def apart_table(asked: Asked) -> Table:
    """Of each layer the channels that tell two classes apart, the furthest apart first; all by default."""
    if len(asked.class_names) != 2:
        remedy = "name them: --classes cat dog"
        got = f"{len(asked.class_names)} of them"
        raise KerascopeError("two classes are told apart", expected="two classes", got=got, remedy=remedy)
    (one, other) = asked.classes if len(asked.classes) == 2 else asked.classes * 2

    def rows_of(layer: SurveyLayer) -> Iterator[Row]:
        found = apart_in(asked.bundle, asked.survey, asked.made, layer, one, other)
        for rank, channel in enumerate(found.strongest()[: asked.top].tolist(), 1):
            auc = None if found.auc is None else float(found.auc[channel])
            moments = (float(of[nth, channel]) for nth in (0, 1) for of in (found.mean, found.std))
            yield found.layer, asked.made.classes_by, rank, channel, float(found.d_prime[channel]), auc, *moments

    for layer in asked.layers[:1]:  # what cannot be told is said before a file is begun
        next(rows_of(layer), None)
    return Table(APART, chain.from_iterable(map(rows_of, asked.layers)))


def statistics_table(asked: Asked) -> Table:
    """A row for each channel of each layer: its values over all images."""
    asked.refuse("statistics", classes=asked.class_names, top=asked.top)

    def rows_of(layer: SurveyLayer) -> Iterator[Row]:
        load = asked.bundle.load
        names = [*NUMBERS, "percentiles", "nan_count"]
        numbers = {name: load(layer.tensors[name]).tolist() for name in names}
        for channel in range(len(numbers["mean"])):
            own = (numbers[name][channel] for name in NUMBERS)
            yield layer.layer, channel, *own, *numbers["percentiles"][channel], numbers["nan_count"][channel]

    return Table(STATISTICS, chain.from_iterable(map(rows_of, asked.layers)))


def patches_table(asked: Asked) -> Table:
    """Of each channel the images that excite it most: where, how much, and which part of the picture is seen there.

    The box is in pixels of the picture that the network sees, from `start` to before `stop`, within its borders. Ranks
    begin at 1.
    """
    asked.refuse("patches", classes=asked.class_names)
    kept = max((layer.tensors["top_images"].shape[1] for layer in asked.layers), default=0)
    if asked.top is not None and asked.top > kept:
        remedy = "survey again with a larger --top"
        what, path = "so many patches of a channel were not kept", asked.bundle.path
        raise KerascopeError(what, expected=f"at most {kept}", got=asked.top, remedy=remedy, path=path)
    at = asked.made.checkpoint

    def rows_of(layer: SurveyLayer) -> Iterator[Row]:
        images = asked.bundle.load(layer.tensors["top_images"])[:, : asked.top]
        for channel, rank in np.ndindex(*images.shape):
            if images[channel, rank] >= 0:
                yield _patch_row(asked, patch_of(asked.bundle, asked.survey, layer.layer, channel, rank, at))

    return Table(PATCHES, chain.from_iterable(map(rows_of, asked.layers)))


def _patch_row(asked: Asked, patch: Patch) -> Row:
    known = (None, None) if patch.true_class is None else (patch.true_class, asked.label(patch.true_class))
    at = (*patch.place, None, None)[:2]
    box = patch.start[0], patch.stop[0], patch.start[1], patch.stop[1]
    return patch.layer, patch.channel, patch.rank + 1, patch.value, patch.image, patch.name, *known, *at, *box
