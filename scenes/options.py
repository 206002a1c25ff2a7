"""What the person who asks for a scene may choose; a scene ignores what it has no use for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from viewer.state import Mute, Theme

Language = Literal["en", "zh"]


@dataclass(frozen=True, slots=True)
class SceneOptions:
    """Choices for one scene; `None` leaves the choice to the scene.

    `size_px` is width and height of the frame, of which a scene needs only the aspect ratio: all its positions are in
    reference pixels. `fold` is which groups of layers are one plate each, `opened` and `closed` which layers
    show their channels, all as `LayoutOptions` has them. The answers of a scene are those of the network without what
    is `muted`. `classes` are the classes that a sculpture lights, one after the other. `layer`, `channel` and `at` (a
    row and a column, or one place) are where a scene that flies to one part of the net goes, `channels` those of a
    scene that shows several. `language` is that of the words of a lesson, `lesson` a file with its stops and captions.
    `foot_px` stays free at the bottom of a step scene, in reference pixels, for whoever adds words there. `method` and
    `dimensions` (2 or 3) are those of embeddings.
    """

    size_px: tuple[int, int] = (960, 540)
    theme: Theme = "dark"
    input_id: str | None = None
    checkpoint_id: str | None = None
    run_id: str | None = None
    fold: str | tuple[str, ...] = "auto"
    opened: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    muted: tuple[Mute, ...] = ()
    classes: tuple[int, ...] = ()
    layer: str | None = None
    channel: int | None = None
    channels: tuple[int, ...] = ()
    at: tuple[int, ...] | None = None
    language: Language = "en"
    lesson: Path | None = None
    foot_px: float = 0.0
    method: str | None = None
    dimensions: int | None = None

    @property
    def aspect(self) -> float:
        """Width over height."""
        return self.size_px[0] / self.size_px[1]
