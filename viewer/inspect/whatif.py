"""What a convolution or a pool would do if it were set otherwise: how large its output would be, and what it would
cost. Pure.

Sizes are those of TensorFlow: `same` puts the odd place of padding behind, `causal` all of it in front.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Literal

from viewer.forward.windows import axis_of

if TYPE_CHECKING:
    from viewer.forward.windows import Axis

Work = Literal["conv", "separable", "depthwise", "pool"]
Padding = Literal["valid", "same", "causal"]
Sizes = tuple[int, ...]

MINUS, TIMES = "\N{MINUS SIGN}", "\N{MULTIPLICATION SIGN}"


@dataclass(frozen=True, slots=True)
class Toy:
    """A layer that slides a window: each of `sizes` (the input beside its channels), `taps`, `strides` and `dilation`
    has one entry per axis.

    `channels` come in and `filters` go out; of a depthwise convolution these are so many for each channel, of a pool
    as many as come in. A `separable` convolution is a depthwise one and a 1 x 1 convolution after it, with `multiplier`
    channels for each in between.
    """

    work: Work
    sizes: Sizes
    taps: Sizes
    strides: Sizes
    dilation: Sizes
    padding: Padding = "valid"
    channels: int = 1
    filters: int = 1
    groups: int = 1
    multiplier: int = 1
    has_bias: bool = True

    @property
    def rank(self) -> int:
        """How many axes there are beside the channels."""
        return len(self.sizes)

    @property
    def axes(self) -> tuple[Axis, ...]:
        """Where the windows lie; of a toy that cannot be built it means nothing."""
        each = zip(self.sizes, self.taps, self.strides, self.dilation, strict=True)
        return tuple(axis_of(*axis, self.padding) for axis in each)

    @property
    def shape(self) -> Sizes:
        """The sizes of the output, its channels last."""
        return *(axis.count for axis in self.axes), self.filters

    @property
    def parameters(self) -> int:
        """How many weights it has, biases among them."""
        window = prod(self.taps)
        biases = self.filters if self.has_bias else 0
        if self.work == "pool":
            return 0
        if self.work == "depthwise":
            return window * self.filters + biases
        if self.work == "separable":
            between = self.channels * self.multiplier
            return window * between + between * self.filters + biases
        return window * (self.channels // self.groups) * self.filters + biases

    @property
    def products(self) -> int:
        """How many products are taken and added up for one input: one for each weight beside the biases and each place
        of the output. A pool takes none.
        """
        biases = self.filters if self.has_bias else 0
        return (self.parameters - biases) * prod(self.shape[:-1]) if self.work != "pool" else 0


def problem_of(toy: Toy) -> str:
    """Why Keras cannot build a layer so, in a sentence; empty where it can.

    >>> problem_of(Toy("conv", (4, 4), (3, 3), (1, 1), (2, 2)))
    'The kernel reaches over 5 places (2·(3 − 1) + 1), and there are only 4: with valid padding no window fits.'
    >>> problem_of(Toy("conv", (9,), (3,), (2,), (2,), "same"))
    'Keras refuses a stride and a dilation of more than 1 in one convolution: set one of them to 1.'
    >>> problem_of(Toy("conv", (9,), (3,), (2,), (1,), "same"))
    ''
    """
    for name, values in (("input", toy.sizes), ("kernel", toy.taps), ("stride", toy.strides)):
        if min(values) < 1:
            return f"The {name} must be at least 1 along each axis."
    if min(toy.dilation) < 1:
        return "The dilation must be at least 1: 1 is a kernel without gaps."
    if toy.work == "pool" and max(toy.dilation) > 1:
        return "A pool of Keras has no dilation: its window has no gaps."
    if toy.work == "conv" and max(toy.strides) > 1 and max(toy.dilation) > 1:
        return "Keras refuses a stride and a dilation of more than 1 in one convolution: set one of them to 1."
    return _problem_of_padding(toy)


def _problem_of_padding(toy: Toy) -> str:
    if toy.padding == "causal" and (toy.rank != 1 or toy.work != "conv"):
        return "Causal padding looks at what came before: Keras has it for plain convolutions along one axis only."
    if toy.padding != "valid":
        return ""
    for size, taps, dilation in zip(toy.sizes, toy.taps, toy.dilation, strict=True):
        reach = dilation * (taps - 1) + 1
        if reach > size:
            gaps = f" ({dilation}·({taps} {MINUS} 1) + 1)" if dilation > 1 else ""
            what = "window" if toy.work == "pool" else "kernel"
            return (
                f"The {what} reaches over {reach} places{gaps}, and there are only {size}: "
                "with valid padding no window fits."
            )
    return ""


def arithmetic(axis: Axis) -> str:
    """The number of windows along an axis, written out in numbers.

    With padding of p before and q after it is floor((n + p + q - d (k - 1) - 1) / s) + 1 [1]_: n is the size, k the
    taps, d the dilation and s the stride.

    References
    ----------
    .. [1] V. Dumoulin, F. Visin, "A guide to convolution arithmetic for deep learning", arXiv:1603.07285, section 5.1,
       with the two sides of the padding apart.

    >>> arithmetic(axis_of(28, 3, 2, 1, "same"))
    '⌊(28 + 0 + 1 − 1·(3 − 1) − 1) / 2⌋ + 1 = 14'
    """
    padded = f"{axis.size} + {axis.before} + {axis.after}"
    reach = f"{axis.dilation}·({axis.taps} {MINUS} 1) {MINUS} 1"
    return f"⌊({padded} {MINUS} {reach}) / {axis.stride}⌋ + 1 = {axis.count}"


def padding_words(axis: Axis, padding: Padding) -> str:
    """Why there is so much padding.

    >>> padding_words(axis_of(28, 3, 2, 1, "same"), "same")
    'same: ⌈28 / 2⌉ = 14 windows need 1 place of padding, 0 before and 1 after'
    >>> padding_words(axis_of(9, 3, 1, 2, "causal"), "causal")
    'causal: 2·(3 − 1) = 4 places of padding, all of them before'
    """
    whole = axis.before + axis.after
    places = f"{whole} place{'' if whole == 1 else 's'} of padding"
    if padding == "same":
        ceiling = f"same: ⌈{axis.size} / {axis.stride}⌉ = {axis.count} windows need"
        return f"{ceiling} {places}, {axis.before} before and {axis.after} after" if whole else f"{ceiling} no padding"
    if padding == "causal":
        return f"causal: {axis.dilation}·({axis.taps} {MINUS} 1) = {places}, all of them before"
    unused = axis.size - ((axis.count - 1) * axis.stride + axis.dilation * (axis.taps - 1) + 1)
    if unused > 0:
        return f"valid: no padding; the last {'place is' if unused == 1 else f'{unused} places are'} never read"
    return "valid: no padding"


def by(sizes: Sizes) -> str:
    """Sizes as they are told.

    >>> by((3, 3)), by((1024,))
    ('3 × 3', '1,024')
    """
    return f" {TIMES} ".join(f"{size:,}" for size in sizes)
