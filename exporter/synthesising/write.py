"""Images made by optimisation, run through the model and written into a bundle."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec import structs

from exporter.bundle.free_names import free_input_ids, free_run_ids
from exporter.bundle.schema import Capture, Derived, Input, Manifest, Run, TensorRef
from exporter.capture import LayerOutputs
from exporter.capture.statistics import PassingStatistics
from exporter.synthesising.entries import Origin, input_entry, run_entry
from exporter.synthesising.ground import Ground
from exporter.synthesising.home import FILE, Home
from exporter.synthesising.making import Made, Work
from exporter.writing import Capturing, Shown, passing_statistics, write_captures, write_statistics

Ended = Callable[[Run, Made], None]
"""Is told how a run ended, when all of it has been written."""


@dataclass(frozen=True)
class Writing:
    """How images are written.

    Attributes
    ----------
    name : what a person calls an image that was made.
    is_whole : whether captures hold the outputs of all layers.
    count : how many images there will be.
    """

    home: Home
    ground: Ground
    work: Work
    origin: Origin
    name: Callable[[Made], str]
    is_whole: bool
    count: int


@dataclass
class Written:
    """The entries of what has been written so far."""

    inputs: list[Input] = field(default_factory=list)
    captures: list[Capture] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    derived: list[Derived] = field(default_factory=list)

    def onto(self, manifest: Manifest) -> Manifest:
        """The manifest with all of it."""
        return structs.replace(
            manifest,
            inputs=(*manifest.inputs, *self.inputs),
            captures=(*manifest.captures, *self.captures),
            runs=(*manifest.runs, *self.runs),
            derived=(*manifest.derived, *self.derived),
        )


def write_images(writing: Writing, images: Iterable[Made], ended: Ended) -> Manifest:
    """The manifest of the bundle with a run for each image, whose files have been written as each was there.

    Where a bundle has no statistics yet, they are of these images.
    """
    home, passing = writing.home, _passing(writing)
    kept = home.kept_of(writing.ground, is_whole=writing.is_whole)
    capturing = Capturing(home.checkpoint, kept, home.dtype, FILE, passing)
    written, begun = Written(), _Begun(writing, images)
    pairs: list[tuple[Capture, TensorRef | None]] = []
    for pair in write_captures(home.writer, LayerOutputs(writing.ground.model), begun.shown(), capturing):
        pairs.append(pair)
        if len(pairs) == begun.moments:
            run_id, made = begun.images.popleft()
            _note(written, writing, run_id, made, pairs)
            ended(written.runs[-1], made)
            pairs = []
    if passing:
        ids = [each.id for each in written.inputs]
        written.derived += write_statistics(home.writer, home.checkpoint, passing, ids)
    return written.onto(home.manifest)


def _passing(writing: Writing) -> Mapping[str, PassingStatistics]:
    """What takes in the outputs of layers, where a bundle would have no statistics otherwise."""
    home = writing.home
    if home.manifest.inputs or home.manifest.derived or not writing.is_whole:
        return {}
    names = [layer.name for layer in home.manifest.layers if layer.outputs and layer.name in home.kept]
    return passing_statistics(names, len(writing.work.wanted))


class _Begun:
    """Images on their way through the model, which takes several at a time.

    Attributes
    ----------
    images : those that have been begun, with the ids of their runs, the oldest first.
    """

    def __init__(self, writing: Writing, images: Iterable[Made]) -> None:
        self.images: deque[tuple[str, Made]] = deque()
        manifest, most = writing.home.manifest, writing.count * (len(writing.work.wanted) + 1)
        self._run_ids = free_run_ids(manifest, writing.work.method.name, writing.count)
        self._ids = iter(free_input_ids(manifest, most))
        self._made, self._ground = images, writing.ground

    @property
    def moments(self) -> int:
        """How many moments the oldest has."""
        return len(self.images[0][1].moments)

    def shown(self) -> Iterator[Shown]:
        """What the model is fed: every moment of every image."""
        for run_id, made in zip(self._run_ids, self._made, strict=True):
            self.images.append((run_id, made))
            for moment in made.moments:
                fed = self._ground.fed(moment.levels)
                yield Shown(next(self._ids), (fed,), self._ground.picture(fed))


def _note(
    written: Written, writing: Writing, run_id: str, made: Made, pairs: Sequence[tuple[Capture, TensorRef | None]]
) -> None:
    """Add the entries of an image and its captures."""
    name, parent = writing.name(made), writing.origin.parent
    for moment, (capture, image) in zip(made.moments, pairs, strict=True):
        written.inputs.append(input_entry(capture.input, run_id, name, moment.number, parent, image))
        written.captures.append(capture)
    ids = [capture.input for capture, _ in pairs]
    written.runs.append(run_entry(run_id, made, writing.work, writing.origin, ids, pairs[-1][0]))
