"""How the parts of the adversarial scene share a frame: nets at the left, lists at the right, what is said below."""

from __future__ import annotations

from dataclasses import dataclass

from scenes.panels.classes import Place, list_place
from scenes.panels.frame import Frame
from viewer.camera import Rect

LIST_WIDTH = 0.20
LAST_NUMBER_PX = 112.0


@dataclass(frozen=True, slots=True)
class AttackFrame(Frame):
    """A frame of this aspect ratio. In wide ones the caption stands beside the legends, else over them."""

    @property
    def places(self) -> tuple[Place, ...]:
        """Those of the three lists: clean answer, change, attacked answer."""
        tops_px = (230.0, 494.0, 756.0) if self.is_wide else (282.0, 546.0, 802.0)
        return tuple(list_place(self.width_px, LIST_WIDTH, top_px) for top_px in tops_px)

    @property
    def track(self) -> Place:
        """The scrubber's, under the size of the change."""
        list_ = self.places[0]
        return Place(list_.left_px, list_.right_px, 112.0 if self.is_wide else 176.0)

    @property
    def size_at_px(self) -> tuple[float, float]:
        """Where the size of the change ends."""
        return self.right_px, 80.0 if self.is_wide else 148.0

    @property
    def title_right_px(self) -> float:
        """How far the title may reach."""
        return self.right_px - (400.0 if self.is_wide else 0.0)

    @property
    def nets(self) -> Rect:
        """The part in which the whole nets stand."""
        right = (self.places[0].left_px - LAST_NUMBER_PX) / self.width_px
        return Rect(0.04, 0.15, max(right, 0.3), 0.856 if self.is_wide else 0.77)

    @property
    def tiles(self) -> Rect:
        """The part in which three tiles of a close-up stand."""
        return Rect(0.04, 0.272, 0.96, 0.80 if self.is_wide else 0.70)

    @property
    def names_top_px(self) -> float:
        """Where the name of the layer of a close-up stands."""
        return 166.0

    @property
    def names_right_px(self) -> float:
        """How far it may reach."""
        return self.places[0].left_px - 24.0

    @property
    def legends_right_px(self) -> float:
        """How far the legends reach."""
        return self.left_px + 920.0 if self.is_wide else self.places[0].left_px - 24.0
