"""What a window is asked to begin with. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from viewer.study import CameraOffset, Vantage

if TYPE_CHECKING:
    from pathlib import Path

    from viewer.state import Theme

FIRST_SCENE = "flow"


@dataclass(frozen=True, slots=True)
class Start:
    """What was asked for; `None` leaves it to what is remembered of the bundle, and that to the scene.

    `beside` is a second bundle, `cues` a file with the cues of a talk, `model` the model of the bundle, which answers to
    what is drawn. `fresh` ignores what is remembered.
    """

    scene: str | None = None
    theme: Theme | None = None
    fold: str | tuple[str, ...] | None = None
    view: Vantage | None = None
    beside: Path | None = None
    cues: Path | None = None
    fresh: bool = False
    model: str | None = None

    def vantage(self, remembered: Vantage | None, theme: Theme | None = None) -> Vantage:
        """The view to begin with; `theme` is the one that was last seen, whatever the bundle.

        >>> Start(theme="light").vantage(Vantage("training", at_secs=2.0)).to_json()
        '{"scene":"training","at_secs":2.0,"theme":"light"}'
        """
        view = self.view or remembered or Vantage(FIRST_SCENE, theme=theme or "dark")
        if self.scene is not None and self.scene != view.scene:
            view = replace(view, scene=self.scene, at_secs=0.0, offset=CameraOffset())
        if self.theme is not None:
            view = replace(view, theme=self.theme)
        return view if self.fold is None else replace(view, fold=self.fold)
