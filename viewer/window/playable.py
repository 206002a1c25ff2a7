"""What the window asks for and what it gets: scenes by name, each a layout and a picture for every moment.

The window knows nothing of how scenes are made. Whoever opens it hands it a `Catalogue`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from viewer.state import Mute, Theme, ViewState

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from viewer.layout import Layout


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
    `muted` is what the network answers without.
    """

    scene: str
    size_px: tuple[int, int] = (960, 540)
    theme: Theme = "dark"
    input_id: str | None = None
    checkpoint_id: str | None = None
    fold: str | tuple[str, ...] = "auto"
    opened: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    muted: tuple[Mute, ...] = ()


@dataclass(frozen=True, slots=True)
class Playable:
    """A scene that was built for one wish.

    `state_at` takes any time; where the scene loops, the state at `duration_secs` is the state at 0.
    """

    layout: Layout
    duration_secs: float
    state_at: Callable[[float], ViewState]
    loops: bool = True
    moments: tuple[Moment, ...] = ()


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
