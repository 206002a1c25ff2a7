"""The first piece of the folder: the picture, the sequence or the row of a table that a model takes."""

from __future__ import annotations

from collections.abc import Sequence

from exporter.interchange.unity.convolutions import padding_word
from exporter.interchange.unity.errors import cannot_show
from exporter.interchange.unity.flow import Flow, Piece, Setting
from exporter.interchange.unity.kernels import Zeros
from exporter.interchange.unity.main_path import Step
from exporter.interchange.unity.square import check_fits
from exporter.interchange.unity.values import PictureValues, Spot, TableValues, drawn_span, fed_per_drawn, is_untouched

_KERNELS_AND_POOLS = ("conv", "depthwise", "pool", "global_pool", "dense")


def input_shape(steps: Sequence[Step]) -> tuple[int, ...]:
    """(h, w, C) of the picture or the sequence that the chain takes, or (n,) of a table.

    A model that takes a flat list and makes maps of it with a Reshape takes these maps. Two axes are a picture without
    colours where it is flattened or reshaped, and places and channels of a sequence where a layer runs along them.

    Raises
    ------
    UnityError
        the input is neither, such as a single number, a video or a text.
    """
    step = steps[0]
    shape = step.shape
    first = next((s for s in steps[1:] if s.layer.kind in (*_KERNELS_AND_POOLS, "flatten", "reshape")), None)
    if first is not None and first.layer.kind == "reshape" and len(first.shape) > 1 and len(shape) < 3:
        shape = first.shape
    if len(shape) == 2:
        is_picture = first is not None and first.layer.kind == "flatten"
        shape = (*shape, 1) if is_picture else (shape[0], 1, shape[1])
    if len(shape) not in (1, 3):
        raise cannot_show(step.layer, f"an input of shape {step.shape} is neither a picture nor a row of a table")
    return shape


def entered(setting: Setting) -> Flow:
    """The walk with nothing but its input."""
    step, shape = setting.steps[0], input_shape(setting.steps)
    name = step.layer.name
    if len(shape) == 1:
        values = TableValues(name, shape[0])
        piece = Piece("input", "input", name, (1, shape[0], 1, 1), Zeros((1,)), values)
        note = f"{name} -> input: a row of {shape[0]} features as it was fed, written as a picture one cell wide"
        return Flow((piece,), (note,), shape, name, linear=name)
    height, width, channels = shape
    spot = Spot((height, width), setting.room, setting.at)
    check_fits(name, spot.at, spot.shape, spot.room)
    picture = PictureValues(name, spot, channels, setting.preprocessing)
    piece = Piece("input", "input", name, (1, *setting.room, channels), Zeros((1,)), picture)
    flipped = channels == 3 and setting.preprocessing.colour_order == "bgr"
    flow = Flow(
        (piece,), (), shape, name, room=setting.room, at=spot.at, picked=(2, 1, 0) if flipped else None, linear=name
    )
    return flow.noted(*_words(name, spot, setting, channels, flipped=flipped))


def _words(name: str, spot: Spot, setting: Setting, channels: int, *, flipped: bool) -> tuple[str, ...]:
    words = []
    if not spot.is_whole:
        words.append(padding_word(spot))
    if flipped:
        words.append("red, green, blue, where the model is fed blue first; the first kernel is turned alike")
    preprocessing = setting.preprocessing
    low, span = drawn_span(preprocessing)
    if is_untouched(preprocessing) and (low, span) != (0, 1):
        words.append(f"what is fed from {low:.4g} to {low + span:.4g} is drawn as 0 to 1")
    factors = fed_per_drawn(preprocessing, channels)
    if not is_untouched(preprocessing) and any(abs(factor - 1) > 1e-6 for factor in factors):
        told = ", ".join(f"{factor:.4g}" for factor in dict.fromkeys(factors))
        words.append(
            f"the picture in 0..1, where the model is fed {told} times as much: the first kernel is the model's own"
        )
    return tuple(f"{name} -> input: {word}" for word in words)
