"""How two networks that see one perturbation share a frame with what is said of them."""

from __future__ import annotations

from dataclasses import dataclass

from scenes.panels.classes import Place, list_place
from scenes.panels.frame import Frame
from viewer.camera import Rect
from viewer.state import REFERENCE_HEIGHT_PX

BESIDE_PX = 1000.0
LIST_WIDTH = 0.20
LIST_TOPS_PX, LOW_LIST_TOPS_PX = (160.0, 428.0, 704.0), (146.0, 386.0, 606.0)
"""Of the first list, the chart, and the second list; the latter where the sentence stands under them."""
LAST_NUMBER_PX = 104.0
HEAD_PX, NARROW_HEAD_PX = 76.0, 104.0
"""Room over a net for the names of layers and what is said of it, in one line or in two."""
BELOW_PX, NARROW_BELOW_PX = 126.0, 96.0
"""Room under a net for the chart of its changes."""
CHART_PX, LOW_CHART_PX, NARROW_CHART_PX = 160.0, 110.0, 90.0


@dataclass(frozen=True, slots=True)
class ContrastFrame(Frame):
    """The nets over each other; beside them lists and chart where there is width, else the chart under them."""

    @property
    def has_lists(self) -> bool:
        """Whether there is width for lists beside the nets."""
        return self.width_px >= BESIDE_PX

    @property
    def _tops_px(self) -> tuple[float, float, float]:
        return LIST_TOPS_PX if self.is_wide else LOW_LIST_TOPS_PX

    @property
    def lists(self) -> tuple[Place, Place]:
        """The places of the two lists of classes."""
        one, two = (list_place(self.width_px, LIST_WIDTH, top_px) for top_px in (self._tops_px[0], self._tops_px[2]))
        return one, two

    @property
    def chart(self) -> Place:
        """The place of the chart of shares."""
        if self.has_lists:
            return list_place(self.width_px, LIST_WIDTH, self._tops_px[1])
        return Place(self.left_px, self.right_px, 686.0)

    @property
    def chart_px(self) -> float:
        """How high that chart is."""
        return CHART_PX if self.is_wide else LOW_CHART_PX if self.has_lists else NARROW_CHART_PX

    @property
    def nets_right_px(self) -> float:
        """Right border of what is said over the nets."""
        return self.lists[0].left_px - 36.0 if self.has_lists else self.right_px

    @property
    def below_px(self) -> float:
        """What the chart of changes takes under a net."""
        return BELOW_PX if self.has_lists else NARROW_BELOW_PX

    @property
    def over_px(self) -> float:
        """What lies between two nets: the chart of the upper one, the line over the lower one."""
        return self.below_px + (HEAD_PX if self.has_lists else NARROW_HEAD_PX)

    @property
    def nets(self) -> Rect:
        """The part of the frame for both nets, and as much over the first as there is over the second."""
        right = (self.nets_right_px - LAST_NUMBER_PX + 36.0) / self.width_px
        top_px = (212.0 if self.has_lists else 228.0) - self.over_px
        low_px = 956.0 if self.is_wide else 842.0 if self.has_lists else 656.0
        low = (low_px - self.below_px) / REFERENCE_HEIGHT_PX
        return Rect(self.left_px / self.width_px, top_px / REFERENCE_HEIGHT_PX, right, low)
