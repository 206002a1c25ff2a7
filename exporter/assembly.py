"""The parts of a new bundle's manifest, each written as it is made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from itertools import count
from typing import TypeVar

from exporter.backend import keras, tf
from exporter.bundle import BundleWriter
from exporter.bundle.schema import (
    FORMAT_NAME,
    FORMAT_VERSION,
    Capture,
    Checkpoint,
    Derived,
    Input,
    Layer,
    Manifest,
    Model,
    Producer,
    TensorRef,
)
from exporter.capture import LayerOutputs, Moment, graph_of, weights_as
from exporter.capture.takes import input_specs
from exporter.inputs import InputSet
from exporter.writing import (
    Progress,
    Warn,
    number,
    shown_samples,
    write_captures,
    write_checkpoint,
    write_statistics,
)

Item = TypeVar("Item")

EARLIER_BYTES = 512 * 2**20
"""How much the captures of all checkpoints before the final one may take together."""


@dataclass(frozen=True)
class Parts:
    """What has been written of a bundle so far."""

    checkpoints: tuple[Checkpoint, ...] = ()
    captures: tuple[Capture, ...] = ()
    derived: tuple[Derived, ...] = ()
    pictures: dict[str, TensorRef] = field(default_factory=dict)


@dataclass(frozen=True)
class Export:
    """One export: what is run, on what, and how it is stored."""

    model: keras.Model
    inputs: InputSet
    class_names: tuple[str, ...]
    dtype: str
    progress: Progress
    warn: Warn

    @property
    def ids(self) -> list[str]:
        """The ids of the inputs."""
        return [number(place) for place in range(len(self.inputs.samples))]


def producer() -> Producer:
    """What writes: this program, and the Keras it runs on."""
    try:
        own = version("kerascope")
    except PackageNotFoundError:  # run from a folder that was never installed
        own = "unknown"
    return Producer(name="kerascope", version=own, keras=keras.__version__, backend=f"tensorflow {tf.__version__}")


def described(export: Export) -> Model:
    """The entry of the model as a whole."""
    model = export.model
    graph = graph_of(model)
    return Model(
        name=model.name,
        class_name=type(model).__name__,
        inputs=graph.inputs,
        outputs=graph.outputs,
        parameters=int(model.count_params()),
        class_names=export.class_names,
    )


def write_parts(
    writer: BundleWriter, export: Export, moments: Iterable[Moment], *, first: int, earlier: int
) -> Manifest:
    """The manifest of an export all of whose files have been written (see `write_moments`)."""
    graph = graph_of(export.model)
    for note in graph.notes:
        export.warn(note)
    parts = write_moments(writer, export, moments, first=first, earlier=earlier)
    return Manifest(
        format=FORMAT_NAME,
        version=FORMAT_VERSION,
        producer=producer(),
        model=described(export),
        layers=graph.layers,
        edges=graph.edges,
        groups=graph.groups,
        checkpoints=parts.checkpoints,
        preprocessing=export.inputs.preprocessing,
        inputs=clean_inputs(export, parts),
        captures=parts.captures,
        derived=parts.derived,
    )


def clean_inputs(export: Export, parts: Parts) -> tuple[Input, ...]:
    """The entries of the clean inputs."""
    return tuple(
        Input(id=id_, label=sample.label, image=parts.pictures.get(id_), true_class=sample.true_class)
        for id_, sample in zip(export.ids, export.inputs.samples, strict=True)
    )


def write_moments(
    writer: BundleWriter, export: Export, moments: Iterable[Moment], *, first: int, earlier: int
) -> Parts:
    """Weights, captures and statistics of every moment, written.

    Parameters
    ----------
    first : the number of the first checkpoint.
    earlier : how many moments come before the final one. At the final one every input is captured; at these so many of
        the first inputs that all of it stays below `EARLIER_BYTES`, but at least one.
    """
    outputs = LayerOutputs(export.model)
    layers = graph_of(export.model).layers
    few = max(1, EARLIER_BYTES // max(1, earlier * outputs.bytes_per_sample))
    parts = Parts()
    for nth, (moment, is_final) in zip(count(first), _with_last(moments), strict=False):
        export.progress("checkpoint", nth - first, earlier + 1)
        limit = len(export.ids) if is_final else few
        with weights_as(export.model, moment.weights()):
            parts = _write_moment(writer, export, outputs, layers, parts, number(nth), moment, limit, is_final)
    export.progress("checkpoint", earlier + 1, earlier + 1)
    return parts


def _write_moment(
    writer: BundleWriter,
    export: Export,
    outputs: LayerOutputs,
    layers: Sequence[Layer],
    parts: Parts,
    checkpoint: str,
    moment: Moment,
    limit: int,
    is_final: bool,
) -> Parts:
    entry = write_checkpoint(writer, checkpoint, moment, export.dtype, export.warn)
    samples = export.inputs.samples[:limit]
    if not is_final:  # the picture lies beside what the final checkpoint made of it
        samples = tuple(replace(sample, picture=None) for sample in samples)
    shown = shown_samples(export.ids[:limit], samples, input_specs(export.model), export.inputs.preprocessing)
    made = list(
        write_captures(
            writer,
            outputs,
            shown,
            checkpoint,
            file=lambda id_: f"inputs/{id_}.npz" if is_final else f"inputs/{id_}-{checkpoint}.npz",
            dtype=export.dtype,
        )
    )
    captures = [capture for capture, _ in made]
    derived = write_statistics(writer, checkpoint, layers, captures)
    pictures = {capture.input: picture for capture, picture in made if picture is not None}
    return Parts(
        (*parts.checkpoints, entry), (*parts.captures, *captures), (*parts.derived, *derived), parts.pictures | pictures
    )


def _with_last(items: Iterable[Item]) -> Iterator[tuple[Item, bool]]:
    """Each item, and whether it is the last.

    >>> list(_with_last("ab"))
    [('a', False), ('b', True)]
    """
    waiting: list[Item] = []
    for item in items:
        yield from ((earlier, False) for earlier in waiting)
        waiting = [item]
    yield from ((last, True) for last in waiting)
