"""A reading as the lines that the inspector shows. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from viewer.window.docks.words import joined, number_words, rank_words

if TYPE_CHECKING:
    from viewer.inspect.overall import Overall
    from viewer.inspect.reading import Reading
    from viewer.inspect.summary import Summary

Rows = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Card:
    """What the upper part of the inspector says, top down; empty words have no line.

    `statistics` are of the layer's output for this input, as name and number; `facts` are more of the same form.
    """

    title: str
    what: str
    index: str
    value: str
    kind: str
    source: str
    moment: str
    rank: str
    statistics: Rows
    facts: Rows
    notes: tuple[str, ...]


def card_of(reading: Reading) -> Card:
    """The lines for a reading. A layer as a whole has no value but its statistics."""
    return Card(
        title=reading.title,
        what=reading.what,
        index=reading.index,
        value="" if reading.value is None else number_words(reading.value),
        kind=reading.value_kind,
        source=reading.input_label,
        moment=reading.checkpoint_label,
        rank="" if reading.rank is None or reading.of is None else rank_words(reading.rank, reading.of),
        statistics=() if reading.statistics is None else statistics_rows(reading.statistics, reading.overall),
        facts=reading.facts,
        notes=reading.notes,
    )


def statistics_rows(summary: Summary, overall: Overall | None = None) -> Rows:
    """The numbers about the values that a histogram shows, and about the same channel, unit or layer over all clean
    inputs. The share of zeros only where there are some.
    """
    rows = [
        ("mean", f"{number_words(summary.mean, 3)} ± {number_words(summary.std, 3)}"),
        ("exactly 0", f"{100 * summary.zeros:.3g} %" if summary.zeros else ""),
        ("no numbers", f"{summary.not_finite:,} of {summary.of:,}" if summary.not_finite else ""),
    ]
    if overall is not None:
        what = "whole layer" if overall.channel is None else "this one"
        rows.append((f"{what}, {overall.inputs} input{'s' * (overall.inputs != 1)}", _range_words(overall)))
    return tuple(row for row in rows if row[1])


def _range_words(overall: Overall) -> str:
    low, high, mean = (number_words(value, 3) for value in (overall.low, overall.high, overall.mean))
    return f"{low} to {high}, mean {mean}"


def compared_words(here: float | None, there: float | None, here_label: str, there_label: str) -> str:
    """Two values of the same place for two captures that a scene blends or subtracts.

    >>> compared_words(0.5, 0.75, "ring", "ring attacked")
    'ring 0.5 → ring attacked 0.75, a change of +0.25'
    >>> compared_words(None, 0.75, "ring", "ring attacked")
    ''
    """
    if here is None or there is None:
        return ""
    change = there - here
    sign = "+" if change > 0 else ""
    return (
        f"{here_label} {number_words(here, 4)} → {there_label} {number_words(there, 4)}, "
        f"a change of {sign}{number_words(change, 3)}"
    )


def copied_text(card: Card) -> str:
    """What the copy button copies: one fact a line, names and numbers as they are shown."""
    head = joined((card.title, card.index), ", ")
    lines = [head, card.what, joined((card.value, card.kind)), joined((card.source, card.moment)), card.rank]
    lines += [f"{name}: {number}" for name, number in (*card.statistics, *card.facts)]
    return "\n".join(line for line in (*lines, *card.notes) if line)
