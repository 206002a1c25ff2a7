"""What a person has set on top of a scene, and from where they look: frozen values that are written as JSON.

A `Study` is laid over every state of a scene (`viewer.dress`). A `Vantage` is everything that restores a view exactly:
the undo history, the cues of a talk, the state at the next start and `--view` of the command line are all of these.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from exporter.bundle.errors import KerascopeError
from viewer.cloud import ColourBy
from viewer.state import ColourSet, EdgeMode, Mute, Scope, Theme

Language = Literal["en", "zh"]


class Place(Struct, frozen=True):
    """A spot in the network: a layer's output, a channel or unit of it, or a cell.

    `channel` alone is a feature map, or a unit of a vector; with `position` (row, column; as many as the output has
    axes beside the channels) it is a cell of the map; `position` alone is a cell of a layer that shows only the mean of
    its channels. Neither is the layer as a whole. The channels of a picture are in the order in which they are fed.
    """

    layer: str
    output: int = 0
    channel: int | None = None
    position: tuple[int, ...] | None = None


class EdgePlace(Struct, frozen=True):
    """An edge between two channels or units."""

    source: str
    source_channel: int
    target: str
    target_channel: int


class Study(Struct, frozen=True):
    """How a person looks at a scene. The default leaves the scene as it is.

    `opacity` and `spread` multiply the scene's own. `edge_count` is as `viewer.state.Edges` has it. `isolated` are the
    layers that stay bright (none: all do), `opened` and `closed` the layers that show their channels or only the mean,
    against what the layout would do. `pinned` is what the inspector keeps, `cone` whether its receptive field is drawn.
    `colour_by` is what the images of a survey are coloured by (`None`: as the scene does).
    """

    scope: Scope = "layer"
    clip_percentile: Annotated[float, Meta(ge=0, le=100)] = 99.0
    colours: ColourSet = "standard"
    opacity: Annotated[float, Meta(ge=0, le=1)] = 1.0
    edge_mode: EdgeMode = "contribution"
    edge_count: Annotated[int, Meta(ge=0)] | Literal["all"] | None = None
    edge_alpha: Annotated[float, Meta(ge=0, le=100)] = 1.0
    spread: Annotated[float, Meta(gt=0, le=100)] = 1.0
    health: bool = False
    pinned: Place | None = None
    pinned_edge: EdgePlace | None = None
    cone: bool = True
    isolated: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    muted: tuple[Mute, ...] = ()
    colour_by: ColourBy | None = None


class CameraOffset(Struct, frozen=True):
    """How far the hand has moved the picture away from the scene's own camera; the default is not at all.

    The picture is scaled by `zoom` about its middle, then moved by `shift` (device units).
    """

    azimuth_deg: float = 0.0
    elevation_deg: float = 0.0
    zoom: Annotated[float, Meta(gt=0, le=1e4)] = 1.0
    shift: tuple[float, float] = (0.0, 0.0)


class Vantage(Struct, frozen=True):
    """A view of a bundle, complete: which scene of what, at what time, from where, and what was set on top of it.

    `layer`, `channel` and `at` (a row and a column, or one place) are what a scene about one part of the net is about,
    `language` and `lesson` (the path of a file) how it tells of it: all as the options of a scene have them.
    """

    scene: str
    at_secs: float = 0.0
    input_id: str | None = None
    checkpoint_id: str | None = None
    fold: str | tuple[str, ...] = "auto"
    theme: Theme = "dark"
    offset: CameraOffset = CameraOffset()
    study: Study = Study()
    layer: str | None = None
    channel: int | None = None
    at: tuple[int, ...] | None = None
    language: Language = "en"
    lesson: str | None = None

    def of_scene(self, scene: str) -> Vantage:
        """The same view of another scene, from its start and about what that chooses itself; this one where it is of
        that scene.
        """
        if scene == self.scene:
            return self
        return replace(self, scene=scene, at_secs=0.0, layer=None, channel=None, at=None)

    def to_json(self) -> str:
        """One line of JSON; what is as by default is left out."""
        return _text(self)

    @classmethod
    def from_json(cls, text: str) -> Vantage:
        """The vantage that `to_json` wrote.

        Raises
        ------
        KerascopeError
            It is no such JSON; says which field is wrong.
        """
        try:
            return msgspec.json.decode(text, type=cls)
        except msgspec.DecodeError as error:
            expected = "JSON as the window copies it"
            raise KerascopeError("no view in this text", expected=expected, got=error) from error


def _text(vantage: Vantage) -> str:
    plain = msgspec.to_builtins(vantage)
    default = msgspec.to_builtins(Vantage(vantage.scene))
    return msgspec.json.encode({"scene": vantage.scene} | _changed(plain, default)).decode()


def _changed(plain: dict[str, object], default: dict[str, object]) -> dict[str, object]:
    """What differs from the default, records in records entry by entry."""
    changed: dict[str, object] = {}
    for name, value in plain.items():
        usual = default[name]
        if isinstance(value, dict) and isinstance(usual, dict):
            if inner := _changed(value, usual):
                changed[name] = inner
        elif value != usual:
            changed[name] = value
    return changed
