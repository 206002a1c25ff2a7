"""What a convolution scene says: title, heads, labels, and the sentence of each stage with the true numbers. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from scenes.panels.numbers import MINUS, count
from scenes.steps.convolution import DEPTHWISE, class_of
from viewer.grids import decimals_for, number_text

if TYPE_CHECKING:
    from scenes.speech.speech import Speech
    from scenes.steps.convolution import Filter, Terms

MANY = 1e5
"""From here on numbers are told in powers of ten, as in tables."""
COLOURS = {"rgb": ("red", "green", "blue"), "bgr": ("blue", "green", "red"), "grey": ("grey",)}


def told(value: float, decimals: int, *, is_signed: bool = True) -> str:
    """A number in a sentence: its sign a true minus.

    >>> told(1.209, 2), told(-0.04, 2), told(0.001, 2), told(0.88, 2, is_signed=False), told(4.53e6, 0)
    ('+1.21', '\u22120.04', '0.00', '0.88', '+4.5e6')
    """
    if abs(value) >= MANY:
        return number_text(value, decimals, is_signed=is_signed)
    text = f"{abs(value):.{decimals}f}"
    if math.isnan(value) or not any(sign in text for sign in "123456789"):
        return text
    return f"{MINUS if value < 0 else '+' if is_signed else ''}{text}"


def chain(values: list[float], decimals: int) -> str:
    """Numbers as a sum is written.

    >>> chain([-0.04, -0.23, 1.23], 2)
    '\u22120.04 \u2212 0.23 + 1.23'
    """
    first, *rest = (told(value, decimals) for value in values)
    signs = ((text[0], text[1:]) if text[0] in f"+{MINUS}" else ("+", text) for text in rest)
    return " ".join([first, *(f"{sign} {text}" for sign, text in signs)])


@dataclass(frozen=True, eq=False)
class Telling:
    """The words of one convolution in one language.

    Attributes
    ----------
    colours : of a layer that is fed by a picture, the order of its colours; empty of any other.
    scale : the |value| of full colour in the output, which says how many decimals sums have.
    """

    speech: Speech
    made_by: Filter
    colours: str
    scale: float

    @property
    def is_line(self) -> bool:
        """Whether it goes along one axis only."""
        return len(self.made_by.axes) == 1

    @cached_property
    def decimals(self) -> int:
        """How many decimals sums and results have."""
        return decimals_for(self.scale)

    @cached_property
    def title(self) -> str:
        """What the scene is."""
        kind = "_depthwise" if class_of(self.made_by.subject.layer) in DEPTHWISE else ""
        rows, columns = self.made_by.taps
        return self._by_axes(f"title{kind}", rows=rows, columns=columns)

    @cached_property
    def of_layer(self) -> str:
        """Which channel of which layer it is about."""
        subject = self.made_by.subject
        channels = subject.case.values.shape[-1]
        return self.speech("of_layer", layer=subject.layer.name, channel=subject.channel, channels=count(channels))

    def where(self, cell: tuple[int, ...]) -> str:
        """Which cell it is; rows, columns and channels count from 0, cells from 1."""
        subject = self.made_by.subject
        number, cells = count(subject.index(cell) + 1), count(subject.count)
        return self._by_axes("where", row=cell[0], column=cell[-1], number=number, cells=cells)

    def label(self, place: int, *, is_short: bool = False) -> str:
        """What channel number `place` of those that are shown is called."""
        channel = self.made_by.channels[place]
        names = COLOURS.get(self.colours, ())
        if names:
            return self.speech(names[channel])
        return self.speech("channel_short" if is_short else "channel", channel=channel)

    @property
    def others(self) -> str:
        """What the channels that are not shown are called."""
        hidden = self.made_by.hidden
        return self.speech("other") if hidden == 1 else self.speech("others", count=count(hidden))

    def number(self, value: float) -> str:
        """A value of the output in words."""
        return told(value, self.decimals)

    def heads(self, is_short: bool) -> tuple[tuple[str, str], ...]:
        """Name and detail of input, window, weights, products, sums and output; details are empty where they have to be
        short.
        """
        (name, _), (_, window), *others = full = self._heads
        if not is_short:
            return full
        first, last = f"{name}, {self.label(0, is_short=True)}", self.output_short
        return ((first, ""), (window, ""), *((each, "") for each, _ in others[:-1]), (last, ""))

    @property
    def output_short(self) -> str:
        """What the output is called where there is less room."""
        subject = self.made_by.subject
        return self.speech("output_short", layer=subject.layer.name, channel=subject.channel)

    @cached_property
    def _heads(self) -> tuple[tuple[str, str], ...]:
        made_by, speech = self.made_by, self.speech
        subject, (rows, columns) = made_by.subject, made_by.taps
        *sizes, channels = subject.case.inputs[0].shape
        name = speech("input") if self.colours else subject.source[0]
        size = self._by_axes("input_size", rows=sizes[0], columns=sizes[-1], channels=channels)
        return (
            (name, size),
            (speech("pixels" if self.colours else "values"), self._by_axes("window", rows=rows, columns=columns)),
            (speech("weights"), speech("weights_of", channel=subject.channel)),
            (speech("products"), speech("pixel_by_weight" if self.colours else "value_by_weight")),
            (speech("sum"), ""),
            (speech("output", layer=subject.layer.name, channel=subject.channel), self._output_size),
        )

    @property
    def _output_size(self) -> str:
        subject = self.made_by.subject
        size = self._by_axes("output_size", rows=subject.cells[0], columns=subject.cells[-1])
        if self.made_by.function:
            return self.speech("output_after", size=size, function=self.made_by.function)
        edges = subject.bundle.manifest.edges
        targets = (subject.bundle.layer(edge.target) for edge in edges if edge.source == subject.layer.name)
        then = [layer.activation for layer in targets if layer.kind == "activation" and layer.activation]
        return self.speech("output_before", size=size, function=then[0]) if then else size

    @cached_property
    def settings(self) -> str:
        """Stride, padding and dilation in a line."""
        axes = self.made_by.axes
        strides, dilations = {axis.stride for axis in axes}, {axis.dilation for axis in axes}
        places = {"stride": _by(strides, axes, "stride"), "dilation": _by(dilations, axes, "dilation")}
        return self.speech("settings", padding=self.made_by.subject.layer.padding or "valid", **places)

    def say_start(self) -> str:
        """Before anything is computed."""
        return self._with_bias("say_start", places=self._places, count=count(self._products))

    def say_window(self, terms: Terms) -> str:
        """Where the window lies, and what is unusual about it."""
        rows, columns = self.made_by.places(terms.cell)
        says = [
            self._by_axes(
                "say_window", top=_n(rows[0]), bottom=_n(rows[-1]), left=_n(columns[0]), right=_n(columns[-1])
            )
        ]
        if outside := int(terms.is_padding.sum()):
            says.append(self.speech("say_padding", outside=outside, places=self._places))
        last = self.made_by.axes[-1]
        if last.stride > 1:
            says.append(self.speech("say_stride", stride=last.stride))
        if last.dilation > 1:
            says.append(self.speech("say_dilation", dilation=last.dilation))
        return self._joined(says)

    def say_products(self) -> str:
        """Values times weights."""
        if self._products == 1:
            return self.speech("say_products_one")
        return self.speech("say_products", count=count(self._products))

    def say_sums(self) -> str:
        """The products of each channel."""
        return self.speech("say_sums", places=self._places)

    def say_total(self, terms: Terms) -> str:
        """All that is added, in numbers."""
        values = [*terms.sums.tolist(), *([terms.others] if self.made_by.hidden else [])]
        values += [] if self.made_by.bias is None else [self.made_by.bias]
        rounded = sum(round(value, self.decimals) for value in values)
        equals = "=" if abs(rounded - round(terms.before, self.decimals)) < 0.5 * 10**-self.decimals else "\u2248"
        total = told(terms.before, self.decimals)
        return self.speech("say_total", terms=chain(values, self.decimals), equals=equals, total=total)

    def say_after(self, terms: Terms) -> str:
        """The layer's own function, in numbers."""
        before, after = (told(value, self.decimals) for value in (terms.before, terms.result))
        return self.speech("say_after", function=self.made_by.function, before=before, after=after)

    def say_cell(self, terms: Terms) -> str:
        """The cell that is made."""
        return self._with_bias("say_cell", count=count(self._products), value=self.number(terms.stored))

    def say_quick(self) -> str:
        """While cells are passed quickly."""
        return self.speech("say_quick", count=count(self._products))

    def say_tap(self, terms: Terms, tap: tuple[int, int, int], scales: tuple[float, float, float]) -> str:
        """One product in numbers: of which channel shown, in which row and column of the window."""
        tables = terms.windows, self.made_by.shown_kernels, terms.products
        texts = [told(float(table[tap]), decimals_for(scale)) for table, scale in zip(tables, scales, strict=True)]
        places = dict(zip(("value", "weight", "product"), texts, strict=True))
        return self._by_axes("say_tap", row=tap[1], column=tap[2], **places)

    @property
    def _places(self) -> int:
        return self.made_by.taps[0] * self.made_by.taps[1]

    @property
    def _products(self) -> int:
        return self.made_by.kernels.size

    def _by_axes(self, key: str, **places: object) -> str:
        return self.speech(f"{key}_line" if self.is_line else key, **places)

    def _with_bias(self, key: str, **places: object) -> str:
        return self.speech(key if self.made_by.bias is not None else f"{key}_plain", **places)

    def _joined(self, says: list[str]) -> str:
        return (" " if self.speech.language == "en" else "").join(says)


def _by(sizes: set[int], axes: tuple[object, ...], name: str) -> str:
    """A size that all axes share, or that of each."""
    return str(next(iter(sizes))) if len(sizes) == 1 else "\u00d7".join(str(getattr(axis, name)) for axis in axes)


def _n(place: int) -> str:
    """A place, which is under 0 where padding is."""
    return str(place).replace("-", MINUS)
