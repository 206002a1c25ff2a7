"""What a bundle holds, told as a table or as JSON: what `kerascope inspect` prints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import starmap
from typing import Any

import msgspec
import numpy as np

from exporter.bundle.checks import output_name
from exporter.bundle.read import Bundle
from exporter.bundle.schema import (
    Checkpoint,
    Embedding,
    Layer,
    Manifest,
    Neighbours,
    Run,
    Sculpture,
    Survey,
)
from exporter.bundle.tensors import tensor_bytes, tensor_refs

HEADINGS = ("layer", "kind", "shape", "parameters", "tensors", "bytes")
NUMERIC = frozenset({"parameters", "tensors", "bytes"})
NAN_COUNT = "nan_count"
_BLOCK_VALUES = 2**22


class LayerSummary(msgspec.Struct, frozen=True):
    """One row. `tensors` and `bytes` count what is stored of the layer: weights, outputs and statistics.

    `shapes`, `output_names` and `stored_channels` have an entry for each output. `captures` is how many captures have
    the first one. `nan_weights` counts over all checkpoints, `nan_outputs` over the captures that the statistics cover.
    """

    name: str
    kind: str
    shapes: tuple[tuple[int | None, ...], ...]
    output_names: tuple[str | None, ...]
    stored_channels: tuple[int | None, ...]
    captures: int
    parameters: int
    tensors: int
    bytes: int
    nan_weights: int
    nan_outputs: int


class Summary(msgspec.Struct, frozen=True):
    """A bundle in short. `inputs` are those that no run made; a run names those that it made.

    `sampled` is how many layers have percentiles of a part of their values.
    """

    path: str
    model: str
    model_class: str
    producer: str
    parameters: int
    tensors: int
    bytes: int
    layers: tuple[LayerSummary, ...]
    groups: tuple[str, ...]
    sampled: int
    checkpoints: tuple[str, ...]
    inputs: tuple[str, ...]
    runs: tuple[str, ...]
    importances: tuple[str, ...]
    sculptures: tuple[str, ...]
    surveys: tuple[str, ...]
    embeddings: tuple[str, ...]
    neighbours: tuple[str, ...]

    def to_json(self) -> str:
        """The summary as JSON text."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2).decode()

    def to_text(self) -> str:
        """The table, then what is known of the model, checkpoints, inputs, runs and NaN, where there are any."""
        rows = [(x.name, x.kind, _outputs(x), f"{x.parameters:,}", str(x.tensors), f"{x.bytes:,}") for x in self.layers]
        lines = _table([HEADINGS, *rows])
        lines += ["", f"model        {self.model} ({self.model_class}), {self.parameters:,} parameters"]
        lines += [f"written by   {self.producer}"]
        lines += [f"stored       {self.tensors:,} tensors, {self.bytes:,} bytes", *self._bounds()]
        lines += _listed("groups", self.groups)
        lines += _listed("checkpoints", self.checkpoints) + _listed("inputs", self.inputs) + _listed("runs", self.runs)
        lines += _listed("importances", self.importances) + _listed("sculptures", self.sculptures)
        lines += _listed("surveys", self.surveys) + _listed("embeddings", self.embeddings)
        lines += _listed("neighbours", self.neighbours)
        lines += [f"NaN          {text}" for text in map(_nan_text, self.layers) if text]
        return "\n".join(lines)

    def _bounds(self) -> list[str]:
        """Lines that say what of the outputs was kept, where that is not all."""
        captured, cut = (
            sum(layer.captures > 0 for layer in self.layers),
            sum(any(count is not None for count in layer.stored_channels) for layer in self.layers),
        )
        lines = [f"outputs      of {captured} of {len(self.layers)} layers"] if captured < len(self.layers) else []
        lines += [f"channels     only the first ones of {cut} layers"] if cut else []
        return lines + ([f"percentiles  of a part of the values of {self.sampled} layers"] if self.sampled else [])


