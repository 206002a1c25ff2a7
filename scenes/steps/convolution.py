"""The numbers of a convolution: which channels go into one of its outputs with which weights, and what one cell is made
of. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial
from typing import TYPE_CHECKING

import numpy as np

from exporter.bundle.errors import KerascopeError
from scenes.steps.subject import Subject, subject_of
from viewer.forward.activations import ELEMENTWISE
from viewer.forward.audits import worked
from viewer.forward.units import work
from viewer.forward.windows import axes_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Layer
    from scenes.options import SceneOptions
    from viewer.forward.windows import Axis

    Array = NDArray[np.float64]
    Cell = tuple[int, ...]

PLAIN = ("Conv1D", "Conv2D")
DEPTHWISE = ("DepthwiseConv1D", "DepthwiseConv2D")
REFUSED = {
    "Separable": "it is two convolutions in one, and what is between them was not kept",
    "Transpose": "it goes the other way: each value is spread over a window",
    "3D": "its windows are blocks, which do not lie flat on a picture",
}
WORKED_CELLS = 256


def class_of(layer: Layer) -> str:
    """The class of Keras whose code a layer runs."""
    return str(layer.settings.get("computed_by") or layer.class_name)


def is_shown(layer: Layer) -> bool:
    """Whether a layer is a convolution that can be shown cell by cell."""
    return layer.kind in ("conv", "depthwise") and class_of(layer) in PLAIN + DEPTHWISE


def convolution_of(bundle: Bundle, options: SceneOptions) -> Subject:
    """The convolution that the options ask for, or the first that can be told.

    Raises
    ------
    KerascopeError
        As `subject_of`; of a layer whose kind of convolution is not shown it says why.
    """
    layer = bundle.layer(options.layer) if options.layer is not None else None
    if layer is not None and layer.kind == "conv" and not is_shown(layer):
        reason = next((why for part, why in REFUSED.items() if part in class_of(layer)), "it is of an unknown class")
        expected = f"a layer of {', '.join(PLAIN + DEPTHWISE)}"
        got = f"{layer.name}, {class_of(layer)}: {reason}"
        remedy = "choose another --layer, or leave it out"
        raise KerascopeError("no convolution to show there", expected=expected, got=got, remedy=remedy)
    return subject_of(bundle, options, is_shown, "convolution")


@dataclass(frozen=True, eq=False)
class Terms:
    """What one cell is made of.

    Attributes
    ----------
    windows, products : (shown, rows, columns) of each channel that is shown; 0 where the window lies in padding.
    is_padding : (rows, columns) where it does.
    sums : (shown,) the products of each channel added up.
    others : the products of all other channels added up.
    before : all of it and the bias.
    result : that after the layer's own function; of a function of many cells, as it was stored.
    stored : the cell in the bundle.
    """

    cell: Cell
    windows: Array
    is_padding: NDArray[np.bool_]
    products: Array
    sums: Array
    others: float
    before: float
    result: float
    stored: float


@dataclass(frozen=True, eq=False)
class Filter:
    """What makes one channel of a convolution's output.

    Attributes
    ----------
    axes : the windows along each axis: one of a Conv1D, rows and columns of a Conv2D.
    inputs : the channels of the input that go into it, all but for groups and depthwise layers.
    shown : which of `inputs` are shown, as places in it, in their order.
    kernels : (rows, columns, inputs) the weights; one row of a Conv1D.
    bias : what is added; `None` of a layer without.
    function : the name of the layer's own activation function; empty where it has none.
    """

    subject: Subject
    axes: tuple[Axis, ...]
    inputs: tuple[int, ...]
    shown: tuple[int, ...]
    kernels: Array
    bias: float | None
    function: str

    @property
    def taps(self) -> tuple[int, int]:
        """Rows and columns of a window."""
        rows, columns = self.kernels.shape[:2]
        return int(rows), int(columns)

    @property
    def channels(self) -> tuple[int, ...]:
        """The channels of the input that are shown."""
        return tuple(self.inputs[place] for place in self.shown)

    @property
    def hidden(self) -> int:
        """How many channels go into it that are not shown."""
        return len(self.inputs) - len(self.shown)

    @property
    def shown_kernels(self) -> Array:
        """(shown, rows, columns) the weights of the channels that are shown."""
        return np.moveaxis(self.kernels[..., list(self.shown)], -1, 0)

    def places(self, cell: Cell) -> tuple[NDArray[Any], NDArray[Any]]:
        """The rows and the columns of the input that the window of a cell reads; beyond its borders is padding."""
        found = [axis.places(at) for axis, at in zip(self.axes, cell, strict=True)]
        return (found[0], found[1]) if len(found) == 2 else (np.zeros(1, int), found[0])

    def terms(self, cell: Cell) -> Terms:
        """What a cell is made of; kept for when it is asked for again."""
        return self._terms(cell)

    def covering(self, place: Cell) -> Cell | None:
        """The first cell, in reading order, whose window reads that place of the input; `None` where none does."""
        found = [_first(axis, at) for axis, at in zip(self.axes, place, strict=True)]
        return None if None in found else tuple(each for each in found if each is not None)

    @cached_property
    def _terms(self) -> Callable[[Cell], Terms]:
        return lru_cache(WORKED_CELLS)(partial(_terms, self))


def filter_of(subject: Subject, most: int) -> Filter:
    """What makes the channel that is shown. Of its inputs at most `most` are shown: those that add most to the chosen
    cell, the same all along, so that nothing jumps while the window moves.

    Raises
    ------
    CannotError
        The bundle has not kept what the layer is computed from.
    """
    node, x = subject.case.node, subject.case.inputs[0]
    is_depthwise = class_of(subject.layer) in DEPTHWISE
    kernel = node.load("kernel")
    axes = axes_of(node, x.shape[:-1], kernel.shape[:-2])
    if is_depthwise:
        channel, which = divmod(subject.channel, kernel.shape[-1])
        first, depth, kernels = channel, 1, kernel[..., channel : channel + 1, which]
    else:
        depth = kernel.shape[-2]
        group = subject.channel // (kernel.shape[-1] // (x.shape[-1] // depth))
        first, kernels = group * depth, kernel[..., subject.channel]
    flat = np.asarray(kernels, np.float64).reshape(-1 if kernels.ndim == 3 else 1, *kernels.shape[-2:])
    bias = float(node.load("bias")[subject.channel]) if node.has("bias") else None
    working = replace(subject.case, index=(*subject.at, subject.channel))
    function = worked(subject.bundle, subject.key, working)[2]
    inputs, everything = tuple(range(first, first + depth)), tuple(range(depth))
    whole = Filter(subject, axes, inputs, everything, flat, bias, function)
    sums = np.abs(np.nan_to_num(whole.terms(subject.at).sums))
    strongest = np.argsort(-sums, kind="stable")[:most]
    return replace(whole, shown=tuple(sorted(int(each) for each in strongest)))


def _terms(made_by: Filter, cell: Cell) -> Terms:
    """The values of the working, each at its tap of the window: it leaves out the padding."""
    case = made_by.subject.case
    with np.errstate(all="ignore"):
        working = work(case.node, case.inputs, (*cell, made_by.subject.channel))
    sizes = case.inputs[0].shape[:-1]
    rows, columns = made_by.places(cell)
    height, width = sizes if len(sizes) == 2 else (1, sizes[0])
    inside = ((rows >= 0) & (rows < height))[:, None] & ((columns >= 0) & (columns < width))[None]
    windows = np.zeros(made_by.kernels.shape)
    windows[inside] = working.values.reshape(-1, len(made_by.inputs))
    products = windows * made_by.kernels
    sums, shown = products.sum(axis=(0, 1)), list(made_by.shown)
    stored = made_by.subject.value(cell)
    return Terms(
        cell,
        np.moveaxis(windows[..., shown], -1, 0),
        ~inside,
        np.moveaxis(products[..., shown], -1, 0),
        sums[shown],
        float(np.delete(sums, shown).sum()),
        working.value,
        _after(made_by.function, working.value, stored),
        stored,
    )


def _after(function: str, before: float, stored: float) -> float:
    """What a function makes of a value, or what was stored where it looks at other cells too."""
    if not function:
        return before
    return float(ELEMENTWISE[function](np.array([before]))[0]) if function in ELEMENTWISE else stored


def _first(axis: Axis, place: int) -> int | None:
    """The first window along an axis that reads a place."""
    apart = place + axis.before - np.arange(axis.count) * axis.stride
    reads = (apart >= 0) & (apart % axis.dilation == 0) & (apart // axis.dilation < axis.taps)
    return int(reads.argmax()) if reads.any() else None
