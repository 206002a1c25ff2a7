"""Places, sizes and numbers in words. Pure."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exporter.bundle.schema import Layer
    from viewer.study import Place

MINUS = "\N{MINUS SIGN}"
ATTENTION_SCORES = "attention scores"
AXES = {1: ("step",), 2: ("row", "column"), 3: ("slice", "row", "column")}


def number(value: float, digits: int = 4) -> str:
    """A number with so many digits that count.

    >>> number(-0.123456), number(3.0), number(float("nan"))
    ('−0.1235', '3', 'not a number')
    """
    if not isfinite(value):
        return "not a number" if value != value else "infinite" if value > 0 else f"{MINUS}infinite"
    return f"{value + 0.0:.{digits}g}".replace("-", MINUS)


def times(sizes: Sequence[int | None]) -> str:
    """Sizes of axes.

    >>> times((26, 26, None)), times(())
    ('26 × 26 × ?', 'a single number')
    """
    return " × ".join("?" if size is None else f"{size:,}" for size in sizes) or "a single number"


def position_words(position: Sequence[int]) -> str:
    """A place along the axes beside the channels.

    >>> position_words((10, 7)), position_words((4,)), position_words((1, 2, 3, 4))
    ('row 10, column 7', 'step 4', 'at (1, 2, 3, 4)')
    """
    names = AXES.get(len(position))
    if names is None:
        return f"at ({', '.join(map(str, position))})" if position else ""
    return ", ".join(f"{name} {at}" for name, at in zip(names, position, strict=True))


def index_words(place: Place, shape: Sequence[int], *, is_heads: bool = False, class_name: str = "") -> str:
    """Which part of an output of this shape a place is; empty for the whole.

    >>> from viewer.study import Place
    >>> index_words(Place("a", 0, 3, (10, 7)), (26, 26, 8)), index_words(Place("a", 0, 42), (120,))
    ('channel 3 of 8, row 10, column 7', 'unit 42 of 120')
    >>> index_words(Place("a", 0, 3), (10,), class_name="three"), index_words(Place("a", 0, 1), (26, 26, 8))
    ('class 3 of 10: three', 'channel 1 of 8')
    """
    channel, position = place.channel, place.position
    if channel is None:
        return position_words(position or ())
    if is_heads:
        parts = [f"head {channel} of {shape[0]}"]
        if position and len(position) == 2:
            return f"{parts[0]}, query {position[0]}, key {position[1]}"
        return ", ".join([*parts, *([position_words(position)] if position else [])])
    count = shape[-1] if shape else 1
    if class_name:
        return f"class {channel} of {count}: {class_name}"
    is_map = any(size != 1 for size in shape[:-1])
    what = "channel" if is_map and len(shape) > 2 else "unit"
    return ", ".join([f"{what} {channel} of {count}", *([position_words(position)] if position else [])])


def kind_words(layer: Layer) -> str:
    """What a layer is.

    >>> from exporter.bundle.schema import Layer
    >>> kind_words(Layer(name="a", kind="global_pool", class_name="GlobalMaxPooling2D", outputs=(), value="value"))
    'global pool · GlobalMaxPooling2D'
    """
    return f"{layer.kind.replace('_', ' ')} · {layer.class_name}"


def value_words(layer: Layer, output: int = 0) -> str:
    """What the numbers of a layer's output are.

    >>> from exporter.bundle.schema import Layer
    >>> relu = Layer(name="a", kind="dense", class_name="Dense", outputs=(), value="post-activation", activation="relu")
    >>> value_words(relu)
    'post-activation (relu)'
    """
    if output:
        return (layer.outputs[output].name if output < len(layer.outputs) else None) or f"output {output}"
    if layer.value == "input":
        return "what was fed"
    if layer.value == "post-activation" and layer.activation:
        return f"post-activation ({layer.activation})"
    return layer.value


def is_heads(layer: Layer, output: int, rank: int) -> bool:
    """Whether the first axis of an output are the heads of attention."""
    return rank > 2 and output < len(layer.outputs) and layer.outputs[output].name == ATTENTION_SCORES
