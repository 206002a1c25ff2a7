"""A curve over axes with numbers, and a histogram under it, as pieces of a board. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scenes.panels.numbers import MINUS
from scenes.steps.board import Board, panel
from viewer.state import Bar, Hud, Polyline, Words
from viewer.typeset import width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from scenes.steps.board import Box, Point
    from viewer.state import ColourRole

    Array = NDArray[np.float64]

Span = tuple[float, float]

TICK_PX = 22.0
TICK_APART_PX = 18.0
LEFT_PX, TOP_PX = 26.0, 44.0
UNDER_AXIS_PX = 34.0
NUMBER_GAP_PX = 12.0
FINE = 0.25
"""Of the larger side of a span, what the smaller has at the least."""
LEAST_REACH = 1e-30
FOOT_PX = 14.0
STEPS = (1.0, 2.0, 5.0)


@dataclass(frozen=True, slots=True)
class Plot:
    """An area with an x axis under it and a y axis at its right: what goes through the curve leaves to the right."""

    area: Box
    x: Span
    y: Span

    def at(self, x: float, y: float) -> Point:
        """Where a point lies; what is outside is at the border."""
        left, top, width, height = self.area
        across, up = _part(x, self.x), _part(y, self.y)
        return left + across * width, top + (1 - up) * height

    @property
    def floor_px(self) -> float:
        """Where the x axis is."""
        return self.area[1] + self.area[3]

    @property
    def right_px(self) -> float:
        """Where the y axis is."""
        return self.area[0] + self.area[2]


def plot_in(box: Box, x: Span, y: Span, under_px: float) -> Plot:
    """A plot in a box, with room for its numbers and `under_px` for what stands under them."""
    left, top, width, height = box
    wide = max((width_of(text, TICK_PX) for _, text in ticks(y, 4)), default=0.0)
    high = height - TOP_PX - UNDER_AXIS_PX - under_px
    return Plot((left + LEFT_PX, top + TOP_PX, width - 2 * LEFT_PX - NUMBER_GAP_PX - wide, high), x, y)


def span_of(values: Array, least: float = FINE) -> Span:
    """From the smallest to the largest value with 0 inside, neither side shorter than a part of the other.

    >>> span_of(np.array([1.0, 4.0])), span_of(np.zeros(3))
    ((-1.0, 4.0), (-1.0, 1.0))
    """
    low, high = min(float(values.min(initial=0.0)), 0.0), max(float(values.max(initial=0.0)), 0.0)
    reach = max(-low, high)
    return (min(low, -least * reach), max(high, least * reach)) if reach > LEAST_REACH else (-1.0, 1.0)


def ticks(span: Span, most: int) -> tuple[tuple[float, str], ...]:
    """Round values in a span, at most about so many, 0 among them where it is inside, and how they are written.

    >>> [text for _, text in ticks((-1.2, 4.1), 4)]
    ['0', '2', '4']
    >>> [text for _, text in ticks((-0.3, 0.7), 5)]
    ['\u22120.2', '0', '0.2', '0.4', '0.6']
    """
    low, high = span
    rough = (high - low) / max(most, 1)
    if not (math.isfinite(rough) and rough > 0):
        return ()
    power = 10.0 ** math.floor(math.log10(rough))
    step = next((each * power for each in STEPS if each * power >= rough * 0.999), 10.0 * power)
    numbers = range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)
    return tuple((number * step, tick_text(number * step, step)) for number in numbers)


def tick_text(value: float, step: float) -> str:
    """A round number with the decimals that its step needs.

    >>> tick_text(-0.4, 0.2), tick_text(0.0, 0.2), tick_text(20000.0, 5000.0), tick_text(2e6, 1e6)
    ('\u22120.4', '0', '20000', '2e6')
    """
    if value == 0:
        return "0"
    decimals = max(-math.floor(math.log10(step) + 1e-9), 0)
    size = abs(value)
    text = f"{size:.{decimals}f}" if size < 1e5 and decimals < 5 else f"{size:.2e}"
    if "e" in text:
        digits, power = text.split("e")
        text = f"{digits.rstrip('0').rstrip('.')}e{int(power)}"
    return f"{MINUS if value < 0 else ''}{text}"


def axes(plot: Plot, name: str) -> Board:
    """The lines of both axes and through zero, with numbers, and what is measured along the y axis."""
    lines = [Polyline((plot.at(plot.x[0], plot.y[0]), plot.at(plot.x[1], plot.y[0])), "dim", 2.0, 0.8)]
    lines.append(Polyline((plot.at(plot.x[1], plot.y[0]), plot.at(plot.x[1], plot.y[1])), "dim", 2.0, 0.8))
    for low, high in (((0.0, plot.y[0]), (0.0, plot.y[1])), ((plot.x[0], 0.0), (plot.x[1], 0.0))):
        lines.append(Polyline((plot.at(*low), plot.at(*high)), "dim", 2.0, 0.4))
    words = [*x_numbers(plot), *_y_numbers(plot)]
    if name:
        words.append(Words(name, (plot.right_px, plot.area[1] - 14.0), TICK_PX, role="dim", anchor="right"))
    return Board(hud=Hud(lines=tuple(lines), words=tuple(words)))


def x_numbers(plot: Plot) -> tuple[Words, ...]:
    """The numbers under the x axis, as many as have room."""
    most = max(int(plot.area[2] // 90), 2)
    found = [
        Words(text, (plot.at(x, plot.y[0])[0], plot.floor_px + TICK_PX + 4.0), TICK_PX, role="dim", anchor="centre")
        for x, text in ticks(plot.x, most)
    ]
    return tuple(_apart(found))


def _y_numbers(plot: Plot) -> tuple[Words, ...]:
    """The numbers beside the y axis but one at its foot, where those of the x axis end."""
    most = max(int(plot.area[3] // 80), 2)
    x = plot.right_px + NUMBER_GAP_PX
    places = ((plot.at(plot.x[1], y)[1], text) for y, text in ticks(plot.y, most))
    return tuple(
        Words(text, (x, y_px + 0.34 * TICK_PX), TICK_PX, role="dim")
        for y_px, text in places
        if y_px <= plot.floor_px - FOOT_PX
    )


def _apart(words: Sequence[Words]) -> list[Words]:
    """Those that do not come too near the one before."""
    kept: list[Words] = []
    end = -math.inf
    for each in words:
        half = width_of(each.text, each.size_px) / 2
        if each.at_px[0] - half >= end + TICK_APART_PX or not kept:
            kept.append(each)
            end = each.at_px[0] + half
    return kept


def curve(plot: Plot, x: Array, y: Array, role: ColourRole = "accent", width_px: float = 5.0) -> Board:
    """The curve through points, so far as it lies inside, with a soft light."""
    inside = np.isfinite(y) & (y >= plot.y[0] - 1e-9) & (y <= plot.y[1] + 1e-9)
    points = tuple(plot.at(float(one), float(two)) for one, two in zip(x[inside], y[inside], strict=True))
    if len(points) < 2:
        return Board()
    layers = ((3.4, 0.12), (1.0, 1.0))
    return Board(hud=Hud(lines=tuple(Polyline(points, role, width_px * wide, alpha) for wide, alpha in layers)))


def band(plot: Plot, span: Span, role: ColourRole, alpha: float) -> Board:
    """A part of the x axis shaded over the whole height of the area, under all else."""
    (left, top), (right, bottom) = plot.at(span[0], plot.y[1]), plot.at(span[1], plot.y[0])
    bar = Bar((left, top, max(right - left, 0.0), bottom - top), role, alpha, 0.0)
    return Board(under=Hud(bars=(bar,)))


def histogram(values: Array, span: Span, bins: int) -> tuple[Array, Array]:
    """The borders (bins + 1,) of even bins over a span, one border at 0 where it is inside, and the share (bins,) of
    the values in each. Values outside are in the last bins.
    """
    low, high = span
    borders: Array = np.linspace(low, high, bins + 1)
    if low < 0 < high:
        step = (high - low) / bins
        borders = np.arange(math.floor(low / step), math.ceil(high / step) + 1, dtype=np.float64) * step
    counts, _ = np.histogram(np.clip(values, borders[0], borders[-1]), borders)
    return borders, counts / max(values.size, 1)


def bars(
    plot: Plot, made: tuple[Array, Array], base_px: float, height_px: float, roles: tuple[ColourRole, ColourRole]
) -> Board:
    """A histogram standing on `base_px`, along the x axis of a plot; bins below 0 in the first role."""
    borders, shares = made
    most = float(shares.max(initial=0.0)) or 1.0
    found = []
    for low, high, share in zip(borders[:-1], borders[1:], shares, strict=True):
        left, right = plot.at(float(low), 0.0)[0], plot.at(float(high), 0.0)[0]
        tall = height_px * float(share) / most
        if share > 0 and right - left > 1.0:
            box = left + 1.0, base_px - max(tall, 2.0), right - left - 1.0, max(tall, 2.0)
            found.append(Bar(box, roles[int(low >= -1e-12)], 0.75, 1.0))
    return Board(under=Hud(bars=tuple(found)))


def sheet(box: Box) -> Board:
    """The panel that a plot stands on."""
    return panel(box)


def _part(value: float, span: Span) -> float:
    part = (value - span[0]) / (span[1] - span[0])
    return min(max(part, 0.0), 1.0) if math.isfinite(part) else 0.0
