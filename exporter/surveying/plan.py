"""What a survey does, fixed before it begins: whoever does a part of it, here or elsewhere, finds the same."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace

from exporter.inputs.dataset import DataSet
from exporter.surveying.result import ShardResult

SAMPLED_VALUES = 2**20
"""How many values of a layer are kept at most for percentiles and histogram."""
_SAMPLED_LEAST, _SAMPLED_EACH = 2**16, 1024
_FORM = 1  # of what is kept of a shard: with another one, what is there is done again
_SHARD_BYTES = 16 * 2**20
_SHARD_IMAGES = (64, 512)


@dataclass(frozen=True)
class Plan:
    """A survey of a data set, cut into shards; it can be pickled and is small.

    A shard is the images from one place to another, seen by the network of one checkpoint. Neither shards nor batches
    depend on who does them, or on how many do.

    Attributes
    ----------
    model, imports, unsafe : where the model is, and what may be done to open it.
    bundle : the path of the bundle that has the weights of the checkpoints; `None`: they are the model's own.
    passes : the ids of the checkpoints.
    data : the images.
    layers, channels, axes : whose outputs are looked at, how many channels these have, and how many axes beside them.
    features : those of them of which the mean of each channel is kept for every image.
    classes : how many the first output tells apart; `None`: it does not.
    by_true : images count for their true class, else for the predicted one.
    top : how many images are kept that excite a channel most.
    thumbnail_px : the longest side of thumbnails; 0: none.
    shows_pictures : the images can be shown.
    keeps_pictures : all of them are kept as the model sees them.
    batch, shard : how many images go through the model at once, and how many a shard has.
    digest : what tells this plan from others. It holds for the weights and the images too.
    """

    model: str
    imports: tuple[str, ...]
    unsafe: bool
    bundle: str | None
    passes: tuple[str, ...]
    data: DataSet
    layers: tuple[str, ...]
    channels: tuple[int, ...]
    axes: tuple[int, ...]
    features: tuple[str, ...]
    classes: int | None
    by_true: bool
    top: int
    thumbnail_px: int
    shows_pictures: bool
    keeps_pictures: bool
    batch: int
    shard: int
    digest: str = ""

    @property
    def pieces(self) -> int:
        """How many shards there are of each pass."""
        return -(-self.data.count // self.shard)

    @property
    def numbers(self) -> range:
        """The numbers of all shards, pass by pass."""
        return range(len(self.passes) * self.pieces)

    def of_pass(self, place: int) -> range:
        """The numbers of the shards of a pass, in the order of their images."""
        return range(place * self.pieces, (place + 1) * self.pieces)

    def span(self, number: int) -> tuple[int, int, int]:
        """Which pass a shard is of, its first place in the data set, and the one after its last.

        Raises
        ------
        IndexError
            there is no such shard.
        """
        if number not in self.numbers:
            raise IndexError(number)
        place, piece = divmod(number, self.pieces)
        return place, piece * self.shard, min(self.data.count, (piece + 1) * self.shard)

    def most_values(self, layer: int) -> int:
        """How many values of a layer percentiles and histogram may be of: 1,024 a channel, within bounds."""
        return min(SAMPLED_VALUES, max(_SAMPLED_LEAST, _SAMPLED_EACH * self.channels[layer]))

    def with_digest(self, ground: str) -> Plan:
        """The same with its digest, `ground` being that of the graph and of the weights of all passes.

        Where files lie, and whether bad images are left out or stop the survey, changes nothing about what is found.
        """
        apart = ("model", "imports", "unsafe", "bundle", "data", "digest")
        told = [str(_FORM), *(repr(getattr(self, each.name)) for each in fields(self) if each.name not in apart)]
        told += [self.data.signature, repr(self.data.count), repr(self.data.preprocessing), ground]
        return replace(self, digest=hashlib.sha256("\n".join(told).encode()).hexdigest())


Runner = Callable[[Plan, Sequence[int]], Iterator[tuple[int, ShardResult]]]
"""Does the shards of these numbers and hands out each when it is done, in any order."""


def shard_images(batch: int, sample_bytes: int) -> int:
    """How many images a shard has: a multiple of the batch; fewer where each is large.

    >>> shard_images(256, 784), shard_images(16, 227 * 227 * 3), shard_images(1, 10**8)
    (512, 96, 64)
    """
    least, most = _SHARD_IMAGES
    images = max(least, min(most, _SHARD_BYTES // max(1, sample_bytes)))
    return max(1, images // batch) * batch
