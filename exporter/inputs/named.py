"""What tensorflow-datasets has under a name: where it lies, which features are picture and label, and its records."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import re
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from exporter.inputs.errors import InputError
from exporter.inputs.mapped import stamp_of

Range = tuple[str, int, int]
"""A split, and the first and the end of the records of it."""

_PREFERRED = ("test", "validation", "train")
_COLON = re.compile(r":(?![^\[]*\])")  # one in brackets is part of a split: `train[:1000]`
_VERSION = re.compile(r"(\d+|\*)(\.(\d+|\*)){2}")
_INFO = "dataset_info.json"
_FORM = "tfds:NAME, tfds:NAME:SPLIT, or a folder in which a set is prepared for NAME"


@dataclass(frozen=True)
class Found:
    """A split of a data set that is prepared in a folder: which records it is, and what is of interest in them."""

    folder: Path
    ranges: tuple[Range, ...]
    picture_feature: str
    label_feature: str | None
    class_names: tuple[str, ...]
    stem: str

    @property
    def count(self) -> int:
        """How many records there are."""
        return sum(stop - start for _, start, stop in self.ranges)


def within(ranges: Sequence[Range], start: int, stop: int) -> tuple[Range, ...]:
    """What the records from `start` to before `stop` of several ranges, one after the other, are.

    >>> within([("train", 5, 10), ("test", 0, 3)], 4, 7)
    (('train', 9, 10), ('test', 0, 2))
    """
    out: list[Range] = []
    before = 0
    for split, first, end in ranges:
        low, high = max(start - before, 0) + first, min(stop - before + first, end)
        if low < high:
            out.append((split, low, high))
        before += end - first
    return tuple(out)


def find(text: str) -> Found:
    """The split that `NAME[:SPLIT]` means; the set is downloaded and prepared where it is not there.

    Raises
    ------
    InputError
        tensorflow-datasets is missing, there is no such set or split, it cannot be had, or has no pictures.
    """
    name, split = _parted(text)
    builder = _builder_of(name)
    splits = dict(builder.info.splits)
    split = split or next((known for known in (*_PREFERRED, *sorted(splits)) if known in splits), "train")
    try:
        found = _datasets().core.ReadInstruction.from_spec(split).to_absolute(builder.info.splits)
    except (ValueError, KeyError, AssertionError, TypeError) as error:
        raise InputError(
            f"there is no such split of {name}", expected=", ".join(sorted(splits)) or "one that has records", got=split
        ) from error
    ends = [slice(each.from_, each.to).indices(splits[each.splitname].num_examples) for each in found]
    ranges = tuple(
        (each.splitname, start, stop) for each, (start, stop, _) in zip(found, ends, strict=True) if start < stop
    )
    if not ranges:
        raise InputError(f"this split of {name} has no records", got=split)
    picture, label = _features(builder, name)
    names = tuple(map(str, builder.info.features[label].names)) if label else ()
    return Found(Path(builder.data_dir), ranges, picture, label, names, builder.info.name)


def signature_of(found: Found) -> str:
    """A digest of what the split is and of the files that hold it."""
    files = sorted(path for path in found.folder.iterdir() if path.is_file())
    told = (found.ranges, found.picture_feature, found.label_feature, [(file.name, *stamp_of(file)) for file in files])
    return hashlib.sha256(repr(told).encode()).hexdigest()


def records(found: Found, signature: str, start: int, stop: int) -> list[Record]:
    """Picture, still encoded, and label of the records from place `start` to before `stop`, as they are stored.

    Who goes on where they stopped has it faster: a reading that was begun takes up where it was.

    Raises
    ------
    InputError
        the set is not there, has changed since, or cannot be read.
    """
    with _lock:
        place, reading = _begun.pop((found, signature), (-1, iter(())))
    if place != start:
        reading = _read_from(found, signature, start)
    taken = list(islice(reading, stop - start))
    with _lock:
        _begun.clear()
        _begun[found, signature] = stop, reading
    return taken


Record = Mapping[str, Any]
_begun: dict[tuple[Found, str], tuple[int, Iterator[Record]]] = {}
_lock = threading.Lock()


def _read_from(found: Found, signature: str, start: int) -> Iterator[Record]:
    builder = _prepared(found, signature)
    tfds = _datasets()
    wanted = {found.picture_feature: True} | ({found.label_feature: True} if found.label_feature else {})
    decoders = tfds.decode.PartialDecoding(wanted, decoders={found.picture_feature: tfds.decode.SkipDecoding()})
    in_order = tfds.ReadConfig(interleave_cycle_length=1, try_autocache=False)
    for split, first, end in within(found.ranges, start, found.count):
        part = tfds.core.ReadInstruction(split, from_=first, to=end, unit="abs")
        try:
            stored = builder.as_dataset(split=part, decoders=decoders, read_config=in_order, shuffle_files=False)
            yield from stored.as_numpy_iterator()
        except Exception as error:  # tensorflow-datasets and TensorFlow raise many kinds
            raise InputError("the records cannot be read", got=error, path=found.folder) from error


def _parted(text: str) -> tuple[str, str]:
    """The name, with its version where it has one, and the split, or nothing."""
    if text and Path(text).is_dir():
        return text, ""
    parts = _COLON.split(text)
    if len(parts) > 1 and _VERSION.fullmatch(parts[1]):
        parts[:2] = [":".join(parts[:2])]
    if len(parts) > 2 or not all(parts):
        raise InputError("this names no data set", expected=_FORM, got=f"tfds:{text}")
    return parts[0], parts[1] if len(parts) > 1 else ""


def _datasets() -> Any:
    """The package, with TensorFlow imported as the exporter does it."""
    import exporter.backend  # noqa: F401, PLC0415 - only named data sets need it here

    try:
        import tensorflow_datasets  # noqa: PLC0415 - an optional dependency
    except ImportError as error:
        remedy = "pip install 'kerascope[datasets]'"
        raise InputError("named data sets need tensorflow-datasets", got=error, remedy=remedy) from error
    logging.getLogger("absl").setLevel(logging.ERROR)  # as TensorFlow: it warns of its own code
    return tensorflow_datasets


def _builder_of(name: str) -> Any:
    tfds = _datasets()
    folder = _folder_of(name)
    if folder is not None:
        return _opened(folder)
    if not sys.stderr.isatty():
        tfds.disable_progress_bar()
    try:
        with contextlib.redirect_stdout(sys.stderr), _quiet("urllib3"):
            builder = tfds.builder(name)
            builder.download_and_prepare()
    except tfds.core.DatasetNotFoundError as error:
        raise InputError(f"tensorflow-datasets knows no set {name!r}", expected=_FORM) from error
    except ModuleNotFoundError as error:  # some sets need packages that tensorflow-datasets does not bring along
        what, remedy = f"the data set {name!r} needs {error.name}", f"pip install {error.name}"
        raise InputError(what, remedy=remedy) from error
    except Exception as error:  # of the network or the disk
        raise InputError(
            f"the data set {name!r} cannot be had", got=f"{type(error).__name__}: {error}"[:300]
        ) from error
    return builder


@contextlib.contextmanager
def _quiet(name: str) -> Iterator[None]:
    """Warnings of a library, such as that it tries once more, are not told meanwhile."""
    logger = logging.getLogger(name)
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)


def _folder_of(name: str) -> Path | None:
    """The folder that `name` is, where a set is prepared in it, or one version of one is."""
    if not Path(name).is_dir():
        return None
    found = [path.parent for depth in ("", "*/", "*/*/") for path in sorted(Path(name).glob(depth + _INFO))]
    if len(found) > 1:
        raise InputError("several sets are in this folder", expected="one of them", got=len(found), path=name)
    if not found and "/" in name:
        raise InputError("no set is prepared in this folder", expected=_INFO, path=name)
    return found[0].absolute() if found else None


def _opened(folder: Path) -> Any:
    try:
        return _datasets().builder_from_directory(folder)
    except Exception as error:  # whatever a damaged description leads to
        raise InputError("the data set cannot be read", got=error, path=folder) from error


@lru_cache(maxsize=4)
def _prepared(found: Found, signature: str) -> Any:
    if not (found.folder / _INFO).is_file():
        raise InputError("the data set is not there", expected=_INFO, path=found.folder)
    if signature_of(found) != signature:
        raise InputError("the data set is another one than before", remedy="start again", path=found.folder)
    return _opened(found.folder)


def _features(builder: Any, name: str) -> tuple[str, str | None]:
    """The features that are the picture and its label: those to learn from where it says so, else by name, or type."""
    kinds, features = _datasets().features, dict(builder.info.features)
    stated = builder.info.supervised_keys or ()
    pictures = [key for key, kind in features.items() if type(kind) is kinds.Image]
    labels = [key for key, kind in features.items() if isinstance(kind, kinds.ClassLabel)]
    if not pictures:
        raise InputError(f"the data set {name} has no pictures", got=", ".join(features) or "nothing")
    picture = next((key for key in (*stated, "image", *pictures) if key in pictures), pictures[0])
    label = next((key for key in (*stated, "label", *labels) if key in labels), None)
    dtype = np.dtype(features[picture].np_dtype)
    if dtype not in (np.uint8, np.uint16):
        raise InputError("pictures of this kind cannot be shown", expected="uint8 or uint16", got=dtype)
    return picture, label
