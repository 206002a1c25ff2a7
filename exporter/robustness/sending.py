"""What was made on one model, as another one reads it: as the picture that would be sent, or as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from exporter.attacks.contract import Pixels
from exporter.bundle.errors import KerascopeError
from exporter.inputs import Sample, picture_from_fed
from exporter.inputs.pictures import fit_picture
from exporter.robustness.subjects import Subject


@dataclass(frozen=True)
class Sent:
    """An input on its way between models: 8 bits a channel where it is a picture (H, W, C), else what the first is fed.

    `place` says which of the inputs it began as.
    """

    place: int
    values: NDArray[np.uint8] | NDArray[np.float32]


def sent_clean(source: Subject, place: int) -> Sent:
    """A clean input, in the size in which the source sees it."""
    picture = source.samples[place].picture
    return Sent(place, source.fed([place])[0] if picture is None else picture)


def sent(source: Subject, place: int, pixels: Pixels) -> Sent:
    """An input that was changed on the source: pixels of 0 to 1 as the source sees them."""
    picture, fed = source.samples[place].picture, source.victim.fed(pixels)
    return Sent(place, fed if picture is None else picture_from_fed(fed, picture, source.preprocessing))


def received_sample(judge: Subject, each: Sent) -> Sample:
    """What was sent, as a sample for this model: pictures are brought to its size and channels, as files would be."""
    own = judge.samples[each.place]
    if own.picture is None:
        return Sample(own.label, (each.values,), None, own.true_class)
    height, width, channels = own.picture.shape
    picture = fit_picture(np.asarray(each.values, np.uint8), channels, (width, height))
    return Sample(own.label, (picture,), picture, own.true_class)


def received(judge: Subject, several: Sequence[Sent]) -> Pixels:
    """What was sent, as pixels of 0 to 1 of this model (n, ...).

    Plain values that leave its range, as noise on the border of another model's may, are put back into it.
    """
    fed = judge.fed_samples([received_sample(judge, each) for each in several])
    if judge.samples[several[0].place].picture is None:
        low, high = judge.victim.low, judge.victim.high
        fed = np.clip(fed, low, high)
    return judge.victim.pixels(fed)


def check_can_be_sent(source: Subject, judges: Sequence[Subject]) -> None:
    """See that what is made on the source can be shown to the others.

    Raises
    ------
    KerascopeError
        inputs that are no pictures, of different shapes.
    """
    for judge in judges:
        if judge.has_pictures != source.has_pictures:
            expected, got = f"pictures for both {source.name} and {judge.name}", f"plain values for {judge.name}"
            raise KerascopeError("what is made on one model cannot be shown to the other", expected=expected, got=got)
        here, there = source.fed([0]).shape[1:], judge.fed([0]).shape[1:]
        if not source.has_pictures and here != there:
            expected, got = f"inputs of shape {here}, as {source.name} takes", f"{there} for {judge.name}"
            raise KerascopeError("values cannot be shown to a model of another shape", expected=expected, got=got)


def predicted(judge: Subject, several: Sequence[Sent]) -> NDArray[np.int64]:
    """The classes (n,) that this model sees in what was sent; batches are filled up, so that all have one shape."""
    seen = []
    for start in range(0, len(several), judge.batch):
        batch = list(several[start : start + judge.batch])
        filled = batch + batch[-1:] * (judge.batch - len(batch))
        seen.append(judge.judged(received(judge, filled), len(batch)))
    return np.concatenate(seen)
