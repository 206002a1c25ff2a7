"""What takes a moment to say of a place: its neighbours, what it sees, its formula, and the audit. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from viewer.forward.audits import audit
from viewer.forward.formulas import formula
from viewer.inspect.pick import Hit
from viewer.inspect.summary import summary_of, values_at
from viewer.window.docks.inspector.formula import audit_verdict, audit_words, formula_lines, term_rows
from viewer.window.docks.inspector.patch import patch_of
from viewer.window.docks.inspector.sight import sight_words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from viewer.state import CaptureKey
    from viewer.study import Place
    from viewer.window.docks.inspector.formula import TermRow
    from viewer.window.docks.inspector.subject import Subject

    Patch = tuple[NDArray[np.float32], tuple[int, int], float]


@dataclass(frozen=True, slots=True, eq=False)
class Details:
    """All that takes a moment; what does not apply is empty.

    `patch` is the values round a cell, where in them it is, and the size of full colour. `verdict` is `good` where the
    audit came out, `bad` where it did not, else empty.
    """

    patch: Patch | None = None
    field: str = ""
    formula: tuple[str, ...] = ()
    terms: tuple[TermRow, ...] = ()
    audit: str = ""
    verdict: str = ""


def details_of(bundle: Bundle, subject: Subject) -> Details:
    """The details of a subject.

    Raises
    ------
    KerascopeError
        The bundle has no such layer or capture.
    """
    key, place = subject.full_key, subject.place
    patch = _patch(bundle, key, place)
    if subject.edge is not None or isinstance(subject.what, Hit):
        return Details(patch=patch)
    if bundle.layer(place.layer).kind == "input" and bundle.input(key.input_id).kind not in ("clean", "drawn"):
        return Details(patch=patch, audit="not recomputed: the picture is kept in 256 levels, what was fed has more")
    told, audited = formula(bundle, key, place), audit(bundle, key, place)
    return Details(
        patch=patch,
        field=sight_words(bundle, place),
        formula=formula_lines(told, place),
        terms=term_rows(told),
        audit=audit_words(audited, has_weights=bool(bundle.layer(place.layer).variables)),
        verdict=audit_verdict(audited),
    )


def _patch(bundle: Bundle, key: CaptureKey, place: Place) -> Patch | None:
    """The cells round a cell of a map, or round a unit of a vector that is laid out as a picture: none for the rest."""
    if place.position is None or len(place.position) < 2 or place.channel is None:
        return None
    values = values_at(bundle, key, place.layer, place.output)
    summary = summary_of(bundle, key, place.layer, place.output)
    if values is None or summary is None or values.ndim != len(place.position) + 1:
        return None
    cells = values[..., place.channel][place.position[:-2]]
    scale = max(abs(summary.low), abs(summary.high))
    near, at = patch_of(np.asarray(cells, np.float32), (place.position[-2], place.position[-1]))
    return np.nan_to_num(near), at, scale
