"""What a convolution scene should show at a cell, computed anew from stored tensors: numpy and Keras's rules only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from exporter.bundle import Bundle
from scenes.timeline import Timeline

Array = np.ndarray[Any, Any]
STRIP = np.arange(48) / 47
"""The strips of the legends: from 0 to full colour."""
FUNCTIONS = {"relu": lambda x: max(x, 0.0), "tanh": np.tanh, "sigmoid": lambda x: 1 / (1 + np.exp(-x))}


def padding_before(size: int, taps: int, stride: int, dilation: int, padding: str) -> int:
    """Zeros before an axis: `same` shares what is missing, the larger half behind; `causal` has all of it before."""
    reach = (taps - 1) * dilation + 1
    if padding == "same":
        return max((-(-size // stride) - 1) * stride + reach - size, 0) // 2
    return reach - 1 if padding == "causal" else 0


@dataclass(frozen=True)
class ConvolutionPeer:
    """The tables of a layer's scene."""

    bundle: Bundle
    key: tuple[str, str]
    layer: str
    source: str
    channel: int
    shown: tuple[int, ...]
    """The channels of the input that the scene shows."""

    def __call__(self, cell: tuple[int, ...]) -> dict[str, Array]:
        """Every table at a cell, by name."""
        window, weights = self.window(cell), self.weights()
        products = window * weights
        sums = {channel: products[..., at].sum() for at, channel in enumerate(self.inputs())}
        bias = self.weight("bias")
        added = float(products.sum() + (bias[self.channel] if bias is not None else 0.0))
        hidden = [value for channel, value in sums.items() if channel not in self.shown]
        stored = float(self.stored()[(*cell, self.channel)])
        function = self.bundle.layer(self.layer).activation or "linear"
        expected = {
            "cell": np.array([[stored]]),
            **{f"legend {name}": STRIP for name in ("red", "green", "blue", "grey")},
        }
        for number, channel in enumerate(self.shown):
            at = self.inputs().index(channel)
            tables = {"window": window, "kernel": weights, "products": products}
            expected |= {f"{name} {number}": np.atleast_2d(table[..., at]) for name, table in tables.items()}
        column = [sums[channel] for channel in self.shown] + ([sum(hidden)] if hidden else [])
        expected["sums"] = np.array(column)[:, None]
        if bias is not None:
            expected["bias"] = bias[self.channel]
        if function != "linear":
            expected["before"], added = np.array(added), FUNCTIONS[function](added)
        assert abs(added - stored) <= 1e-4 * max(1.0, np.abs(self.stored()).max()), (cell, added, stored)
        return {**expected, "result": np.array(added)}

    def window(self, cell: tuple[int, ...]) -> Array:
        """(*taps, inputs) what the window of a cell reads; zeros are put round the input first."""
        x = self.output(self.source)[..., list(self.inputs())]
        layer, kernel = self.bundle.layer(self.layer), self.kernel()
        taps = kernel.shape[:-2]
        strides, dilations = layer.strides or (1,) * len(taps), layer.dilation or (1,) * len(taps)
        wide, places = [], []
        for size, tap, stride, dilation, at in zip(x.shape, taps, strides, dilations, cell, strict=False):
            before = padding_before(size, tap, stride, dilation, layer.padding or "valid")
            wide.append((before, tap * dilation + stride))
            places.append(at * stride + np.arange(tap) * dilation)
        return np.pad(x, [*wide, (0, 0)])[np.ix_(*places, np.arange(x.shape[-1]))]

    def inputs(self) -> tuple[int, ...]:
        """The channels that go into the one that is shown."""
        kernel, layer = self.kernel(), self.bundle.layer(self.layer)
        if layer.kind == "depthwise":
            return (self.channel // kernel.shape[-1],)
        depth = kernel.shape[-2]
        groups = self.output(self.source).shape[-1] // depth
        first = self.channel // (kernel.shape[-1] // groups) * depth
        return tuple(range(first, first + depth))

    def weights(self) -> Array:
        """(*taps, inputs)."""
        kernel = self.kernel()
        if self.bundle.layer(self.layer).kind == "depthwise":
            channel, which = divmod(self.channel, kernel.shape[-1])
            return kernel[..., [channel], which]
        return kernel[..., self.channel]

    def kernel(self) -> Array:
        """All of it, as it is stored."""
        kernel = self.weight("kernel")
        assert kernel is not None
        return kernel

    def weight(self, name: str) -> Array | None:
        """A variable of the layer in float64; `None` where it has none."""
        ref = self.bundle.checkpoint(self.key[1]).weights.get(f"{self.layer}/{name}")
        return None if ref is None else np.asarray(self.bundle.load(ref), np.float64)

    def stored(self) -> Array:
        """What the layer put out."""
        return self.output(self.layer)

    def output(self, layer: str) -> Array:
        """What a layer put out, in float64."""
        return np.asarray(self.bundle.load(self.bundle.capture(*self.key).outputs[layer]), np.float64)


def channels_shown(timeline: Timeline) -> tuple[int, ...]:
    """The channels of the input that a scene shows, told by its tiles."""
    loupes = timeline.state_at(timeline.stops_secs[0]).loupes
    parts = [loupe.part[-1] for loupe in loupes if loupe.name.startswith("input")]
    return tuple(part for part in parts if part is not None)
