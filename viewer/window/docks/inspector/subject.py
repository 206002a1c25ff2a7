"""What the inspector is about: a place, an edge or a weight, for one capture of those that the scene shows. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from viewer.inspect.pick import Hit
from viewer.study import EdgePlace, Place

if TYPE_CHECKING:
    from viewer.state import CaptureKey, Mute, ViewState
    from viewer.study import Study

HALF = 0.5


@dataclass(frozen=True, slots=True)
class Subject:
    """What is read, where it is, and for which capture; `beside` is the capture that the scene compares it with.

    `muted` is what is switched off meanwhile.
    """

    what: Hit | Place | EdgePlace
    place: Place
    edge: EdgePlace | None
    key: CaptureKey
    beside: CaptureKey | None = None
    muted: tuple[Mute, ...] = ()

    @property
    def full_key(self) -> CaptureKey:
        """The capture without what is muted."""
        return replace(self.key, mutes=self.muted)

    @property
    def full_beside(self) -> CaptureKey | None:
        """The same of the one that it is compared with."""
        return None if self.beside is None else replace(self.beside, mutes=self.muted)


def subject_of(study: Study, hit: Hit | None, captures: tuple[CaptureKey, CaptureKey | None] | None) -> Subject | None:
    """What to show: what is pinned, or else what was pointed at last; `None` where there is neither."""
    if captures is None:
        return None
    key, beside = captures
    if study.pinned_edge is not None:
        edge = study.pinned_edge
        place = Place(edge.target, channel=edge.target_channel if edge.target_channel >= 0 else None)
        return Subject(edge, place, edge, key, beside, study.muted)
    if study.pinned is not None:
        return Subject(study.pinned, study.pinned, None, key, beside, study.muted)
    if hit is None:
        return None
    what = hit if hit.kernel is not None else hit.edge or hit.place
    return Subject(what, hit.place, hit.edge, key, beside, study.muted)


def captures_of(state: ViewState | None, net: int) -> tuple[CaptureKey, CaptureKey | None] | None:
    """The capture that a net of a state shows, and the one that it is compared with.

    Of two that are blended it is the one that is seen more, alone; of a difference the later one, beside the earlier.
    A net that the state has not is its first.
    """
    if state is None or not state.nets:
        return None
    shown = state.nets[net if net < len(state.nets) else 0]
    if shown.toward is None:
        return shown.capture, None
    if shown.quantity == "difference":
        return shown.toward, shown.capture
    return (shown.toward if shown.blend > HALF else shown.capture), None
