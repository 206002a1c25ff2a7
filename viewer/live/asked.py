"""What can be asked of a model for a window, and what has come of it so far."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from viewer.forward.node import Array

AskKind = Literal["explain", "synthesise"]
MapKind = Literal["heat", "signed", "mask"]
Stage = Literal["waiting", "going", "paused", "done", "refused", "cancelled"]
UNDER_WAY: tuple[Stage, ...] = ("waiting", "going")


@dataclass(frozen=True)
class Ask:
    """A question: which pixels made the model say so (`explain`), or an image of what it looks for (`synthesise`).

    Attributes
    ----------
    method : of explanations or of images made by optimisation.
    input_id : the input that is shown; it decides what is left open.
    layer, channel, at : what is asked about, where that is no class; of Grad-CAM `layer` is where the map lies.
    class_ : the class that is asked about; `None`, and no layer: the one that is predicted.
    steps : how many; `None`: as many as the method takes.
    """

    kind: AskKind
    method: str
    input_id: str | None = None
    layer: str | None = None
    channel: int | None = None
    at: tuple[int, ...] | None = None
    class_: int | None = None
    steps: int | None = None
    seed: int = 0

    def told(self) -> dict[str, Any]:
        """It as JSON can say it."""
        about = {"layer": self.layer, "channel": self.channel, "at": self.at, "class": self.class_}
        return {
            "kind": self.kind,
            "method": self.method,
            "input": self.input_id,
            **about,
            "steps": self.steps,
            "seed": self.seed,
        }


@dataclass(frozen=True, eq=False)
class FoundMap:
    """A map on the plate of a layer: (rows, columns) or (length,) float32, read-only; kinds as a bundle has them."""

    layer: str
    kind: MapKind
    values: Array


@dataclass(frozen=True, eq=False)
class Progress:
    """What has come of a question so far.

    Attributes
    ----------
    ticket, ask : of the question, which says now what it left open.
    stage : how it is with it.
    step, of : how far it has come; `of` is 0 while that is not known.
    losses : after each step that was told, in order.
    picture : (H, W, C) uint8, read-only; `None` before there is one, and of explanations.
    maps : of an explanation, the first the one that the method is named after.
    scores : what the model says to the image that was made; empty: not known.
    is_chosen : whether what the question left open was chosen by the shown input.
    words : what the user should know: why there is no more, or what is odd; empty: nothing.
    is_keeping : whether it is being written into the bundle.
    run_id : of the run that it is in the bundle; empty: it is in none.
    """

    ticket: int
    ask: Ask
    stage: Stage = "waiting"
    step: int = 0
    of: int = 0
    losses: tuple[float, ...] = ()
    picture: NDArray[np.uint8] | None = None
    maps: tuple[FoundMap, ...] = ()
    scores: tuple[float, ...] = ()
    is_chosen: bool = False
    words: str = ""
    is_keeping: bool = False
    run_id: str = ""

    @property
    def is_under_way(self) -> bool:
        """Whether more is to come."""
        return self.stage in UNDER_WAY

    @property
    def can_be_kept(self) -> bool:
        """Whether there is something that rests and is in no bundle yet."""
        has_result = self.picture is not None or bool(self.maps)
        return has_result and self.stage in ("paused", "done") and not (self.is_keeping or self.run_id)


def picture_of_png(text: str) -> NDArray[np.uint8]:
    """The picture (H, W, 1 or 3) uint8, read-only, of a PNG in base64."""
    with Image.open(io.BytesIO(base64.b64decode(text))) as image:
        pixels = np.array(image.convert("L" if image.mode == "L" else "RGB"), np.uint8)
    pixels = pixels[..., None] if pixels.ndim == 2 else pixels
    pixels.flags.writeable = False
    return pixels


def map_of_message(message: dict[str, Any]) -> FoundMap:
    """The map that a message brings. Raises `ValueError` where it holds none."""
    values = np.frombuffer(base64.b64decode(message["values"]), "<f4").reshape(message["shape"])
    return FoundMap(str(message["map"]), message["map_kind"], values)
