"""The picture of accuracy against epsilon: lines with their 95 % intervals, never two norms on one axis."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from typing import Any

from matplotlib.figure import Figure

from exporter.attacks.contract import Norm
from exporter.robustness.curves import Curve, Robustness
from exporter.robustness.words import METHOD_WORDS

# Okabe and Ito's colours, which colour-blind eyes keep apart; markers and dashes say the same once more.
LOOKS = (
    ("#0072B2", "o", "-"),
    ("#D55E00", "s", "--"),
    ("#009E73", "^", "-."),
    ("#CC79A7", "v", ":"),
    ("#E69F00", "D", "-"),
    ("#56B4E9", "P", "--"),
    ("#555555", "x", "-."),
)
_INCHES = (6.4, 5.0)
_DPI = 100
_COLUMNS = 3
SMALL, TEXT, LARGE = 14, 16, 21
_MOST_TICKS = 9


def picture_of(found: Robustness) -> bytes:
    """A PNG: of one model a panel for each norm, a line an attack; of several a panel an attack, a line a model."""
    is_one = len(found.models) == 1
    panels = _panels(found)
    columns = min(_COLUMNS, len(panels))
    rows = math.ceil(len(panels) / columns)
    size = (max(_INCHES[0] * columns, 8.0), _INCHES[1] * rows + 1.4)
    figure = Figure(size, dpi=_DPI, layout="constrained", facecolor="white")
    every: Any = figure.subplots(rows, columns, squeeze=False)
    for axes in every.flat[len(panels) :]:
        axes.set_visible(False)
    names = [curve.method if is_one else curve.model for curve in found.curves]
    looks = {name: LOOKS[place % len(LOOKS)] for place, name in enumerate(dict.fromkeys(names))}
    for axes, (title, norm, curves) in zip(every.flat, panels, strict=False):
        for curve in curves:
            name = curve.method if is_one else curve.model
            draw_line(axes, _points(curve, found), METHOD_WORDS.get(name, name) if is_one else name, looks[name])
        _finish(axes, found, curves[0], title, norm)
    title = f"How often {found.models[0]} is right under attack" if is_one else "How often each model is right"
    figure.suptitle(title, fontsize=LARGE, fontweight="bold")
    _legend(figure, every.flat[: len(panels)], found)
    stream = io.BytesIO()
    figure.savefig(stream, format="png")
    return stream.getvalue()


def _panels(found: Robustness) -> list[tuple[str, Norm, list[Curve]]]:
    """Title, norm and curves of each panel."""
    if len(found.models) == 1:
        return [("", norm, [each for each in found.curves if each.norm == norm]) for norm in found.norms]
    methods = dict.fromkeys(curve.method for curve in found.curves)
    of_method = {method: [each for each in found.curves if each.method == method] for method in methods}
    return [(METHOD_WORDS.get(method, method), curves[0].norm, curves) for method, curves in of_method.items()]


def _points(curve: Curve, found: Robustness) -> list[tuple[float, float, float, float]]:
    """(x, share, low, high) of each point, in what the axes show: levels of 255 or lengths, and per cent."""
    unit = 255.0 if curve.norm == "linf" and found.has_pictures else 1.0
    points = []
    for point in curve.points:
        low, high = point.right.interval
        points.append((point.epsilon * unit, point.right.value * 100.0, low * 100.0, high * 100.0))
    return points


def draw_line(
    axes: Any, points: Sequence[tuple[float, float, float, float]], label: str, look: tuple[str, str, str]
) -> None:
    """A line with its band."""
    colour, marker, dashes = look
    x, share, low, high = zip(*points, strict=True)
    axes.fill_between(x, low, high, color=colour, alpha=0.18, linewidth=0)
    axes.plot(x, share, color=colour, marker=marker, linestyle=dashes, linewidth=2.6, markersize=8, label=label)


def _finish(axes: Any, found: Robustness, curve: Curve, title: str, norm: Norm) -> None:
    x = [each[0] for each in _points(curve, found)]
    if norm == "l2":
        axes.set_xlabel("length of the change (L2; pixels of 0 to 1)", fontsize=TEXT)
    elif found.has_pictures:
        axes.set_xlabel("how far a pixel may move, levels of 255 (L∞)", fontsize=TEXT)
    else:
        axes.set_xlabel("how far a value may move, share of the range (L∞)", fontsize=TEXT)
    if len(x) <= _MOST_TICKS and norm == "linf":
        axes.set_xticks(x, [f"{each:.3g}" for each in x])
    axes.set_ylabel("right answers, %", fontsize=TEXT)
    axes.set_ylim(-1.0, 101.0)
    axes.set_xlim(0.0, max(x) * 1.02 or 1.0)
    axes.set_title(title, fontsize=TEXT, fontweight="bold")
    plain(axes)


def plain(axes: Any) -> None:
    """Axes with few lines and large letters."""
    axes.tick_params(labelsize=SMALL)
    axes.grid(axis="y", color="#e4e4e4", linewidth=1.0)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _legend(figure: Any, panels: Any, found: Robustness) -> None:
    entries: dict[str, Any] = {}
    for axes in panels:
        handles, labels = axes.get_legend_handles_labels()
        entries |= dict(zip(labels, handles, strict=True))
    rounded = " after rounding to 8 bits" if found.survive_rounding else ""
    words = f"Of {found.inputs:,} inputs, misread ones included{rounded}. Shade: 95 % interval (Wilson)."
    figure.legend(
        list(entries.values()), list(entries), title=words, loc="outside lower center", ncols=min(3, len(entries)),
        fontsize=TEXT, title_fontsize=SMALL, frameon=False,
    )  # fmt: skip
