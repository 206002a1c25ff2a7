"""A Keras model from wherever a user has it, or one line that says why not."""

from __future__ import annotations

import contextlib
import importlib
import io
import re
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import h5py

from exporter.backend import keras
from exporter.inputs.imagenet import CLASSES
from exporter.inputs.preprocessing import PreprocessingOptions
from exporter.models import squeezenet
from exporter.models.applications import PREFIX, UNNAMED, imagenet_classes, open_application
from exporter.models.budget import check_outputs, weights_limited
from exporter.models.containers import datasets_of
from exporter.models.errors import ModelError
from exporter.models.keras_file import open_keras_file
from exporter.models.legacy.hdf5 import open_legacy_h5, stored_config, stored_version
from exporter.models.safety import check_config, unknown
from exporter.models.saved_model import open_saved_model
from exporter.models.tfjs import open_tfjs

_EXPECTED = "a .keras, .h5 or TF.js model.json file, a SavedModel folder, applications:NAME or squeezenet:FILE"
_SUFFIXES = {b"PK\x03\x04": (".keras",), b"\x89HDF": (".h5", ".hdf5")}
_MISSING_CLASS = re.compile(
    r"Could not locate class '(?P<new>[^']+)'|Unknown (?:layer|object): '?(?P<old>[\w>]+)|"
    r"Could not (?:locate|interpret) (?:function|activation function|\w+ identifier)[: ]+'?(?P<function>[\w>]+)"
)


@dataclass(frozen=True)
class Opened:
    """A model, not compiled, and what came with it.

    Attributes
    ----------
    model : the Keras model.
    preprocessing : how pictures become what the model is fed, where the source says so.
    class_names : names of the classes, where the source has them.
    notes : lines that the user should read.
    """

    model: keras.Model
    preprocessing: PreprocessingOptions | None = None
    class_names: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def open_model(source: str | Path, *, imports: Sequence[str] = (), unsafe: bool = False) -> keras.Model:
    """The model that `open_source` opens, without what came with it."""
    return open_source(source, imports=imports, unsafe=unsafe).model


def open_source(source: str | Path, *, imports: Sequence[str] = (), unsafe: bool = False) -> Opened:
    """The model of a file, a folder or a name.

    Parameters
    ----------
    source : a `.keras` file; an `.h5` file with a whole model of Keras 1, 2 or 3; the `model.json` of a TF.js layers
        model or its folder; the folder of a SavedModel; `applications:NAME[:WEIGHTS]`, one of `keras.applications`
        with weights `imagenet` (the default), `none`, or a file of them; or `squeezenet:FILE` (see `open_squeezenet`).
    imports : modules to import first; they register custom layers with `keras.saving.register_keras_serializable`.
        The current folder is searched too.
    unsafe : run what the file brings: Lambda layers and the like. Without it, nothing in a file is executed.

    Raises
    ------
    ModelError
        no such thing; not a model; weights without a model; a custom class that is not registered; code in the file
        (unless `unsafe`); weights that are missing or do not fit.
    """
    for module in imports:
        _import(module)
    if str(source).startswith(PREFIX):
        found = open_application(str(source))
        return Opened(found.model, found.preprocessing, found.class_names, found.notes)
    if str(source).startswith(squeezenet.PREFIX):
        return _open_squeezenet(str(source))
    path = Path(source)
    with _told_with(path), _quiet():
        if path.is_dir() and not (path / "model.json").is_file():
            model, notes = open_saved_model(path, unsafe=unsafe)
        else:
            file = path / "model.json" if path.is_dir() else path
            model, notes = _opener(file)(file, unsafe=unsafe), ()
        check_outputs(model, path)
    return Opened(model, notes=notes)


def _open_squeezenet(source: str) -> Opened:
    with _quiet():
        model = squeezenet.open_squeezenet(source)
    if model.output_shape[-1] != CLASSES:
        return Opened(model, squeezenet.PREPROCESSING)
    names = imagenet_classes()
    return Opened(model, squeezenet.PREPROCESSING, names, () if names else (UNNAMED,))


def _opener(path: Path) -> Callable[..., keras.Model]:
    if not path.exists():
        raise ModelError("no such model file", expected=_EXPECTED)
    if path.suffix.lower() == ".json":
        return open_tfjs
    with path.open("rb") as file:
        suffixes = _SUFFIXES.get(file.read(4))
    if suffixes is None:
        raise ModelError("not a Keras model", expected=_EXPECTED, got="a file of another kind")
    if path.suffix.lower() not in suffixes:
        raise ModelError(
            "the file's name does not fit what is in it",
            expected=f"a name that ends in {suffixes[0]}",
            got=path.suffix or "no ending",
            remedy="rename the file",
        )
    if path.name.endswith(".weights.h5"):
        raise _weights_only()
    return open_keras_file if suffixes == (".keras",) else _open_h5


def _open_h5(path: Path, *, unsafe: bool) -> keras.Model:
    with h5py.File(path, "r") as file:
        sizes = sum(dataset.size or 0 for dataset in datasets_of(file, path))
        config = stored_config(file, path)
        if config is None:
            raise _weights_only()
        if stored_version(file) < 3:
            return open_legacy_h5(file, config, path, unsafe=unsafe)
    if not unsafe:
        check_config(config, path)
    with weights_limited(sizes, path):
        return keras.models.load_model(path, compile=False, safe_mode=not unsafe)


def _import(module: str) -> None:
    sys.path.insert(0, str(Path.cwd()))
    try:
        importlib.import_module(module)
    except Exception as error:
        raise ModelError(
            f"cannot import {module!r}", got=error, remedy="name a module that Python can import from here"
        ) from error
    finally:
        sys.path.pop(0)


@contextlib.contextmanager
def _told_with(path: Path) -> Iterator[None]:
    """Whatever goes wrong is a `ModelError` that ends in the path."""
    try:
        yield
    except ModelError as error:
        if error.path is not None:
            raise
        kept = {"expected": error.expected, "got": error.got, "remedy": error.remedy}
        raise ModelError(error.what, **kept, path=path) from error
    except Exception as error:
        raise _explained(error, path) from error


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """What Keras warns of while it opens a model is about how the model was written: nobody here can mend it."""
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        yield


def _weights_only() -> ModelError:
    return ModelError(
        "the file has weights, but no model",
        expected="a whole model",
        remedy="save the model with model.save(...), or pass these weights with --checkpoint",
    )


def _explained(error: Exception, path: Path) -> ModelError:
    text = str(error)
    missing = _MISSING_CLASS.search(text)
    if missing is not None:
        return unknown(next(filter(None, missing.groups())), path)
    told = text.rpartition("Exception encountered:")[2].strip() or type(error).__name__
    first_line = told.splitlines()[0]
    return ModelError("the model cannot be loaded", expected="a model that Keras saved", got=first_line, path=path)