def summarise(bundle: Bundle) -> Summary:
    """The summary of a bundle. Reads every weight and the statistics, as it counts NaN; no outputs.

    Raises
    ------
    BundleError
        A weight or a statistic cannot be read.
    """
    manifest = bundle.manifest
    outputs = _stored_outputs(manifest)
    layers = tuple(_layer_summary(bundle, layer, outputs) for layer in manifest.layers)
    stored_bytes = [tensor_bytes(ref) for _, ref in tensor_refs(manifest)]
    return Summary(
        path=str(bundle.path),
        model=manifest.model.name,
        model_class=manifest.model.class_name,
        producer=f"{manifest.producer.name} {manifest.producer.version} with Keras {manifest.producer.keras}",
        parameters=manifest.model.parameters,
        tensors=len(stored_bytes),
        bytes=sum(stored_bytes),
        layers=layers,
        groups=tuple(f"{x.name} {x.kind} of {len(x.layers)} layers" for x in manifest.groups),
        sampled=len({x.layer for x in manifest.derived if x.sampled is not None}),
        checkpoints=tuple(map(_checkpoint_text, manifest.checkpoints)),
        inputs=tuple(f"{x.id} {x.label}" for x in manifest.inputs if x.run is None),
        runs=tuple(map(_run_text, manifest.runs)),
        importances=_importances(manifest),
        sculptures=tuple(map(_sculpture_text, manifest.sculptures)),
        surveys=tuple(map(_survey_text, manifest.surveys)),
        embeddings=tuple(f"{x.id} by {x.method}{_of_layer(x)}" for x in manifest.embeddings),
        neighbours=tuple(f"{x.id}{_of_layer(x)}{_metrics_of(x.result)}" for x in manifest.neighbours),
    )


def _stored_outputs(manifest: Manifest) -> dict[str, tuple[int, int]]:
    """Of each output, how many captures have it and how many bytes these are: one walk through the captures."""
    stored: dict[str, tuple[int, int]] = {}
    for capture in manifest.captures:
        for name, ref in capture.outputs.items():
            count, size_bytes = stored.get(name, (0, 0))
            stored[name] = count + 1, size_bytes + tensor_bytes(ref)
    return stored


def _layer_summary(bundle: Bundle, layer: Layer, stored: dict[str, tuple[int, int]]) -> LayerSummary:
    manifest = bundle.manifest
    own = [f"{layer.name}/{variable}" for variable in layer.variables]
    weights = [point.weights[key] for point in manifest.checkpoints for key in own if key in point.weights]
    names = [output_name(layer.name, index) for index in range(len(layer.outputs))]
    outputs = [stored.get(name, (0, 0)) for name in names]
    statistics = [entry.tensors for entry in manifest.derived if entry.layer == layer.name]
    refs = weights + [ref for tensors in statistics for ref in tensors.values()]
    counts = [tensors[NAN_COUNT] for tensors in statistics if NAN_COUNT in tensors]
    return LayerSummary(
        name=layer.name,
        kind=layer.kind,
        shapes=tuple(output.shape for output in layer.outputs),
        output_names=tuple(output.name for output in layer.outputs),
        stored_channels=tuple(output.stored_channels for output in layer.outputs),
        captures=stored.get(layer.name, (0, 0))[0],
        parameters=layer.parameters,
        tensors=len(refs) + sum(count for count, _ in outputs),
        bytes=sum(map(tensor_bytes, refs)) + sum(size_bytes for _, size_bytes in outputs),
        nan_weights=sum(_nan_count(bundle.load(ref)) for ref in weights),
        nan_outputs=sum(int(bundle.load(ref).sum()) for ref in counts),
    )


def _nan_count(values: np.ndarray[Any, Any]) -> int:
    flat = values.reshape(-1)
    blocks = (flat[start : start + _BLOCK_VALUES] for start in range(0, flat.size, _BLOCK_VALUES))
    return sum(int(np.isnan(block).sum()) for block in blocks) if values.dtype.kind == "f" else 0


