"""What a tensor in a bundle may be: its dtypes, its file names, its keys, its size."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping

from exporter.bundle.schema import Capture, Manifest, TensorRef

DTYPES = {
    "bool": "|b1",
    "int8": "|i1",
    "uint8": "|u1",
    **{f"{name}{8 * size}": f"<{name[0]}{size}" for name in ("int", "uint") for size in (2, 4, 8)},
    **{f"float{8 * size}": f"<f{size}" for size in (2, 4, 8)},
}
"""Name of each dtype that a bundle can hold, to how a `.npy` header spells it."""

MAX_DIMENSIONS = 32

_FILE_NAME = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9._-]*/)*[A-Za-z0-9_-][A-Za-z0-9._-]*\.npz")
_KEY = re.compile(r"[^\\\x00-\x1f]+")


def is_file_name(name: str) -> bool:
    """Whether a manifest may name this file: relative, `/` between parts, ends in `.npz`, cannot leave the folder.

    Parts are of ASCII letters, digits, `.`, `_` and `-` and do not begin with `.`, so that a name means the same file
    on every system.

    >>> [is_file_name(name) for name in ("inputs/000.npz", "../x.npz", "/x.npz", "C:/x.npz", "a//x.npz", "x.txt")]
    [True, False, False, False, False, False]
    """
    return _FILE_NAME.fullmatch(name) is not None


def is_key(key: str) -> bool:
    """Whether a tensor may have this name inside its file."""
    return _KEY.fullmatch(key) is not None


def tensor_bytes(ref: TensorRef) -> int:
    """How many bytes the values of a tensor take; its dtype must be one of `DTYPES`."""
    return math.prod(ref.shape) * int(DTYPES[ref.dtype][2:])


def tensor_groups(manifest: Manifest) -> Iterator[tuple[str, Mapping[str, TensorRef]]]:
    """Every tensor that a manifest names, by the object that names it: what that is, and the tensors by name.

    To be put together as `f"{what} {name!r}"`, which is done for few of many.
    """
    for checkpoint in manifest.checkpoints:
        yield f"checkpoint {checkpoint.id!r}, weight", checkpoint.weights
    for shown in manifest.inputs:
        if shown.image is not None:
            yield f"input {shown.id!r},", {"image": shown.image}
    for capture in manifest.captures:
        yield capture_group(capture)
    for derived in manifest.derived:
        yield f"{derived.kind} of layer {derived.layer!r} at checkpoint {derived.checkpoint!r},", derived.tensors
    for sculpture in manifest.sculptures:
        yield f"sculpture {sculpture.id!r},", sculpture.tensors
    for overlay in manifest.overlays:
        yield f"overlay {overlay.id!r},", {"values": overlay.values}
    yield from _survey_groups(manifest)


def _survey_groups(manifest: Manifest) -> Iterator[tuple[str, Mapping[str, TensorRef]]]:
    for survey in manifest.surveys:
        where = f"survey {survey.id!r},"
        yield where, survey.tensors
        for made in survey.passes:
            yield f"{where} checkpoint {made.checkpoint!r},", made.tensors
            for layer in made.layers:
                yield f"{where} checkpoint {made.checkpoint!r}, layer {layer.layer!r},", layer.tensors
    for embedding in manifest.embeddings:
        yield f"embedding {embedding.id!r},", embedding.tensors
    for near in manifest.neighbours:
        yield f"neighbours {near.id!r},", near.tensors


def capture_group(capture: Capture) -> tuple[str, Mapping[str, TensorRef]]:
    """What a capture is called, and its tensors by name."""
    return f"capture of input {capture.input!r} at checkpoint {capture.checkpoint!r}, layer", capture.outputs


def tensor_refs(manifest: Manifest) -> Iterator[tuple[str, TensorRef]]:
    """Every tensor that a manifest names, each with the place in the manifest that names it."""
    for what, refs in tensor_groups(manifest):
        for name, ref in refs.items():
            yield f"{what} {name!r}", ref


def manifest_files(manifest: Manifest) -> set[str]:
    """The names of all files that a manifest names."""
    return {ref.file for _, refs in tensor_groups(manifest) for ref in refs.values()}
