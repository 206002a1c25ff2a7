"""Where a drawing is made: what stays the same in every frame, and the frame of any capture in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenes.choose import key_of, shown_name
from scenes.drawn.legends import legends_of
from scenes.drawn.places import DrawnFrame
from scenes.framing import camera_for
from scenes.panels.answer import Answer, answer_of, answer_panel
from scenes.panels.classes import class_name, tall_list
from scenes.panels.heading import broken, fitted, heading
from scenes.panels.numbers import percent
from viewer.state import Bar, Hud, Loupe, NetView, ViewState, Words
from viewer.typeset import width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Capture, Input
    from scenes.options import SceneOptions
    from viewer.layout import Layout
    from viewer.state import Camera, CaptureKey, Wire

NOTHING = Hud()
SAYS_PX, SMALL_PX = 48.0, 23.0
SIZES_PX = SAYS_PX, 40.0, 34.0, 28.0
"""How large a class is named: the largest at which its name has room."""
FRAME_PX = 3.0
UNKNOWN = "?"
DRAWING = "drawing"
"""The label of what somebody draws; pictures that are known have their own names."""
INVITATION = "draw in the pad: the network answers while your hand moves"


@dataclass(frozen=True, slots=True)
class Said:
    """What is written round a drawing: what happens, what the network says, and a line under that."""

    title: str
    scores: tuple[float, ...]
    note: str = ""
    note_alpha: float = 1.0


@dataclass(frozen=True, slots=True)
class Studio:
    """What does not change with the drawing."""

    bundle: Bundle
    options: SceneOptions
    frame: DrawnFrame
    camera: Camera
    answer: Answer
    name: str
    legends: Hud

    def live(self, key: CaptureKey) -> ViewState:
        """The frame of a drawing that was answered just now."""
        capture = self.bundle.capture(key.input_id, key.checkpoint_id)
        shown = self.bundle.input(key.input_id)
        said = Said("you draw, the network answers", self.read(capture))
        is_drawn = shown.kind == "drawn" or shown.label == DRAWING or shown.label.startswith(f"{DRAWING} attacked")
        if not is_drawn:
            said = Said(f"{shown.label}: what the network makes of it", self.read(capture), self._truth(shown))
        return self.state(NetView(key), (self.sheet(key),), said)

    def _truth(self, shown: Input) -> str:
        """The class that an image of a data set is of, where that is known."""
        return "" if shown.true_class is None else f"true class: {class_name(self.answer.names, shown.true_class)}"

    def waiting(self, capture: Capture) -> ViewState:
        """The frame of an input of the bundle, while nothing has been drawn."""
        key = key_of(capture)
        said = Said(INVITATION, self.read(capture), f"shown is {self.bundle.input(key.input_id).label}")
        return self.state(NetView(key), (self.sheet(key),), said)

    def read(self, capture: Capture) -> tuple[float, ...]:
        """What the network says, as the list has it; empty where it says nothing, or that is kept back."""
        return self.answer.read(capture)

    def sheet(self, key: CaptureKey, alpha: float = 1.0) -> Loupe:
        """The drawing, large."""
        layer = self.bundle.manifest.model.inputs[0]
        return Loupe(layer, (), key, self.frame.sheet, 1.0, alpha=alpha, colours="picture", name="drawing")

    def state(
        self, net: NetView, sheets: tuple[Loupe, ...], said: Said, over: Hud = NOTHING, wires: tuple[Wire, ...] = ()
    ) -> ViewState:
        """The frame of a net, the drawings over each other, what is said, and what lies `over` all that."""
        hud = heading(self.name, said.title, self.frame.margin_px, self.frame.right_px)
        hud += self._answer(said.scores) + self._says(said) + self.legends + over
        left, top, wide, high = self.frame.sheet
        edge = Bar((left - FRAME_PX, top - FRAME_PX, wide + 2 * FRAME_PX, high + 2 * FRAME_PX), "border")
        under = Hud(bars=(edge,))
        return ViewState(self.camera, (net,), self.options.theme, hud, loupes=sheets, under=under, wires=wires)

    def _answer(self, scores: tuple[float, ...]) -> Hud:
        """The list; while the answer is kept back, names without numbers."""
        place, answer = self.frame.answer, self.answer
        if answer.has_classes and not scores:
            return tall_list((0.0,) * (answer.shape[0] or 0), answer.names, place, self.frame.pitch_px, grown=0.0)
        return answer_panel(answer, scores, place, pitch_px=self.frame.pitch_px)

    def _says(self, said: Said) -> Hud:
        """The running answer under the drawing, large, and what there is to note of it."""
        left, top, wide, high = self.frame.sheet
        y, note_px = top + high + SAYS_PX + 22.0, SMALL_PX
        words = []
        if self.answer.has_classes:
            name, number = self.winner(said.scores)
            room = wide - width_of(number, 36.0, True) - 20.0
            size = next((px for px in SIZES_PX if width_of(name, px, True) <= room), SIZES_PX[-1])
            words += [
                Words(fitted(name, room, size, True), (left, y), size, True, "accent"),
                Words(number, (left + wide, y), 36.0, True, "accent", "right"),
            ]
        lines = broken(said.note, wide, note_px) if said.note else []
        for row, line in enumerate(lines):
            at = left, y + 42.0 + row * 30.0
            words.append(Words(line, at, note_px, role="dim", alpha=said.note_alpha))
        return Hud(words=tuple(words))

    def winner(self, scores: Sequence[float]) -> tuple[str, str]:
        """The class with the largest share and that share, in words."""
        if not scores:
            return UNKNOWN, ""
        first = max(range(len(scores)), key=lambda index: scores[index])
        return class_name(self.answer.names, first), percent(scores[first])


def studio_of(bundle: Bundle, layout: Layout, options: SceneOptions) -> Studio:
    """Where drawings of a bundle are shown in a layout."""
    frame = DrawnFrame(options.aspect, sheet_aspect_of(bundle))
    camera = camera_for(layout, options.aspect, frame.net)
    name = shown_name(bundle)
    return Studio(bundle, options, frame, camera, answer_of(bundle), name, legends_of(bundle, frame))


def sheet_aspect_of(bundle: Bundle) -> float:
    """How wide a drawing is over how high: as the pictures that the network takes, 1 where it takes none."""
    image = next((each.image for each in bundle.manifest.inputs if each.image is not None), None)
    shape = image.shape if image is not None else bundle.layer(bundle.manifest.model.inputs[0]).outputs[0].shape
    high, wide, *_ = (*shape, None, None)
    return wide / high if len(shape) > 1 and high and wide else 1.0