def _nan_text(layer: LayerSummary) -> str:
    parts = [
        f"{count:,} {what}" for count, what in ((layer.nan_weights, "weights"), (layer.nan_outputs, "outputs")) if count
    ]
    return f"{layer.name}: {', '.join(parts)}" if parts else ""


def _run_text(run: Run) -> str:
    made = f"{len(run.inputs)} inputs, {run.inputs[0]} to {run.inputs[-1]}" if run.inputs else "no inputs"
    if run.kind == "explain":
        asked = run.options.get("layer") or f"class {run.options.get('class')}"
        made = f"asked about {asked}"
    of = "" if run.parent is None else f" of {run.parent}"
    return f"{run.id} {run.method}{of} at checkpoint {run.checkpoint}: {made}"


def _importances(manifest: Manifest) -> tuple[str, ...]:
    found = Counter((e.method, e.checkpoint) for e in manifest.derived if e.kind == "importance")
    return tuple(f"{method} of {count} layers at checkpoint {at}" for (method, at), count in found.items())


def _sculpture_text(sculpture: Sculpture) -> str:
    sizes = "-".join(str(layer.units) for layer in sculpture.layers)
    return f"{sculpture.id} {sizes}, importance by {sculpture.method}, at checkpoint {sculpture.checkpoint}"


def _survey_text(survey: Survey) -> str:
    """What a survey looked at, in a line."""
    layers = max((len(made.layers) for made in survey.passes), default=0)
    checkpoints = ", ".join(made.checkpoint for made in survey.passes)
    skipped = f", {len(survey.skipped)} left out" if survey.skipped else ""
    return f"{survey.id} {survey.images:,} images of {survey.source}{skipped}, {layers} layers at {checkpoints}"


def _of_layer(made: Embedding | Neighbours) -> str:
    of = "pixels" if made.layer is None else f"{made.layer} at checkpoint {made.checkpoint}"
    return f" of {of}, survey {made.survey}"


def _metrics_of(result: dict[str, bool | int | float | str | None]) -> str:
    return "".join(f", {name} {value:.4g}" for name, value in result.items() if isinstance(value, int | float))


def _metrics(metrics: dict[str, float | None]) -> str:
    return "".join(f", {name} {value:.4g}" for name, value in metrics.items() if value is not None)


def _checkpoint_text(checkpoint: Checkpoint) -> str:
    kept = "" if checkpoint.weights else ", no weights kept"
    return f"{checkpoint.id} {checkpoint.label}{_metrics(checkpoint.metrics)}{kept}"


def _outputs(layer: LayerSummary) -> str:
    parts = zip(layer.shapes, layer.output_names, layer.stored_channels, strict=True)
    return ", ".join(starmap(_output_text, parts))


def _output_text(shape: tuple[int | None, ...], name: str | None, channels: int | None) -> str:
    """The shape of an output, what it is, and how much of it is kept.

    >>> _output_text((7, 7, 512), None, 16), _output_text((2, 9, 9), "attention scores", None)
    ('7x7x512 (first 16)', '2x9x9 attention scores')
    """
    sizes = "x".join("?" if size is None else str(size) for size in shape) or "scalar"
    return f"{sizes}{f' {name}' if name else ''}{f' (first {channels})' if channels is not None else ''}"


def _listed(title: str, entries: Sequence[str]) -> list[str]:
    """`title`, a count and one line an entry; nothing for no entries.

    >>> _listed("runs", ("a0 fgsm",))
    ['runs         1', '  a0 fgsm']
    """
    return [f"{title:<12} {len(entries)}", *(f"  {entry}" for entry in entries)] if entries else []


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines with aligned columns, the first row being the headings; numbers stand to the right.

    >>> _table([("layer", "bytes"), ("dense", "4")])
    ['layer  bytes', 'dense      4']
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    right = [heading in NUMERIC for heading in rows[0]]
    return [
        "  ".join(cell.rjust(w) if r else cell.ljust(w) for cell, w, r in zip(row, widths, right, strict=True)).rstrip()
        for row in rows
    ]
