"""The layers of a network as toys: those that slide a window, and what they would be with other settings. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from viewer.inspect.whatif import Toy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exporter.bundle.schema import Layer
    from viewer.inspect.whatif import Padding, Work

FIRST = Toy("conv", (7, 7), (3, 3), (1, 1), (1, 1), "valid")
"""Where a network has no such layer."""


def toy_of(layer: Layer, before: Sequence[int], after: Sequence[int]) -> Toy | None:
    """The layer as it is set, with an input of shape `before` (channels last) and an output of shape `after`; `None`
    where it slides no window: a transposed convolution spreads values, an adaptive pool has windows of several sizes.
    """
    code = str(layer.settings.get("computed_by") or layer.class_name)
    work = _work_of(layer, code)
    taps = layer.pool_size if layer.kind == "pool" else layer.kernel_size
    if work is None or not taps or len(before) != len(taps) + 1 or len(after) != len(before):
        return None
    ones = (1,) * len(taps)
    padding = layer.padding or "valid"
    if padding not in ("valid", "same", "causal") or layer.settings.get("data_format") == "channels_first":
        return None
    multiplier = layer.settings.get("depth_multiplier")
    return Toy(
        work,
        tuple(before[:-1]),
        taps,
        layer.strides or (taps if work == "pool" else ones),
        layer.dilation or ones,
        cast("Padding", padding),
        before[-1],
        after[-1],
        layer.groups or 1,
        multiplier if isinstance(multiplier, int) else 1,
        "bias" in layer.variables,
    )


def _work_of(layer: Layer, code: str) -> Work | None:
    if "Transpose" in code or "Adaptive" in code or code.startswith("ops."):
        return None
    if "Separable" in code:
        return "separable"
    return cast("Work", layer.kind) if layer.kind in ("conv", "depthwise", "pool") else None
