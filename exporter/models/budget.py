"""No more memory for weights than the file has weights."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from exporter.backend import keras
from exporter.models.errors import ModelError

_TIMES, _NOT_STORED = 4, 2**20
"""How many weights a model may ask for beyond those in its file: what is exact is compared when they are loaded."""
_LARGEST_OUTPUT = 2**34


@contextmanager
def weights_limited(stored: int, path: Path) -> Iterator[None]:
    """While it lasts, a layer that is built may have weights only while all together are about as many as `stored`.

    They begin as zeros, since the file has values for all of them: drawing them at random would take more time and
    three times the memory. What the layers say of their initialisers stays.

    Raises
    ------
    ModelError
        when a layer asks for more; nothing has been allocated for it then.
    """
    layer_class = keras.layers.Layer
    add_weight = layer_class.add_weight
    asked = 0

    def counted(layer: Any, *args: Any, **kwargs: Any) -> Any:
        nonlocal asked
        shape = kwargs.get("shape", next((each for each in args if not isinstance(each, str)), None))
        sizes = (shape,) if isinstance(shape, int) else tuple(shape or ())
        asked += math.prod(int(size or 0) for size in sizes)
        if asked > _TIMES * stored + _NOT_STORED:
            raise ModelError(
                "the model's layers do not fit the stored weights",
                expected=f"about {stored} weights in all",
                got=f"{asked} or more up to the layer {layer.name!r}",
                path=path,
            )
        if len(args) < 2:  # the initialiser is not given by position
            kwargs["initializer"] = "zeros"
        return add_weight(layer, *args, **kwargs)

    layer_class.add_weight = counted
    try:
        yield
    finally:
        layer_class.add_weight = add_weight


def check_outputs(model: keras.Model, path: Path) -> None:
    """Refuse a model one of whose layers would put out more than any machine holds, for a single input."""
    for layer in model.layers:
        for shape in _shapes(layer):
            size = math.prod(int(each) for each in shape[1:] if each is not None)
            if size > _LARGEST_OUTPUT:
                raise ModelError(
                    f"the layer {layer.name!r} puts out more than can be held",
                    expected=f"{_LARGEST_OUTPUT} values at most",
                    got=size,
                    path=path,
                )


def _shapes(layer: keras.layers.Layer) -> list[tuple[int | None, ...]]:
    try:
        outputs = layer.output
    except (AttributeError, ValueError):  # a layer that is called several times, or never
        return []
    return [tuple(tensor.shape) for tensor in keras.tree.flatten(outputs)]
