"""What takes a moment to say of a place: its neighbours, what it sees, its formula, and the audit. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from viewer.inspect.summary import summary_of, values_at
from viewer.study import Place
from viewer.window.docks.inspector_patch import patch_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from viewer.state import CaptureKey
    from viewer.window.docks.inspector_subject import Subject

    Patch = tuple[NDArray[np.float32], tuple[int, int], float]


@dataclass(frozen=True, slots=True)
class TermRow:
    """A term of a formula: where its value comes from, the value, what it is multiplied with, and what that adds."""

    source: str
    value: str
    weight: str
    product: str
    place: Place | None
    tip: str


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


def details_of(bundle: Bundle, key: CaptureKey, subject: Subject) -> Details:
    """The details of a subject for a capture.

    Raises
    ------
    KerascopeError
        The bundle has no such layer or capture.
    """
    return Details(patch=_patch(bundle, key, subject.place))


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
