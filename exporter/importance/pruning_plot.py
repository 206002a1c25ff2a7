"""The picture of curves of pruning: of all classes together, of each by its own order, and each class at half."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from exporter.importance.pruning_curves import HALF, Curve, Curves

# Okabe and Ito's colours, which colour-blind eyes keep apart; markers and dashes say the same once more.
_LOOKS = {
    "gradient": ("#0072B2", "o", "-", "by gradient × activation"),
    "batch_norm": ("#009E73", "^", "-", "by trained scales"),
    "nn_vis": ("#CC79A7", "v", ":", "by trained scales, as nn_vis has them"),
    "weight": ("#D55E00", "s", "-", "by weight, carried back from the class"),
    "norm": ("#E69F00", "D", "-.", "by weight norm, for all classes the same"),
    "random": ("#555555", "x", "--", "at random"),
}
_ELSE = ("#56B4E9", "P", "-")
_INCHES = (6.4, 4.6)
_DPI = 100
_NAMES_INCHES = 1.2
_LETTERS, _LETTERS_A_LINE = 16, 40
_SMALL, _TEXT, _LARGE = 14, 16, 21


def picture_of(every: Sequence[Curves]) -> bytes:
    """A PNG: of one network its panels side by side, of several a column each."""
    one = len(every) == 1
    rows, columns = (1, 3) if one else (3, len(every))
    names_inches = _NAMES_INCHES if any(map(_are_long, every)) else 0.0
    height_inches = _INCHES[1] * rows + 1.6 + names_inches
    figure = Figure((_INCHES[0] * columns, height_inches), dpi=_DPI, layout="constrained", facecolor="white")
    axes: Any = figure.subplots(rows, columns, squeeze=False)
    for place, curves in enumerate(every):
        _draw(axes[0] if one else axes[:, place], curves)
    figure.suptitle(_title(every), fontsize=_LARGE, fontweight="bold")
    handles, labels = axes[0][0].get_legend_handles_labels()
    legend: dict[str, Any] = {
        "loc": "outside lower center",
        "ncols": 3,
        "fontsize": _TEXT,
        "frameon": False,
        "title_fontsize": _SMALL,
    }
    figure.legend(handles, labels, title=_words_below(every), **legend)
    stream = io.BytesIO()
    figure.savefig(stream, format="png")
    return stream.getvalue()


def _title(every: Sequence[Curves]) -> str:
    what = "the least important share of each hidden layer"
    return f"Switching off {what if every[0].scope == 'layer' else 'the least important share of all hidden units'}"


def _words_below(every: Sequence[Curves]) -> str:
    counts = " / ".join(f"{count:,}" for count in dict.fromkeys(curves.held_out for curves in every))
    return f"Measured on {counts} held-out samples. Line: mean; shade: lowest to highest of the {every[0].runs}."


def _draw(panels: Sequence[Any], curves: Curves) -> None:
    overall, classes, each = panels
    for curve in curves.curves:
        look = _look(curve.method)
        _line(overall, curves, curve.overall, look)
        _line(classes, curves, curve.balanced.mean(axis=2), look)
        _dots(each, curve, curves, look)
    _axes_of_curves(overall, curves, 1.0 / curves.answers, "right answers, %", 0.0)
    _axes_of_curves(classes, curves, 0.5, "one against the rest, %", 40.0)
    overall.set_title(f"{curves.title}: all classes", fontsize=_TEXT, fontweight="bold")
    classes.set_title("Each class by its own order, mean", fontsize=_TEXT)
    each.set_title("Each class, half switched off", fontsize=_TEXT)
    _axes_of_classes(each, curves)


def _look(method: str) -> tuple[str, str, str, str]:
    return _LOOKS.get(method) or (*_ELSE, f"by {method.replace('_', ' ')}")


def _line(axes: Any, curves: Curves, runs: Any, look: tuple[str, str, str, str]) -> None:
    """The mean over the runs (R, F), and from the lowest to the highest in a lighter shade."""
    colour, marker, dashes, label = look
    x = np.asarray(curves.fractions) * 100.0
    axes.fill_between(x, runs.min(axis=0) * 100.0, runs.max(axis=0) * 100.0, color=colour, alpha=0.18, linewidth=0)
    axes.plot(
        x, runs.mean(axis=0) * 100.0, color=colour, marker=marker, linestyle=dashes, linewidth=2.6, markersize=7,
        label=label,
    )  # fmt: skip


def _axes_of_curves(axes: Any, curves: Curves, chance: float, label: str, lowest: float) -> None:
    last = max(curves.fractions) * 100.0
    axes.axhline(chance * 100.0, color="#999999", linewidth=1.4, linestyle=":")
    axes.text(last / 60.0, chance * 100.0 + 0.5, "chance", color="#666666", fontsize=_SMALL, va="bottom")
    axes.axvline(HALF * 100.0, color="#bbbbbb", linewidth=1.2, zorder=0)
    axes.set_xlabel("units switched off, %", fontsize=_TEXT)
    axes.set_ylabel(label, fontsize=_TEXT)
    axes.set_xlim(0.0, last)
    axes.set_ylim(lowest, 101.0)
    _plain(axes)


def _dots(axes: Any, curve: Curve, curves: Curves, look: tuple[str, str, str, str]) -> None:
    """A mark a class: the mean over the runs at half."""
    colour, marker, _, _ = look
    at_half = curve.balanced[:, curves.at(HALF)].mean(axis=0) * 100.0
    axes.plot(np.arange(len(at_half)), at_half, color=colour, marker=marker, linestyle="none", markersize=9)


def _axes_of_classes(axes: Any, curves: Curves) -> None:
    names = [name if len(name) <= _LETTERS else f"{name[: _LETTERS - 1]}…" for name in curves.classes]
    axes.set_xticks(range(len(names)), names, rotation=90 if _are_long(curves) else 0)
    axes.axhline(50.0, color="#999999", linewidth=1.4, linestyle=":")
    axes.set_xlabel("class", fontsize=_TEXT)
    axes.set_ylabel("one against the rest, %", fontsize=_TEXT)
    axes.set_ylim(40.0, 101.0)
    _plain(axes)


def _are_long(curves: Curves) -> bool:
    return max(map(len, curves.classes)) * len(curves.classes) > _LETTERS_A_LINE


def _plain(axes: Any) -> None:
    axes.tick_params(labelsize=_SMALL)
    axes.grid(axis="y", color="#e4e4e4", linewidth=1.0)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
