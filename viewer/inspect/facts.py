"""What there is to say of a layer, of what was fed and of a weight, as pairs of a name and words. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from viewer.atlas import as_picture
from viewer.inspect.value import extremes_in
from viewer.inspect.words import number, position_words, times
from viewer.kept import finite, kernel_of, kernel_ref

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Layer

    Facts = tuple[tuple[str, str], ...]

COLOURS = ("red", "green", "blue")
_RANGES: WeakKeyDictionary[Bundle, dict[tuple[str, str], str]] = WeakKeyDictionary()


def layer_facts(bundle: Bundle, checkpoint_id: str, layer: Layer) -> Facts:
    """Shape, parameters and settings of a layer, and the range of its kernel at a checkpoint; what it has not is left
    out.
    """
    shapes = "; ".join(times(output.shape) for output in layer.outputs)
    told = [
        ("output", shapes),
        ("parameters", f"{layer.parameters:,}" if layer.parameters else ""),
        ("shares its weights with", layer.shares_weights_with or ""),
        ("mode", layer.mode or ""),
        ("units", f"{layer.units:,}" if layer.units else ""),
        ("filters", f"{layer.filters:,}" if layer.filters else ""),
        ("kernel", times(layer.kernel_size) if layer.kernel_size else ""),
        ("pool", times(layer.pool_size) if layer.pool_size else ""),
        ("strides", times(layer.strides) if layer.strides else ""),
        ("dilation", times(layer.dilation) if layer.dilation and set(layer.dilation) != {1} else ""),
        ("groups", str(layer.groups) if (layer.groups or 1) > 1 else ""),
        ("padding", layer.padding or ""),
        ("activation", layer.activation or ""),
        ("rate", number(layer.rate) if layer.rate is not None else ""),
        ("weights", _weights_range(bundle, checkpoint_id, layer)),
    ]
    return tuple((name, words) for name, words in told if words)


def _weights_range(bundle: Bundle, checkpoint_id: str, layer: Layer) -> str:
    """From where to where a kernel goes; of very large ones by evenly spaced weights. Kept: a hover must not wait."""
    known = _RANGES.setdefault(bundle, {})
    if (checkpoint_id, layer.name) not in known:
        kernel = kernel_of(bundle, checkpoint_id, layer)
        words = "" if kernel is None or not kernel.size else f"{number(kernel.min())} to {number(kernel.max())}"
        known[checkpoint_id, layer.name] = words
    return known[checkpoint_id, layer.name]


def map_facts(part: NDArray[Any]) -> Facts:
    """Largest and smallest value of a map, and where."""
    found = extremes_in(part)
    if found is None:
        return ()
    return tuple(
        (name, f"{number(value)} at {position_words(at)}")
        for name, (value, at) in zip(("largest", "smallest"), found, strict=True)
    )


def strongest_facts(part: NDArray[Any], counts: int = 3) -> Facts:
    """The channels of largest size at one cell (C,)."""
    sizes = np.nan_to_num(np.abs(part), nan=-1.0)
    first = np.argsort(-sizes, kind="stable")[:counts]
    return (("strongest channels", ", ".join(f"{at} ({number(part[at])})" for at in first)),)


def fed_facts(bundle: Bundle, fed: NDArray[Any], channel: int | None, position: tuple[int, ...] | None) -> Facts:
    """What was fed at a pixel and what of the picture that was, in 0 to 255; `channel` as it is fed.

    Empty where the input is no picture.
    """
    if fed.ndim != 3 or fed.shape[-1] not in (1, 3) or position is None:
        return ()
    preprocessing = bundle.manifest.preprocessing
    pixel = finite(fed[position[0] : position[0] + 1, position[1] : position[1] + 1])
    if not pixel.size:
        return ()
    picture = as_picture(pixel, preprocessing)[0, 0] * 255.0
    is_blue_first = preprocessing.colour_order == "bgr"
    seen = pixel[0, 0][::-1] if is_blue_first else pixel[0, 0]
    if len(seen) == 1:
        return ("fed", number(seen[0])), ("picture", f"{number(picture[0])} of 255")
    shown = range(3) if channel is None else (2 - channel if is_blue_first else channel,)
    return (
        ("fed", ", ".join(f"{COLOURS[at]} {number(seen[at])}" for at in shown)),
        ("picture", ", ".join(f"{COLOURS[at]} {number(picture[at])}" for at in shown) + " of 255"),
    )


def weight_at(bundle: Bundle, checkpoint_id: str, layer: Layer, index: tuple[int, ...]) -> float | None:
    """One weight of a layer's kernel, exactly; `None` where it was not kept or there is none at this index."""
    ref = kernel_ref(bundle, checkpoint_id, layer)
    if ref is None or len(ref.shape) != len(index) or any(i >= n for i, n in zip(index, ref.shape, strict=True)):
        return None
    return float(bundle.load(ref)[index])


def weight_words(layer: Layer, index: tuple[int, ...]) -> str:
    """Which weight of a kernel an index is: the last two axes are what it comes from and goes to.

    >>> from exporter.bundle.schema import Layer
    >>> conv = Layer(name="a", kind="conv", class_name="Conv2D", outputs=(), value="value")
    >>> weight_words(conv, (0, 2, 5, 7)), weight_words(conv, (3, 4))
    ('from channel 5 to channel 7, row 0, column 2 of the kernel', 'from unit 3 to unit 4')
    """
    source, target = index[-2], index[-1]
    if len(index) == 2:
        return f"from unit {source} to unit {target}"
    at = f"{position_words(index[:-2])} of the kernel"
    if layer.kind == "depthwise":
        return f"channel {source}, filter {target} of it, {at}"
    if "Transpose" in layer.class_name:
        source, target = target, source
    return f"from channel {source} to channel {target}, {at}"
