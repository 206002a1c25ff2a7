"""Checks a whole bundle, tensors included."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

from exporter.bundle.checks import manifest_problems, output_name
from exporter.bundle.errors import BundleError
from exporter.bundle.files import file_errors
from exporter.bundle.limits import Limits
from exporter.bundle.npz_read import open_npz, read_tensor
from exporter.bundle.read import read_bundle, read_manifest
from exporter.bundle.schema import Manifest, Output, TensorRef
from exporter.bundle.sculptures import content_problems, importance_problems, sculpture_problems
from exporter.bundle.statistics import statistics_layout
from exporter.bundle.survey_content import survey_content_problems
from exporter.bundle.survey_problems import survey_problems
from exporter.bundle.tensors import manifest_files, tensor_refs


def validate_bundle(path: Path | str, *, limits: Limits | None = None) -> list[str]:
    """Every problem of the bundle at `path`, one line each; empty: the bundle is valid.

    The schema, everything the manifest refers to, the shapes of captures and statistics, and every byte of every tensor
    that it names are checked. Where a stage fails (no manifest, names that leave the folder) later ones that need it
    are left out. Other files in the folder are no problem: they do not exist for a reader.
    """
    path, limits = Path(path), limits or Limits()
    try:
        manifest = read_manifest(path, limits)
        problems = [*manifest_problems(manifest, limits), *_shape_problems(manifest)]
    except BundleError as error:
        return [str(error)]
    if problems:
        return problems
    missing = file_errors(path, manifest_files(manifest))
    problems = [str(error) for error in missing] or list(_tensor_problems(path, manifest))
    return problems or list(_content_problems(path, manifest, limits))


def _content_problems(path: Path, manifest: Manifest, limits: Limits) -> Iterator[str]:
    if not (manifest.sculptures or manifest.surveys):
        return
    bundle = read_bundle(path, limits=limits)
    for sculpture in manifest.sculptures:
        arrays = {name: bundle.load(ref) for name, ref in sculpture.tensors.items()}
        yield from content_problems(sculpture, arrays)
    yield from survey_content_problems(bundle)


def _tensor_problems(path: Path, manifest: Manifest) -> Iterator[str]:
    by_file: dict[str, set[TensorRef]] = {}
    for _, ref in tensor_refs(manifest):
        by_file.setdefault(ref.file, set()).add(ref)
    for file, refs in sorted(by_file.items()):
        try:
            with open_npz(path / file) as archive:
                yield from _file_problems(archive, refs, path / file)
        except BundleError as error:
            yield str(error)


def _file_problems(archive: ZipFile, refs: set[TensorRef], path: Path) -> Iterator[str]:
    for name, count in Counter(archive.namelist()).items():
        if count > 1:
            yield f"the entry {name!r} is in the file {count} times ({path})"
    for ref in sorted(refs, key=lambda ref: (ref.key, ref.dtype, ref.shape)):
        try:
            read_tensor(archive, ref, path)
        except BundleError as error:
            yield str(error)


def _shape_problems(manifest: Manifest) -> Iterator[str]:
    outputs = {output_name(x.name, i): output for x in manifest.layers for i, output in enumerate(x.outputs)}
    for capture in manifest.captures:
        for name, ref in capture.outputs.items():
            if name in outputs and not _fits(ref.shape, stored_shape(outputs[name])):
                where = f"input {capture.input!r} at checkpoint {capture.checkpoint!r}"
                yield f"the output of {name!r} for {where} is of shape {ref.shape}, not {stored_shape(outputs[name])}"
    for shown in manifest.inputs:
        image = shown.image
        if image is not None and (image.dtype != "uint8" or len(image.shape) != 3 or image.shape[2] not in (1, 3)):
            yield f"the image of input {shown.id!r} is {image.dtype} {image.shape}, not uint8 (H, W, 1 or 3)"
    yield from _statistics_problems(manifest)
    yield from importance_problems(manifest)
    yield from sculpture_problems(manifest)
    yield from survey_problems(manifest)


def stored_shape(output: Output) -> tuple[int | None, ...]:
    """The shape that captures of an output have: `None` where it is not fixed."""
    if output.stored_channels is None or not output.shape:
        return output.shape
    return *output.shape[:-1], output.stored_channels


def _fits(shape: tuple[int, ...], pattern: tuple[int | None, ...]) -> bool:
    return len(shape) == len(pattern) and all(b is None or a == b for a, b in zip(shape, pattern, strict=True))


def _statistics_problems(manifest: Manifest) -> Iterator[str]:
    shapes = {layer.name: stored_shape(layer.outputs[0]) for layer in manifest.layers if layer.outputs}
    for derived in manifest.derived:
        if derived.kind != "statistics":
            continue
        shape = shapes.get(derived.layer, (None,))
        minimum = derived.tensors.get("min")
        channels = 1 if not shape else shape[-1] if shape[-1] is not None else minimum.shape[0] if minimum else 0
        where = f"the statistics of layer {derived.layer!r} at checkpoint {derived.checkpoint!r}"
        expected = statistics_layout(channels)
        for name in sorted(set(expected) ^ set(derived.tensors)):
            yield f"{where} {'lack' if name in expected else 'have the unknown entry'} {name!r}"
        for name in sorted(set(expected) & set(derived.tensors)):
            found = (derived.tensors[name].shape, derived.tensors[name].dtype)
            if found != expected[name]:
                yield f"{where}: {name!r} is {found}, not {expected[name]}"
