"""The parts of a new bundle's manifest, each written as it is made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from exporter.backend import keras, tf
from exporter.bounds import check_checkpoints
from exporter.bundle import BundleWriter
from exporter.bundle.oddities import odd_count
from exporter.bundle.producer import producer
from exporter.bundle.schema import (
    FORMAT_NAME,
    FORMAT_VERSION,
    Capture,
    Checkpoint,
    Derived,
    Input,
    Manifest,
    Model,
    TensorRef,
)
from exporter.capture import LayerOutputs, Moment, variables_of, weights_as
from exporter.capture.takes import input_specs
from exporter.capture.weights import seen_array
from exporter.plan import Export
from exporter.writing import (
    Capturing,
    Shown,
    checkpoint_entry,
    number,
    passing_statistics,
    shown_samples,
    write_captures,
    write_statistics,
    write_weights,
)


@dataclass(frozen=True)
class Parts:
    """What has been written of a bundle so far."""

    checkpoints: tuple[Checkpoint, ...] = ()
    captures: tuple[Capture, ...] = ()
    derived: tuple[Derived, ...] = ()
    pictures: dict[str, TensorRef] = field(default_factory=dict)


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
    check_checkpoints(export.bounds, [checkpoint.id for checkpoint in parts.checkpoints])  # the last two may be one
    return Manifest(
        format=FORMAT_NAME,
        version=FORMAT_VERSION,
        producer=producer(keras.__version__, f"tensorflow {tf.__version__}"),
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
    derived = write_statistics(writer, checkpoint, passing, ids) if ids else []
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
