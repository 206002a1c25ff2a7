"""What a manifest must be beyond its schema: names that name something, each only once, tensors within the limits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from itertools import pairwise

from msgspec import structs

from exporter.bundle.captures import captured_pairs
from exporter.bundle.limits import Limits
from exporter.bundle.schema import Capture, Derived, Embedding, Manifest, Neighbours, TensorRef
from exporter.bundle.tensors import (
    DTYPES,
    MAX_DIMENSIONS,
    capture_group,
    is_file_name,
    is_key,
    tensor_bytes,
    tensor_groups,
)


def manifest_problems(manifest: Manifest, limits: Limits) -> Iterator[str]:
    """Every rule that a manifest breaks, one line each, without looking at any other file. None: the manifest is sound.

    It is lazy: who wants only the first problem pays for no more.
    """
    yield from _tensor_problems(tensor_groups(manifest), limits)
    yield from _outline_problems(manifest)
    outputs = _output_names(manifest)
    for capture in manifest.captures:
        yield from _capture_problems(capture, outputs)


def outline_problems(manifest: Manifest, limits: Limits) -> Iterator[str]:
    """As `manifest_problems`, without looking into the captures: `capture_check` is for those that are used."""
    yield from _tensor_problems(tensor_groups(structs.replace(manifest, captures=())), limits)
    yield from _outline_problems(manifest)


def capture_check(manifest: Manifest, limits: Limits) -> Callable[[Capture], Iterator[str]]:
    """What tells every problem of a capture that `outline_problems` leaves out."""
    outputs = _output_names(manifest)

    def problems(capture: Capture) -> Iterator[str]:
        yield from _tensor_problems([capture_group(capture)], limits)
        yield from _capture_problems(capture, outputs)

    return problems


def _outline_problems(manifest: Manifest) -> Iterator[str]:
    yield from _repeated_names(manifest)
    yield from _graph_problems(manifest)
    yield from _group_problems(manifest)
    yield from _weight_problems(manifest)
    yield from _reference_problems(manifest)
    yield from _run_problems(manifest)
    yield from _survey_references(manifest)


def is_sound(ref: TensorRef) -> bool:
    """Whether a reference stays inside of its bundle and names something that a bundle can hold."""
    return is_file_name(ref.file) and is_key(ref.key) and _is_form(ref.dtype, ref.shape)


def _tensor_problems(groups: Iterable[tuple[str, Mapping[str, TensorRef]]], limits: Limits) -> Iterator[str]:
    files: dict[str, bool] = {}
    keys: dict[str, bool] = {}  # many tensors, few keys, and few shapes
    sizes_bytes: dict[tuple[str, tuple[int, ...]], int | None] = {}
    total_bytes = 0
    for what, refs in groups:
        for name, ref in refs.items():
            form = (ref.dtype, ref.shape)
            if form not in sizes_bytes:
                sizes_bytes[form] = tensor_bytes(ref) if _is_form(*form) else None
            if ref.file not in files:
                files[ref.file] = is_file_name(ref.file)
            if ref.key not in keys:
                keys[ref.key] = is_key(ref.key)
            size_bytes = sizes_bytes[form]
            if files[ref.file] and keys[ref.key] and size_bytes is not None and size_bytes <= limits.tensor_bytes:
                total_bytes += size_bytes
            else:
                yield f"{what} {name!r}: {_tensor_problem(ref, size_bytes, limits)}"
    if len(files) > limits.files:
        yield f"the manifest names {len(files)} files, over the limit of {limits.files}"
    if total_bytes > limits.total_bytes:
        yield f"the manifest declares {total_bytes} bytes of tensors, over the limit of {limits.total_bytes}"


def _tensor_problem(ref: TensorRef, size_bytes: int | None, limits: Limits) -> str:
    """What is wrong with a reference, one of the things being wrong."""
    if not is_file_name(ref.file):
        return f"{ref.file!r} is not a file name that stays inside the bundle"
    if not is_key(ref.key):
        return f"{ref.key!r} is not a name for a tensor"
    if size_bytes is None:
        return f"dtype {ref.dtype!r} with shape {ref.shape} is nothing that a bundle can hold"
    return f"{size_bytes} bytes are over the limit of {limits.tensor_bytes} for a tensor"


def _is_form(dtype: str, shape: tuple[int, ...]) -> bool:
    return dtype in DTYPES and len(shape) <= MAX_DIMENSIONS and all(size >= 0 for size in shape)


def _repeated_names(manifest: Manifest) -> Iterator[str]:
    yield from _repeated("layer", (layer.name for layer in manifest.layers))
    yield from _repeated("group", (group.name for group in manifest.groups))
    yield from _repeated("checkpoint", (checkpoint.id for checkpoint in manifest.checkpoints))
    yield from _repeated("input", (shown.id for shown in manifest.inputs))
    yield from _repeated("run", (run.id for run in manifest.runs))
    yield from _repeated("capture of", (f"{one} at {at}" for one, at in captured_pairs(manifest.captures)))
    derived = manifest.derived
    yield from _repeated("derived", (f"{_what(entry)} of {entry.layer} at {entry.checkpoint}" for entry in derived))
    yield from _repeated("sculpture", (sculpture.id for sculpture in manifest.sculptures))
    yield from _repeated("overlay", (overlay.id for overlay in manifest.overlays))
    yield from _repeated("survey", (survey.id for survey in manifest.surveys))
    yield from _repeated("embedding", (embedding.id for embedding in manifest.embeddings))
    yield from _repeated("neighbours", (near.id for near in manifest.neighbours))


def _what(entry: Derived) -> str:
    return f"{entry.kind} by {entry.method}" if entry.method else entry.kind


def _repeated(what: str, names: Iterable[str]) -> Iterator[str]:
    for name, count in Counter(names).items():
        if count > 1:
            yield f"{what} {name!r} is there {count} times"


def _unknown(where: str, what: str, names: Iterable[str | None], known: Container[str]) -> Iterator[str]:
    for name in names:
        if name is not None and name not in known:
            yield f"{where} names {what} {name!r}, which is not there"


def _graph_problems(manifest: Manifest) -> Iterator[str]:
    place = {layer.name: index for index, layer in enumerate(manifest.layers)}
    yield from _unknown("the model", "layer", (*manifest.model.inputs, *manifest.model.outputs), place)
    for layer in manifest.layers:
        yield from _unknown(f"layer {layer.name!r}", "layer", (layer.shares_weights_with,), place)
    for edge in manifest.edges:
        where = f"the edge from {edge.source!r} to {edge.target!r}"
        unknown = list(_unknown(where, "layer", (edge.source, edge.target), place))
        yield from unknown
        if unknown:
            continue
        if place[edge.source] >= place[edge.target]:
            yield f"{where} goes against the order of the layers"
        outputs = len(manifest.layers[place[edge.source]].outputs)
        if not 0 <= edge.source_output < outputs or edge.target_input < 0:
            yield f"{where} uses output {edge.source_output} of {outputs} and argument {edge.target_input}"


def _group_problems(manifest: Manifest) -> Iterator[str]:
    place = {layer.name: index for index, layer in enumerate(manifest.layers)}
    around: dict[str, str] = {}  # of each layer, the smallest group seen so far that holds it
    for group in sorted(manifest.groups, key=lambda group: -len(group.layers)):
        where = f"group {group.name!r}"
        unknown = list(_unknown(where, "layer", group.layers, place))
        yield from unknown
        if unknown:
            continue
        if group.output not in group.layers:
            yield f"{where} has the output {group.output!r}, which is not in it"
        if any(place[one] >= place[next_] for one, next_ in pairwise(group.layers)):
            yield f"{where} does not name its layers in their order"
        if len({around.get(name) for name in group.layers}) != 1:
            yield f"{where} is empty, or lies half over another"
        around |= dict.fromkeys(group.layers, group.name)


def _weight_problems(manifest: Manifest) -> Iterator[str]:
    if not manifest.checkpoints:
        yield "there is no checkpoint"
    variables = {f"{layer.name}/{variable}" for layer in manifest.layers for variable in layer.variables}
    for checkpoint in manifest.checkpoints:
        yield from _unknown(f"checkpoint {checkpoint.id!r}", "the variable", checkpoint.weights, variables)


def _output_names(manifest: Manifest) -> frozenset[str]:
    return frozenset(output_name(layer.name, i) for layer in manifest.layers for i in range(len(layer.outputs)))


def _capture_problems(capture: Capture, outputs: frozenset[str]) -> Iterator[str]:
    where = f"the capture of input {capture.input!r} at checkpoint {capture.checkpoint!r}"
    yield from _unknown(where, "the output", sorted(capture.outputs.keys() - outputs), outputs)
    if capture.predicted is not None and not 0 <= capture.predicted < (len(capture.scores) or float("inf")):
        yield f"{where} predicts class {capture.predicted} of {len(capture.scores)}"


def _reference_problems(manifest: Manifest) -> Iterator[str]:
    """Names of inputs, checkpoints and layers that captures and derived tensors are of."""
    inputs = {shown.id for shown in manifest.inputs}
    checkpoints = {checkpoint.id for checkpoint in manifest.checkpoints}
    layers = {layer.name for layer in manifest.layers}
    for one, at in captured_pairs(manifest.captures):
        if one not in inputs or at not in checkpoints:
            where = f"the capture of input {one!r} at checkpoint {at!r}"
            yield from _unknown(where, "input", (one,), inputs)
            yield from _unknown(where, "checkpoint", (at,), checkpoints)
    for derived in manifest.derived:
        where = f"the {derived.kind} of layer {derived.layer!r} at checkpoint {derived.checkpoint!r}"
        yield from _unknown(where, "layer", (derived.layer,), layers)
        yield from _unknown(where, "checkpoint", (derived.checkpoint,), checkpoints)
        yield from _unknown(where, "input", derived.inputs, inputs)
    for sculpture in manifest.sculptures:
        where = f"sculpture {sculpture.id!r}"
        yield from _unknown(where, "layer", (layer.name for layer in sculpture.layers), layers)
        yield from _unknown(where, "checkpoint", (sculpture.checkpoint,), checkpoints)


def _survey_references(manifest: Manifest) -> Iterator[str]:
    """Surveys, and what was made of them, name checkpoints, layers, inputs and each other."""
    checkpoints = {checkpoint.id for checkpoint in manifest.checkpoints}
    layers = {layer.name for layer in manifest.layers}
    for survey in manifest.surveys:
        where = f"survey {survey.id!r}"
        yield from _unknown(where, "checkpoint", (each.checkpoint for each in survey.passes), checkpoints)
        yield from _unknown(where, "layer", {each.layer for made in survey.passes for each in made.layers}, layers)
        yield from _repeated(f"{where}, checkpoint", (each.checkpoint for each in survey.passes))
    surveys = {survey.id for survey in manifest.surveys}
    parts: tuple[Embedding | Neighbours, ...] = (*manifest.embeddings, *manifest.neighbours)
    for made in parts:
        where = f"{type(made).__name__.lower()} {made.id!r}"
        yield from _unknown(where, "survey", (made.survey,), surveys)
        yield from _unknown(where, "layer", (made.layer,), layers)
        yield from _unknown(where, "checkpoint", (made.checkpoint,), checkpoints)
    inputs = {shown.id for shown in manifest.inputs}
    for embedding in manifest.embeddings:
        yield from _unknown(f"embedding {embedding.id!r}", "input", embedding.inputs, inputs)


def _run_problems(manifest: Manifest) -> Iterator[str]:
    inputs = {shown.id for shown in manifest.inputs}
    runs = {run.id for run in manifest.runs}
    checkpoints = {checkpoint.id for checkpoint in manifest.checkpoints}
    for shown in manifest.inputs:
        yield from _unknown(f"input {shown.id!r}", "input", (shown.parent,), inputs)
        yield from _unknown(f"input {shown.id!r}", "run", (shown.run,), runs)
    for run in manifest.runs:
        yield from _unknown(f"run {run.id!r}", "checkpoint", (run.checkpoint,), checkpoints)
        yield from _unknown(f"run {run.id!r}", "input", (run.parent, *run.inputs), inputs)
    yield from _drawing_problems(manifest)
    yield from _overlay_problems(manifest)


def _overlay_problems(manifest: Manifest) -> Iterator[str]:
    """Overlays are of explanations, and lie over an input and a layer that are there."""
    explained = {run.id for run in manifest.runs if run.kind == "explain"}
    inputs = {shown.id for shown in manifest.inputs}
    layers = {layer.name for layer in manifest.layers}
    for overlay in manifest.overlays:
        where = f"overlay {overlay.id!r}"
        yield from _unknown(where, "explanation", (overlay.run,), explained)
        yield from _unknown(where, "input", (overlay.input,), inputs)
        yield from _unknown(where, "layer", (overlay.layer,), layers)
        if not 1 <= len(overlay.values.shape) <= 2:
            yield f"{where} has values of the shape {overlay.values.shape}, not of rows and columns"


def _drawing_problems(manifest: Manifest) -> Iterator[str]:
    """Drawings hold drawn inputs, and these are of drawings."""
    kinds = {shown.id: shown.kind for shown in manifest.inputs}
    drawings = {run.id for run in manifest.runs if run.kind == "drawing"}
    for shown in manifest.inputs:
        if shown.kind == "drawn" and shown.run not in drawings:
            yield f"input {shown.id!r} is drawn, but of no drawing"
    for run in manifest.runs:
        if run.id in drawings:
            odd = [name for name in run.inputs if kinds.get(name, "drawn") != "drawn"]
            yield from (f"run {run.id!r} is a drawing, but its input {name!r} is not drawn" for name in odd)


def output_name(layer: str, index: int = 0) -> str:
    """The name of a layer's output tensor in a capture: the layer's name, for a second one `name#1`.

    >>> output_name("split"), output_name("split", 1)
    ('split', 'split#1')
    """
    return f"{layer}#{index}" if index else layer
