"""The models of `keras.applications` by name, fed as their own `preprocess_input` would feed them."""

from __future__ import annotations

import contextlib
import difflib
import inspect
import json
import socket
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from exporter.backend import keras
from exporter.bundle.schema import Preprocessing
from exporter.inputs.imagenet import INSTALL, imagenet_names
from exporter.inputs.preprocessing import PreprocessingOptions, fed_from_picture
from exporter.models.errors import ModelError
from exporter.models.seeding import python_random_seeded
from exporter.models.weights_file import load_weights

PREFIX = "applications:"
UNNAMED = (
    "the names of ImageNet's classes could not be fetched: classes are numbered; "
    f"install them ({INSTALL}) or pass --labels"
)
_SEED = 0
_PATIENCE_SECS = 20.0
_CLASS_INDEX = "imagenet_class_index.json"
_CLASS_INDEX_MD5 = "c2c37ea517e94d9795004a39431a14cb"
_MODES = (
    PreprocessingOptions(1.0),
    PreprocessingOptions(1 / 127.5, (127.5, 127.5, 127.5)),
    PreprocessingOptions(1.0, (103.939, 116.779, 123.68), "bgr"),
    PreprocessingOptions(1 / 255, (0.485 * 255, 0.456 * 255, 0.406 * 255), "rgb", (0.229, 0.224, 0.225)),
)
"""How `preprocess_input` may feed a picture: as it is, from -1 to 1, less a mean colour, or normalised."""


@dataclass(frozen=True)
class Application:
    """A model of `keras.applications`, how it is fed, its classes, and what the user should read."""

    model: keras.Model
    preprocessing: PreprocessingOptions | None
    class_names: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@cache
def application_names() -> tuple[str, ...]:
    """The names of all models that this Keras has."""
    return tuple(
        name
        for name, value in sorted(vars(keras.applications).items())
        if inspect.isfunction(value) and "weights" in inspect.signature(value).parameters
    )


def open_application(source: str) -> Application:
    """The model that `applications:NAME[:WEIGHTS]` names.

    WEIGHTS is `imagenet` (the default; Keras fetches them once and keeps them), `none` (random, the same each time), or
    a file of weights.

    Raises
    ------
    ModelError
        no model of that name, or weights that cannot be had.
    """
    name, _, weights = source.removeprefix(PREFIX).partition(":")
    found = _named(name)
    build: Callable[..., Any] = getattr(keras.applications, found)
    preprocessing = preprocessing_of(build)
    notes: tuple[str, ...] = (
        () if preprocessing else (f"how {found} takes pictures is not known: state it with --scale, --mean, --std",)
    )
    if weights.lower() == "none":
        return Application(_with_random_weights(build), preprocessing, (), notes)
    if weights and weights.lower() != "imagenet":
        return Application(_with_file(build, Path(weights)), preprocessing, (), notes)
    model = _with_imagenet(build, found)
    class_names = imagenet_classes()
    if not class_names:
        notes += (UNNAMED,)
    return Application(model, preprocessing, class_names, notes)


def preprocessing_of(build: Callable[..., Any]) -> PreprocessingOptions | None:
    """How a model of `keras.applications` is fed: what its module's `preprocess_input` does to a few colours.

    `None` where that is none of the ways that are known.
    """
    function = vars(sys.modules[build.__module__]).get("preprocess_input")
    if function is None:
        return None
    colours = np.array([[[0, 0, 0], [255, 255, 255], [255, 0, 0], [3, 60, 200]]], np.uint8)
    expected = np.asarray(function(colours.astype(np.float32)))
    for options in _MODES:
        order, scale = options.colour_order or "rgb", options.scale or 1.0
        mode = Preprocessing(scale=scale, mean=options.mean, std=options.std, colour_order=order)
        if np.allclose(fed_from_picture(colours, mode), expected, rtol=1e-4, atol=1e-4):
            return options
    return None


def imagenet_classes() -> tuple[str, ...]:
    """The names of ImageNet's 1000 classes, empty where they cannot be had.

    Out of the package `imagenet-classes` where it is installed, else out of Keras' own file, which is fetched.
    """
    if installed := imagenet_names():
        return installed
    origin = vars(sys.modules[keras.applications.ResNet50.__module__])["imagenet_utils"].CLASS_INDEX_PATH
    try:
        with _patient():
            path = keras.utils.get_file(_CLASS_INDEX, origin, cache_subdir="models", file_hash=_CLASS_INDEX_MD5)
        index: Mapping[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
        return tuple(str(index[str(number)][1]).replace("_", " ") for number in range(len(index)))
    except Exception:  # noqa: BLE001 - whatever it is, names are a comfort and no need
        return ()


def _named(name: str) -> str:
    by_lower = {each.lower(): each for each in application_names()}
    if name.lower() in by_lower:
        return by_lower[name.lower()]
    near = difflib.get_close_matches(name.lower(), by_lower, n=3, cutoff=0.5)
    raise ModelError(
        f"keras.applications has no model {name!r}",
        expected=" or ".join(by_lower[each] for each in near) or ", ".join(application_names()),
    )


def _with_random_weights(build: Callable[..., Any]) -> keras.Model:
    with warnings.catch_warnings(), python_random_seeded(_SEED):
        warnings.simplefilter("ignore")
        return build(weights=None)


def _with_file(build: Callable[..., Any], path: Path) -> keras.Model:
    if not path.is_file():
        raise ModelError(
            "no such weights", expected="imagenet, none, or a .h5 file of weights", got=path.name, path=path
        )
    model = _with_random_weights(build)
    load_weights(model, path)
    return model


def _with_imagenet(build: Callable[..., Any], name: str) -> keras.Model:
    try:
        with _patient(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return build(weights="imagenet")
    except Exception as error:
        raise ModelError(
            f"the weights of {name} cannot be fetched",
            got=_first_line(error),
            remedy=f"pass {PREFIX}{name}:none for random weights, or {PREFIX}{name}:FILE with the file of weights",
        ) from error


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


@contextlib.contextmanager
def _patient() -> Iterator[None]:
    """Give up on a network that says nothing, and keep Keras' progress bars out of the output."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(_PATIENCE_SECS)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    finally:
        socket.setdefaulttimeout(before)
