"""The picture of an attack that is shown to several models: clean, noise and attacked beside each other."""

from __future__ import annotations

import io
from typing import Any

from matplotlib.figure import Figure

from exporter.robustness.plot import LARGE, SMALL, TEXT, plain
from exporter.robustness.transferred import TransferReport
from exporter.robustness.words import METHOD_WORDS

_KINDS = (
    ("clean", "as they are", "#56B4E9", ""),
    ("noise", "with noise of the same size (control)", "#999999", "//"),
    ("attacked", "attacked", "#D55E00", "xx"),
)
_DPI = 100
_BAR = 0.27
_LETTERS = 18


def picture_of(report: TransferReport) -> bytes:
    """A PNG: three bars a model, each with its 95 % interval and its share written on it."""
    figure = Figure((max(9.6, 3.2 * len(report.verdicts)), 6.4), dpi=_DPI, layout="constrained", facecolor="white")
    axes: Any = figure.subplots()
    for place, (name, label, colour, hatch) in enumerate(_KINDS):
        shares = [verdict.rates[name] for verdict in report.verdicts]
        x = [each + (place - 1) * _BAR for each in range(len(shares))]
        heights = [share.value * 100.0 for share in shares]
        ends = [
            [abs(end * 100.0 - height) for end in share.interval] for share, height in zip(shares, heights, strict=True)
        ]
        axes.bar(x, heights, _BAR * 0.94, color=colour, hatch=hatch, edgecolor="white", linewidth=0, label=label)
        axes.errorbar(x, heights, list(zip(*ends, strict=True)), fmt="none", ecolor="#222222", capsize=5, linewidth=1.6)
        for where, height, share in zip(x, heights, shares, strict=True):
            top = share.interval[1] * 100.0 + 1.5
            axes.text(where, top, f"{height:.0f} %", ha="center", va="bottom", fontsize=SMALL)
    _finish(axes, report)
    figure.suptitle(f"Made on {report.source}, shown to all", fontsize=LARGE, fontweight="bold")
    figure.legend(
        loc="outside lower center", ncols=3, fontsize=TEXT, title=_words(report), title_fontsize=SMALL, frameon=False
    )
    stream = io.BytesIO()
    figure.savefig(stream, format="png")
    return stream.getvalue()


def _finish(axes: Any, report: TransferReport) -> None:
    names = [verdict.model for verdict in report.verdicts]
    short = [name if len(name) <= _LETTERS else f"{name[: _LETTERS - 1]}…" for name in names]
    made = [
        f"{name}\n(made here)" if verdict.is_source else name
        for name, verdict in zip(short, report.verdicts, strict=True)
    ]
    axes.set_xticks(range(len(made)), made, fontsize=TEXT)
    axes.set_ylabel("right answers, %", fontsize=TEXT)
    axes.set_ylim(0.0, 109.0)
    axes.set_yticks(range(0, 101, 20))
    plain(axes)
    axes.tick_params(axis="x", labelsize=TEXT)


def _words(report: TransferReport) -> str:
    size = f"{report.epsilon:.3g}"
    if report.norm == "l2":
        size = f"length {size}"
    elif report.has_pictures:
        size = f"{report.epsilon * 255:.3g} of 255 levels"
    method = METHOD_WORDS.get(report.method, report.method)
    of = f"the {report.judged:,} of {report.inputs:,} inputs that every model reads right"
    return f"{method}, {size}. Of {of}.\nLines: 95 % interval (Wilson)."
