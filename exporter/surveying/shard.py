"""One shard of a survey: some images, seen by the network of one checkpoint. It depends on nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.bundling.crew import Crew
from exporter.inputs import InputError
from exporter.inputs.samples import Bad, Piece, Sample
from exporter.surveying.net import Net, fed_batch
from exporter.surveying.opened import net_at
from exporter.surveying.plan import Plan
from exporter.surveying.result import ShardResult
from exporter.surveying.tally import Tally
from exporter.surveying.thumbnails import thumbnails_of

Array = NDArray[Any]

BEST_CLASSES = 5
"""How many classes are kept of each image."""


@dataclass(frozen=True)
class _Batch:
    """A batch that has gone through the network."""

    piece: Piece
    answer: Array
    outputs: Sequence[Array]


def survey_shard(plan: Plan, number: int) -> ShardResult:
    """What is found of the shard of this number.

    Raises
    ------
    KerascopeError
        an image cannot be read (unless such are left out), or the model or its weights cannot.
    """
    place, start, stop = plan.span(number)
    answers: list[Array] = []
    pieces: list[Piece] = []
    with Crew() as crew, net_at(plan, place) as net:
        tally = Tally(plan, crew)
        for batch in _batches(plan, net, range(start, stop, plan.batch), stop):
            tally.add(batch.outputs, batch.piece.places)
            answers += [batch.answer] if batch.piece.places else []
            pieces.append(batch.piece)
            del batch  # what layers put out is large: the next is made where this was
    samples = [sample for piece in pieces for sample in piece.samples]
    true = np.array([-1 if each.true_class is None else each.true_class for each in samples], np.int64)
    _check_classes(plan, true)
    best = _best_classes(plan, answers)
    counted = true if plan.by_true else best["top_classes"][:, 0].astype(np.int64) if best else np.full(len(true), -1)
    arrays = {**tally.arrays(counted), **best, "places": np.array([p for x in pieces for p in x.places], np.int64)}
    if place == 0:
        arrays |= _of_images(plan, samples, true, [bad for piece in pieces for bad in piece.bad])
    return ShardResult(arrays)


def _batches(plan: Plan, net: Net, starts: range, stop: int) -> Iterator[_Batch]:
    """Each batch; the next one is read and decoded while this one is computed and looked at.

    The network has all cores to itself meanwhile: reductions beside it would make both wait for memory and caches.
    """

    def read(start: int) -> tuple[Piece, Array]:
        piece = plan.data.read(start, min(stop, start + plan.batch))
        return piece, fed_batch(piece.samples, net.spec, plan.data.preprocessing) if piece.samples else np.empty(0)

    with ThreadPoolExecutor(1) as ahead:
        waiting = ahead.submit(read, starts[0])
        for start in (*starts[1:], None):
            piece, fed = waiting.result()
            if start is not None:
                waiting = ahead.submit(read, start)
            yield _Batch(piece, *net.run(fed)) if piece.samples else _Batch(piece, np.empty(0), ())


def _check_classes(plan: Plan, true: NDArray[np.int64]) -> None:
    largest = int(true.max(initial=-1))
    if plan.classes is not None and largest >= plan.classes:
        raise InputError("the true classes do not fit the model", expected=f"0 to {plan.classes - 1}", got=largest)


def _best_classes(plan: Plan, answers: Sequence[Array]) -> dict[str, Array]:
    """The best classes of each image and their scores, where there are classes."""
    if plan.classes is None:
        return {}
    scores = np.concatenate([np.empty((0, plan.classes), np.float32), *answers]).astype(np.float32, copy=False)
    order = np.argsort(-scores, axis=1, kind="stable")[:, :BEST_CLASSES]
    return {"top_classes": order.astype(np.int32), "top_scores": np.take_along_axis(scores, order, axis=1)}


def _of_images(plan: Plan, samples: Sequence[Sample], true: NDArray[np.int64], bad: Sequence[Bad]) -> dict[str, Array]:
    """What does not depend on the network: names, classes and pictures."""
    names = [sample.label.encode("utf-8", "replace") for sample in samples]
    told = json.dumps([(each.name, each.reason) for each in bad]).encode()
    found: dict[str, Array] = {
        "names": np.frombuffer(b"".join(names), np.uint8),
        "name_ends": np.cumsum([len(name) for name in names], dtype=np.int64),
        "true_class": true,
        "bad": np.frombuffer(told, np.uint8),
    }
    pictures = [sample.picture for sample in samples if sample.picture is not None]
    if pictures and plan.thumbnail_px:
        found["thumbnails"] = thumbnails_of(pictures, plan.thumbnail_px)
    if pictures and plan.keeps_pictures:
        found["pictures"] = np.stack(pictures)
    return found
