"""A Keras model out of a file, or one line that says why not."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from exporter.backend import keras
from exporter.models.errors import ModelError

_EXPECTED = "a whole model saved by Keras as .keras or .h5"
_SUFFIXES = {b"PK\x03\x04": (".keras",), b"\x89HDF": (".h5", ".hdf5")}
_MISSING_CLASS = re.compile(
    r"Could not locate class '(?P<new>[^']+)'|Unknown (?:layer|object): '?(?P<old>[\w>]+)|"
    r"Could not (?:locate|interpret) (?:function|activation function|\w+ identifier)[: ]+'?(?P<function>[\w>]+)"
)


def open_model(source: str | Path, *, imports: Sequence[str] = ()) -> keras.Model:
    """The model in a `.keras` or whole-model `.h5` file, not compiled.

    Parameters
    ----------
    source : path of the file.
    imports : modules to import first; they register custom layers with `keras.saving.register_keras_serializable`.
        The current folder is searched too.

    Raises
    ------
    ModelError
        no such file; not a model; weights without a model; a custom class that is not registered; a Lambda layer, which
        holds code and is never run from a file.
    """
    path = Path(source)
    for module in imports:
        _import(module)
    _check_file(path)
    try:
        return keras.models.load_model(path, compile=False)
    except Exception as error:
        raise _explained(error, path) from error


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


def _check_file(path: Path) -> None:
    if not path.exists():
        raise ModelError("no such model file", expected=_EXPECTED, path=path)
    if path.is_dir():
        raise ModelError("not a model file", expected=_EXPECTED, got="a folder", path=path)
    with path.open("rb") as file:
        suffixes = _SUFFIXES.get(file.read(4))
    if suffixes is None:
        raise ModelError("not a Keras model", expected=_EXPECTED, got="a file of another kind", path=path)
    if path.suffix.lower() not in suffixes:
        raise ModelError(
            "the file's name does not fit what is in it",
            expected=f"a name that ends in {suffixes[0]}",
            got=path.suffix or "no ending",
            remedy="rename the file",
            path=path,
        )
    if path.name.endswith(".weights.h5"):
        raise _weights_only(path)


def _weights_only(path: Path) -> ModelError:
    return ModelError(
        "the file has weights, but no model",
        expected=_EXPECTED,
        remedy="save the model with model.save(...), or pass these weights with --checkpoint",
        path=path,
    )


def _explained(error: Exception, path: Path) -> ModelError:
    text = str(error)
    missing = _MISSING_CLASS.search(text)
    if missing is not None:
        return ModelError(
            f"the model uses {next(filter(None, missing.groups()))!r}, which Keras does not know",
            remedy="register it with @keras.saving.register_keras_serializable() in a module and pass --import MODULE",
            path=path,
        )
    if "Lambda" in text or "lambda" in text:
        return ModelError(
            "the model has a Lambda layer, whose code would run from the file",
            remedy="replace it with a layer class registered with keras.saving.register_keras_serializable()",
            path=path,
        )
    if "No model config found" in text:
        return _weights_only(path)
    first_line = text.strip().splitlines()[0] if text.strip() else type(error).__name__
    return ModelError("the model cannot be loaded", expected=_EXPECTED, got=first_line, path=path)
