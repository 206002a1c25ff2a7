"""A formula and an audit as the inspector writes them. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from viewer.inspect.words import position_words
from viewer.window.docks.words import MINUS, joined, number_words, signed_words

if TYPE_CHECKING:
    from viewer.forward.audits import Audit
    from viewer.forward.formulas import Formula, Term
    from viewer.study import Place

Lines = tuple[str, ...]

_POWER = re.compile(r"-?\d+(?:\.\d+)?e[+-]?\d+")
_MINUS = re.compile(r"(?<![\w-])-(?= ?\d)")
_CROSS = re.compile(r"(?<=[\d ])x(?=[\d ])")


@dataclass(frozen=True, slots=True)
class TermRow:
    """A row of the table of terms: where its value comes from, the value, what it is multiplied with, what that adds.

    `place` is where a click goes; `None` for the rest and for what is added beside.
    """

    source: str
    value: str = ""
    weight: str = ""
    product: str = ""
    place: Place | None = None
    tip: str = ""


def formula_lines(formula: Formula, asked: Place) -> Lines:
    """The formula in words with its numbers; of a place that is several values, first which of them it is about."""
    about = "" if asked == formula.place else _about(formula.place, asked)
    rows = term_rows(formula)  # which say where the value comes from
    lines = [typeset(line) for line in formula.lines if not (rows and line.startswith("from "))]
    return tuple(line for line in (about, *lines, _origin(formula) if rows else "") if line)


def term_rows(formula: Formula) -> tuple[TermRow, ...]:
    """The terms, the largest first, then all others together, then what is added beside them.

    Nothing where it is no sum, or one of a single value.
    """
    if not formula.is_sum or not formula.terms:
        return ()
    layers = {term.place.layer for term in formula.terms}
    rows = [_term_row(term, is_named=len(layers) > 1) for term in formula.terms]
    if formula.rest_count:
        rows.append(TermRow(f"{formula.rest_count:,} more", product=signed_words(formula.rest), tip="all other terms"))
    if formula.constant:
        rows.append(TermRow("bias", product=signed_words(formula.constant), tip="added whatever comes in"))
    return tuple(rows)


def audit_words(audit: Audit, *, has_weights: bool = True) -> str:
    """What came of the audit, in plain words."""
    if audit.recomputed is None:
        return f"not recomputed: {audit.words}"
    source = "the weights" if has_weights else "what comes in"
    return f"recomputed from {source}: {number_words(audit.recomputed)}, {typeset(audit.words)}"


def audit_verdict(audit: Audit) -> str:
    """`good` where the values agree, `bad` where they do not, empty where one is missing."""
    if audit.recomputed is None:
        return ""
    return "good" if audit.agrees else "bad"


def place_words(place: Place, *, is_short: bool = False) -> str:
    """A place within its layer.

    >>> from viewer.study import Place
    >>> place_words(Place("conv_1", channel=3, position=(5, 7)))
    'channel 3, row 5, column 7'
    >>> place_words(Place("conv_1", channel=3, position=(5, 7)), is_short=True), place_words(Place("dense", channel=4))
    ('3 (5, 7)', 'unit 4')
    """
    if place.channel is None:
        return position_words(place.position or ())
    if not place.position:
        return f"unit {place.channel}"
    if is_short:
        return f"{place.channel} ({', '.join(map(str, place.position))})"
    return f"channel {place.channel}, {position_words(place.position)}"


def _about(place: Place, asked: Place) -> str:
    """An output of one number has no place to tell."""
    words = place_words(place)
    where = "of the layer" if asked.channel is None else "of the map"
    return f"the largest value {where}, {words}:" if words else ""


def _origin(formula: Formula) -> str:
    """Which layer the rows are of, and how its places are written there."""
    layers = list(dict.fromkeys(term.place.layer for term in formula.terms))
    place = formula.terms[0].place
    by = ", channel (row, column)" if place.position and len(place.position) == 2 else ""
    return f"from {', '.join(layers)}{by}:"


def _term_row(term: Term, *, is_named: bool) -> TermRow:
    short = place_words(term.place, is_short=True)
    return TermRow(
        source=joined((term.place.layer, short), " ") if is_named else short,
        value=number_words(term.value, 3),
        weight=number_words(term.weight, 3),
        product=signed_words(term.product),
        place=term.place,
        tip=joined((term.place.layer, place_words(term.place)), ", "),
    )


def typeset(line: str) -> str:
    """A line with numbers as the inspector writes them: real minus signs, crosses and powers of ten.

    >>> typeset("sum of 3x3x8 values x weights"), typeset("softmax(-9.035) = 5.668e-10"), typeset("a half-open one")
    ('sum of 3×3×8 values × weights', 'softmax(−9.035) = 5.668 × 10⁻¹⁰', 'a half-open one')
    """
    line = _POWER.sub(lambda found: number_words(float(found[0]), 4), line)
    return _CROSS.sub("×", _MINUS.sub(MINUS, line))
