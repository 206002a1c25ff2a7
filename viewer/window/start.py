"""What a window is asked to begin with. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from viewer.study import CameraOffset, Vantage

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from viewer.state import Theme
    from viewer.study import Language

FIRST_SCENE = "flow"


@dataclass(frozen=True, slots=True)
class Start:
    """What was asked for; `None` leaves it to what is remembered of the bundle, and that to the scene.

    `beside` is a second bundle, `cues` a file with the cues of a talk, `model` the model of the bundle, which answers
    to what is drawn. `fresh` ignores what is remembered. `place` are fields of `Vantage` that say which part of the
    network a scene is about, and in which language it is told.
    """

    scene: str | None = None
    theme: Theme | None = None
    fold: str | tuple[str, ...] | None = None
    view: Vantage | None = None
    beside: Path | None = None
    cues: Path | None = None
    fresh: bool = False
    model: str | None = None
    place: Mapping[str, Any] = field(default_factory=dict)

    def vantage(
        self, remembered: Vantage | None, theme: Theme | None = None, language: Language | None = None
    ) -> Vantage:
        """The view to begin with; `theme` and `language` are those that were last seen, whatever the bundle.

        >>> Start(theme="light").vantage(Vantage("training", at_secs=2.0)).to_json()
        '{"scene":"training","at_secs":2.0,"theme":"light"}'
        >>> Start("convolution", place={"layer": "conv_1", "at": (3, 4)}).vantage(None).to_json()
        '{"scene":"convolution","layer":"conv_1","at":[3,4]}'
        """
        view = self.view or remembered or Vantage(FIRST_SCENE, theme=theme or "dark", language=language or "en")
        if self.scene is not None and self.scene != view.scene:
            view = replace(view.of_scene(self.scene), offset=CameraOffset())
        if self.theme is not None:
            view = replace(view, theme=self.theme)
        view = replace(view, **self.place)
        return view if self.fold is None else replace(view, fold=self.fold)
