"""What the window asks for and what it gets: scenes by name, each a layout and a picture for every moment.

The window knows nothing of how scenes are made. Whoever opens it hands it a `Catalogue`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from viewer.state import CaptureKey, Mute, Theme, ViewState

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from viewer.layout import Layout
    from viewer.study import Language, Vantage

SIZE_PX = (960, 540)
PLACE = ("layer", "channel", "at")
SUBJECT = (*PLACE, "language", "lesson")
"""The fields of a wish, as of a vantage, that say what a scene about one part of the net is about, and how it tells of
it.
"""

Pointed = Callable[[float, tuple[float, float]], ViewState | None]


class Moment(Protocol):
    """A named time of a scene."""

    @property
    def at_secs(self) -> float:
        """When it is."""
        ...

    @property
    def name(self) -> str:
        """What happens then: a layer's name, a step."""
        ...


@dataclass(frozen=True, slots=True)
class Wish:
    """What the person at the window wants to see; `None` leaves the choice to the scene.

    `size_px` is width and height of the picture; a scene needs only its aspect ratio. `fold` is which groups of layers
    are one plate each: `auto`, `all`, `none`, or their names; `opened` and `closed` which layers show their channels;
    `muted` is what the network answers without. `layer`, `channel` and `at` are what a scene about one part of the net
    is about, `language` and `lesson` (the path of a file) how it tells of it.
    """

    scene: str
    size_px: tuple[int, int] = SIZE_PX
    theme: Theme = "dark"
    input_id: str | None = None
    checkpoint_id: str | None = None
    fold: str | tuple[str, ...] = "auto"
    opened: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    muted: tuple[Mute, ...] = ()
    layer: str | None = None
    channel: int | None = None
    at: tuple[int, ...] | None = None
    language: Language = "en"
    lesson: str | None = None


def wish_of(view: Vantage, size_px: tuple[int, int] = SIZE_PX) -> Wish:
    """What is to be built for a view."""
    study, chosen = view.study, (view.input_id, view.checkpoint_id, view.fold)
    return Wish(view.scene, size_px, view.theme, *chosen, study.opened, study.closed, study.muted, **subject_of(view))


def subject_of(seen: Vantage | Wish) -> dict[str, Any]:
    """The fields of `SUBJECT` with their values."""
    return {name: getattr(seen, name) for name in SUBJECT}


@dataclass(frozen=True, slots=True)
class Playable:
    """A scene that was built for one wish.

    `state_at` takes any time; where the scene loops, the state at `duration_secs` is the state at 0. `stops_secs` are
    when it stands still after a step, in order. `pointed` is what it shows at a time while somebody points at a place
    of the picture (reference pixels), `None` where it has nothing to tell there. `live` is what it shows at a time for
    a capture of a drawing that was answered after it was built; `None` where it does not show drawings.
    """

    layout: Layout
    duration_secs: float
    state_at: Callable[[float], ViewState]
    loops: bool = True
    moments: tuple[Moment, ...] = ()
    stops_secs: tuple[float, ...] = ()
    pointed: Pointed | None = None
    live: Callable[[float, CaptureKey], ViewState] | None = None


class Catalogue(Protocol):
    """The scenes that can be asked for."""

    @property
    def summaries(self) -> Mapping[str, str]:
        """Name to one line, in the order in which they are offered."""
        ...

    @property
    def command(self) -> tuple[str, ...]:
        """How `kerascope` is run in a process of its own; its arguments follow."""
        ...

    def of(self, bundle: Bundle) -> Catalogue:
        """The same scenes of another bundle."""
        ...

    def build(self, wish: Wish) -> Playable:
        """The scene of a wish. Called from a thread of its own, one call at a time.

        Raises
        ------
        KerascopeError
            The bundle does not hold what the scene needs.
        """
        ...
