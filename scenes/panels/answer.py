"""What a network says in the end, as a panel: shares of classes, plain numbers, or the size of what it makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from scenes.choose import scores_of
from scenes.panels.classes import Place, tall_list
from scenes.panels.heading import fitted
from scenes.panels.numbers import signed
from viewer.kept import sample_captures
from viewer.state import Bar, ColourRole, Hud, Words
from viewer.typeset import width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Capture, Layer

SHARE_ACTIVATIONS = ("softmax", "sigmoid")
VALUE_PITCH_PX = 47.0
MOST_VALUES = 10


@dataclass(frozen=True, slots=True)
class Answer:
    """How the first output of a model is read.

    `shares`: probabilities, one a class; `logits`: scores of named classes, shown as the shares that their softmax
    gives; `values`: numbers that are nobody's probability; `none`: no vector, as of an autoencoder.
    """

    kind: Literal["shares", "logits", "values", "none"]
    names: tuple[str, ...]
    output: str
    shape: tuple[int | None, ...]

    def read(self, capture: Capture) -> tuple[float, ...]:
        """What the network said of a capture: shares where there are classes, else plain values; empty: no vector."""
        scores = scores_of(capture) if self.kind != "none" else ()
        if self.kind != "logits" or not scores:
            return scores
        sizes = np.exp(np.asarray(scores) - max(scores))
        return tuple(float(size) for size in sizes / sizes.sum())

    @property
    def has_classes(self) -> bool:
        """Whether what is read are shares of classes."""
        return self.kind in ("shares", "logits")


def answer_of(bundle: Bundle) -> Answer:
    """How the first output of the bundle's model is read."""
    name = bundle.manifest.model.outputs[0]
    layer = bundle.layer(name)
    shape = layer.outputs[0].shape if layer.outputs else ()
    return Answer(_kind(bundle, layer, shape), bundle.manifest.model.class_names, name, shape)


def _kind(bundle: Bundle, layer: Layer, shape: tuple[int | None, ...]) -> Literal["shares", "logits", "values", "none"]:
    if len(shape) != 1:
        return "none"
    scores = next((scores_of(capture) for capture in sample_captures(bundle) if capture.scores), ())
    are_shares = len(scores) > 1 and min(scores) >= 0 and abs(sum(scores) - 1) < 0.02
    if are_shares or layer.activation in SHARE_ACTIVATIONS:
        return "shares"
    return "logits" if bundle.manifest.model.class_names and len(scores) > 1 else "values"


def answer_panel(
    answer: Answer, scores: Sequence[float], place: Place, *, pitch_px: float = VALUE_PITCH_PX, grown: float = 1.0
) -> Hud:
    """The answer at `place`, a line per class or value. `grown` 0..1 is how far bars and numbers have come."""
    if answer.kind == "none" or not scores:
        return _size_of(answer, place)
    if answer.has_classes:
        hud = tall_list(scores, answer.names, place, pitch_px, grown)
        if answer.kind == "shares":
            return hud
        below_px = max(bar.box_px[1] for bar in hud.bars) + 40.0
        return hud + Hud(words=(Words("softmax of the scores", (place.left_px, below_px), 21.0, role="dim"),))
    return _value_list(answer, scores, place, pitch_px, grown)


def _value_list(answer: Answer, scores: Sequence[float], place: Place, pitch_px: float, grown: float) -> Hud:
    """Values with their sign; of many those of largest size, and how many more there are."""
    largest = max((abs(score) for score in scores), default=0.0) or 1.0
    order = (
        sorted(range(len(scores)), key=lambda i: -abs(scores[i])) if len(scores) > MOST_VALUES else range(len(scores))
    )
    shown = list(order)[: MOST_VALUES if len(scores) <= MOST_VALUES else MOST_VALUES - 1]
    hud = Hud()
    for row, index in enumerate(shown):
        y = place.top_px + row * pitch_px
        name = answer.names[index] if index < len(answer.names) else _unit_name(answer, index, len(scores))
        hud += _value_line(name, scores[index], abs(scores[index]) / largest * grown, grown, place, y)
    if len(shown) < len(scores):
        y = place.top_px + len(shown) * pitch_px
        hud += Hud(words=(Words(f"and {len(scores) - len(shown)} more", (place.left_px, y), 21.0, role="dim"),))
    return hud


def _unit_name(answer: Answer, index: int, count: int) -> str:
    return answer.output if count == 1 else f"unit {index}"


def _value_line(name: str, value: float, share: float, grown: float, place: Place, y: float) -> Hud:
    number = signed(value) if grown > 0 else ""
    role: ColourRole = "adds" if value >= 0 else "subtracts"
    room_px = place.width_px - width_of(number, 21.0) - 16.0
    return Hud(
        bars=(
            Bar((place.left_px, y + 14, place.width_px, 8.0), "track"),
            Bar((place.left_px, y + 14, max(4.0, place.width_px * share), 8.0), role),
        ),
        words=(
            Words(fitted(name, room_px, 21.0), (place.left_px, y), 21.0),
            Words(number, (place.right_px, y), 21.0, anchor="right"),
        ),
    )


def _size_of(answer: Answer, place: Place) -> Hud:
    """The name and size of what the network makes, where that is no list."""
    size = "\u00d7".join("?" if side is None else str(side) for side in answer.shape)
    lines = (("makes", 21.0, "dim"), (answer.output, 26.0, "text"), (size, 21.0, "dim"))
    words = []
    for row, (text, size_px, role) in enumerate(lines):
        at_px = place.left_px, place.top_px + row * 34.0
        words.append(Words(fitted(text, place.width_px, size_px), at_px, size_px, role=role))  # type: ignore[arg-type]
    return Hud(words=tuple(words))
