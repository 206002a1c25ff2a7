"""What stands on the last axis of a tensor behind a layer without units of its own, one that is looked through."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from exporter.bundle.schema import Layer, Setting
from exporter.bundling.channels.strands import Flow, blended, concatenated, cut, reshaped, united

SPLITTING = ("ops.Split", "ops.ArraySplit", "ops.Unstack")
_MOVING = (
    "Permute", "ops.Transpose", "ops.Swapaxes", "ops.Moveaxis", "ops.Flip", "ops.Fliplr", "ops.Roll", "ops.Rot90",
)  # fmt: skip
_VALUES = {"Attention": 1, "AdditiveAttention": 1, "DotProductAttention": 2}
"""Which argument of an attention without weights is what is mixed."""


def width_of(layer: Layer, output: int = 0) -> int | None:
    """Length of the last axis of an output: 1 of a single number, `None` where it is not fixed."""
    if output >= len(layer.outputs):
        return None
    shape = layer.outputs[output].shape
    return shape[-1] if shape else 1


def is_last(layer: Layer, axis: Setting) -> bool:
    """Whether an axis of the settings, which count the batch axis, is the last of the layer's output."""
    return axis in (-1, len(layer.outputs[0].shape))


def passed(layer: Layer, source: Layer, arrived: Sequence[Flow]) -> Flow:
    """The flow behind a layer that is looked through.

    Parameters
    ----------
    layer : it has no weights between channels.
    source : the layer that feeds its first argument.
    arrived : the flows of what feeds it, in order; at least one.
    """
    width = width_of(layer)
    if layer.kind == "merge":
        return _merged(layer, arrived, width)
    if layer.kind == "attention" and len(arrived) > 1:
        value = min(_VALUES.get(layer.class_name, 1), len(arrived) - 1)
        return united([arrived[value]], width)
    if layer.kind in ("flatten", "reshape"):
        return _rearranged(layer, source, arrived[0], width)
    return united(arrived if layer.kind == "other" else arrived[:1], width)


def _merged(layer: Layer, arrived: Sequence[Flow], width: int | None) -> Flow:
    ends = sum(flow.width or 0 for flow in arrived)
    axis = layer.settings.get("axis", -1)
    if layer.mode in ("concatenate", "hstack", "append") and (is_last(layer, axis) or ends == width):
        return concatenated(arrived, width)
    return united(arrived, width)


def _rearranged(layer: Layer, source: Layer, flow: Flow, width: int | None) -> Flow:
    """Behind a layer that lays values in other rows, cuts some out, or changes the order of axes."""
    how = str(layer.settings.get("computed_by", layer.class_name))
    if how in _MOVING:
        return flow if _keeps_last(layer, how) else blended(flow, width)
    if how in SPLITTING and is_last(layer, layer.settings.get("axis")):
        return cut(flow, 0, width or 1)
    if how in ("ops.GetItem", "ops.Slice") and width != flow.width:
        first = _first_of(layer)
        return blended(flow, width) if first is None or width is None else cut(flow, first, width)
    before, after = source.outputs[0].shape if source.outputs else (), layer.outputs[0].shape
    sizes, made = [size for size in before if size is not None], [size for size in after if size is not None]
    is_known = len(sizes) == len(before)
    if is_known and len(made) == len(after) and prod(sizes) != prod(made):
        return united([flow], width)  # values were repeated or picked
    return reshaped(flow, width, prod(sizes[:-1]) if is_known else None)


def _keeps_last(layer: Layer, how: str) -> bool:
    """Whether the last axis stays the last, in the same order."""
    settings, rank = layer.settings, len(layer.outputs[0].shape)
    order = settings.get("dims" if how == "Permute" else "axes")
    if how in ("Permute", "ops.Transpose"):
        return isinstance(order, tuple) and bool(order) and order[-1] in (rank, -1)
    axes = [settings.get(name) for name in ("axis", "axis1", "axis2", "source", "destination") if name in settings]
    flat = [each for axis in axes for each in (axis if isinstance(axis, tuple) else (axis,))]
    return bool(flat) and not any(axis is None or is_last(layer, axis) for axis in flat)


def _first_of(layer: Layer) -> int | None:
    """With which place of the last axis the slice of a `x[..., a:b]` begins; `None`: it is not of that form."""
    parts = [part.strip() for part in str(layer.settings.get("key", "")).split(",")]
    is_whole = "..." in parts or len(parts) == len(layer.outputs[0].shape) + 1
    ends = parts[-1].split(":")
    if not is_whole or len(ends) not in (2, 3) or ends[2:] not in ([], [""], ["1"]):
        return None
    start = ends[0].lstrip("-")
    return None if ends[0].startswith("-") or (start and not start.isdigit()) else int(start or 0)
