"""The parts of a new bundle's manifest, each written as it is made."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version

from exporter.backend import keras, tf
from exporter.bounds import Bounds, Kept, bounded_layers, kept_outputs
from exporter.bundle import BundleWriter
from exporter.bundle.schema import (
    FORMAT_NAME,
    FORMAT_VERSION,
    Capture,
    Checkpoint,
    Derived,
    Input,
    Manifest,
    Model,
    Producer,
    TensorRef,
)
from exporter.capture import Graph, LayerOutputs, Moment, graph_of, variables_of, weights_as
from exporter.capture.takes import input_specs
from exporter.capture.weights import seen_array
from exporter.extent import Extent, input_bytes, is_open, statistics_bytes, stored_bytes
from exporter.inputs import InputSet
from exporter.writing import (
    Capturing,
    Progress,
    Shown,
    Warn,
    checkpoint_entry,
    number,
    odd_count,
    passing_statistics,
    shown_samples,
    write_captures,
    write_statistics,
    write_weights,
)

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
    """One export: what is run, on what, and what is stored of it.

    Attributes
    ----------
    graph : of the model; its layers say how many channels are kept of each.
    kept : the outputs that are stored.
    first, earlier : the number of the first checkpoint, and how many there are before the final one.
    """

    model: keras.Model
    graph: Graph
    inputs: InputSet
    class_names: tuple[str, ...]
    bounds: Bounds
    kept: Kept
    first: int
    earlier: int
    progress: Progress
    warn: Warn

    @property
    def ids(self) -> list[str]:
        """The ids of the inputs."""
        return [number(place) for place in range(len(self.inputs.samples))]

    @property
    def checkpoint_ids(self) -> list[str]:
        """The ids of the checkpoints."""
        return [number(self.first + nth) for nth in range(self.earlier + 1)]

    @property
    def few(self) -> int:
        """How many inputs are captured at each checkpoint before the final one, at which all are.

        So many of the first ones that all of it stays below `EARLIER_BYTES`, but at least one.
        """
        of_one = input_bytes(self.graph.layers, self.kept, self.bounds.dtype)
        return min(len(self.inputs.samples), max(1, EARLIER_BYTES // max(1, self.earlier * of_one)))


def prepare(
    model: keras.Model,
    inputs: InputSet,
    class_names: tuple[str, ...],
    bounds: Bounds,
    numbering: tuple[int, int],
    progress: Progress,
    warn: Warn,
) -> Export:
    """An export that can begin. What is unusual about the model is told.

    Raises
    ------
    KerascopeError
        bounds that name no layer, or a model that cannot be read.
    """
    graph = graph_of(model)
    for note in graph.notes:
        warn(note)
    graph = replace(graph, layers=bounded_layers(graph.layers, graph.outputs, bounds))
    kept = kept_outputs(graph.layers, (*graph.inputs, *graph.outputs), bounds)
    return Export(model, graph, inputs, class_names, bounds, kept, *numbering, progress, warn)


def extent_of(export: Export) -> Extent:
    """How much room the export will take; the manifest, which is small beside it, left out."""
    layers, dtype = export.graph.layers, export.bounds.dtype
    variables = [(math.prod(variable.shape), variable.dtype) for variable in variables_of(export.model).values()]
    checkpoints = sum(map(export.bounds.keeps_weights, export.checkpoint_ids))
    captures = len(export.ids) + export.earlier * export.few
    pictures = sum(sample.picture.nbytes for sample in export.inputs.samples if sample.picture is not None)
    return Extent(
        weights_bytes=checkpoints * sum(stored_bytes(size, each, dtype) for size, each in variables),
        checkpoints=checkpoints,
        outputs_bytes=captures * input_bytes(layers, export.kept, dtype) + pictures,
        inputs=len(export.ids),
        statistics_bytes=len(export.checkpoint_ids) * statistics_bytes(layers, export.kept),
        is_least=is_open(layers, export.kept),
    )


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
    return Model(
        name=model.name,
        class_name=type(model).__name__,
        inputs=export.graph.inputs,
        outputs=export.graph.outputs,
        parameters=int(model.count_params()),
        class_names=export.class_names,
    )


def write_parts(writer: BundleWriter, export: Export, moments: Iterable[Moment]) -> Manifest:
    """The manifest of an export all of whose files have been written: weights, captures and statistics."""
    parts = write_moments(writer, export, moments)
    return Manifest(
        format=FORMAT_NAME,
        version=FORMAT_VERSION,
        producer=producer(),
        model=described(export),
        layers=export.graph.layers,
        edges=export.graph.edges,
        groups=export.graph.groups,
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


def write_moments(writer: BundleWriter, export: Export, moments: Iterable[Moment]) -> Parts:
    """Weights, captures and statistics of every moment, written. The model has the weights of each in turn."""
    outputs = LayerOutputs(export.model)
    parts, total = Parts(), export.earlier + 1
    for moment in moments:  # nothing else may hold one, or its weights stay in memory while the next are loaded
        export.progress("checkpoint", len(parts.checkpoints), total)
        with _as_at(export.model, moment):
            parts = _write_moment(writer, export, outputs, parts, moment)
        del moment
    export.progress("checkpoint", total, total)
    return parts


@contextmanager
def _as_at(model: keras.Model, moment: Moment) -> Iterator[None]:
    """The model has the weights of that moment; at the final one these are its own, and nothing is done."""
    if moment.source is None:
        yield
        return
    with moment.opened() as weights, weights_as(model, weights):
        yield


def _write_moment(writer: BundleWriter, export: Export, outputs: LayerOutputs, parts: Parts, moment: Moment) -> Parts:
    is_final = moment.source is None
    checkpoint = number(export.first + len(parts.checkpoints))
    entry = checkpoint_entry(checkpoint, moment, _write_weights(writer, export, checkpoint, moment.label))
    ids = export.ids if is_final else export.ids[: export.few]
    names = [layer.name for layer in export.graph.layers if layer.outputs and layer.name in export.kept]
    passing = passing_statistics(names, len(ids))
    ending = "" if is_final else f"-{checkpoint}"
    capturing = Capturing(checkpoint, export.kept, export.bounds.dtype, f"inputs/{{}}{ending}.npz".format, passing)
    made = []
    for capture in write_captures(writer, outputs, _shown(export, ids, is_final), capturing):
        made.append(capture)
        export.progress("inputs", len(made), len(ids))
    derived = write_statistics(writer, checkpoint, passing, ids)
    pictures = {capture.input: picture for capture, picture in made if picture is not None}
    captures = (*parts.captures, *(capture for capture, _ in made))
    return Parts((*parts.checkpoints, entry), captures, (*parts.derived, *derived), parts.pictures | pictures)


def _write_weights(writer: BundleWriter, export: Export, checkpoint: str, label: str) -> dict[str, TensorRef]:
    """The references of the weights that the model has now, where they are kept; those that are no numbers are told."""
    variables = variables_of(export.model)
    for name, variable in sorted(variables.items()):
        values = seen_array(variable)
        if odd := odd_count(values):
            what = f"{odd} of {values.size} weights in {name} are NaN or infinite"
            export.warn(f"{what} (checkpoint {checkpoint}, {label})")
    if not variables or not export.bounds.keeps_weights(checkpoint):
        return {}
    return write_weights(writer, checkpoint, variables, export.bounds.dtype)


def _shown(export: Export, ids: Sequence[str], is_final: bool) -> Iterator[Shown]:
    samples = export.inputs.samples[: len(ids)]
    if not is_final:  # the picture lies beside what the final checkpoint made of it
        samples = tuple(replace(sample, picture=None) for sample in samples)
    return shown_samples(ids, samples, input_specs(export.model), export.inputs.preprocessing)
