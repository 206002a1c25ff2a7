"""The picture in a notebook: a frame buffer that is drawn in the kernel and turned by the pointer in the browser."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from jupyter_rfb import RemoteFrameBuffer

from exporter.bundle import KerascopeError
from viewer.dress import dressed, marked
from viewer.notebook.hand import Hand, kind_of
from viewer.stage import Stage
from viewer.steer import steered_state
from viewer.study import Study
from viewer.window.detail import FINEST, next_detail

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from viewer.layout import Layout
    from viewer.state import ViewState

SETTLE_SECS = 0.15
SMALLEST_SIDE_PX, LARGEST_SIDE_PX = 16, 4096


class Picture(RemoteFrameBuffer):
    """Draws what `state` gives as the hand has turned it: coarsely while it moves, finely once it rests.

    Attributes
    ----------
    hand : what the pointer has done.
    study : what is laid over every state of the scene.
    size_px : width and height of the frame in physical pixels.
    is_playing : holds back the fine frame while the scene goes on.
    is_live : whether a browser has told its size: until then nobody looks.
    """

    def __init__(
        self,
        bundle: Bundle,
        state: Callable[[], ViewState | None],
        tell: Callable[[str], None],
        study: Study | None = None,
    ) -> None:
        super().__init__()
        self.study = study or Study()
        self.hand = Hand()
        self.size_px = (960, 540)
        self.is_playing = self.is_live = False
        self.when_resized: Callable[[], None] = lambda: None
        self._bundle, self._scene_state, self._tell = bundle, state, tell
        self._layout: Layout | None = None
        self._stage: Stage | None = None
        self._ratio, self._detail, self._is_fine = 1.0, 1.0, False
        self._settling: asyncio.TimerHandle | None = None

    def show_layout(self, layout: Layout, *, resets_hand: bool) -> None:
        """Draw in this layout from now on."""
        self._layout = layout
        if resets_hand:
            self.hand = Hand()
        self.stir()

    def state(self) -> ViewState | None:
        """What is drawn; `None` before there is a scene."""
        own = self._scene_state()
        if own is None or self._layout is None:
            return None
        seen = steered_state(dressed(own, self.study, self._layout), self.hand.offset)
        return marked(seen, self.study, self._layout, self._bundle)

    def render(self, supersample: float = FINEST) -> NDArray[np.uint8] | None:
        """The frame (height, width, 3) uint8 of the present state; `None` before there is a scene.

        Raises
        ------
        KerascopeError
            It cannot be drawn, or the bundle cannot be read.
        """
        state = self.state()
        if state is None or self._layout is None:
            return None
        if self._stage is None or self._stage.layout is not self._layout:
            self._give_back()
            self._stage = Stage(self._bundle, self._layout)
        return self._stage.render(state, self.size_px, supersample=supersample)

    def stir(self) -> None:
        """Something has changed: draw soon, and finely once it rests."""
        self._is_fine = False
        self.request_draw()

    def get_frame(self) -> NDArray[np.uint8] | None:
        """The next frame for the browser; `None` leaves the last one there, and says why."""
        began_secs = time.perf_counter()
        try:
            frame = self.render(FINEST if self._is_fine else self._detail)
        except KerascopeError as error:
            self._tell(str(error))
            return None
        if not self._is_fine:
            self._detail = next_detail(self._detail, (time.perf_counter() - began_secs) * 1e3)
            self._settle_soon()
        return frame

    def handle_event(self, event: Mapping[str, Any]) -> None:
        """Follow the pointer, the wheel, and the size of the cell."""
        kind = kind_of(event)
        if kind == "resize":
            self._resize(event)
        elif kind == "close":
            self._give_back()
        elif (own := self._scene_state()) is not None:
            width_px, height_px = self.size_px
            hand = self.hand.after(event, own.camera, (width_px / self._ratio, height_px / self._ratio))
            is_turned, self.hand = hand.offset != self.hand.offset, hand
            if is_turned:
                self.stir()

    def _resize(self, event: Mapping[str, Any]) -> None:
        self._ratio = float(event.get("ratio") or event.get("pixel_ratio") or 1.0)
        sides = (round(float(event[name]) * self._ratio) for name in ("width", "height"))
        width_px, height_px = (min(max(side, SMALLEST_SIDE_PX), LARGEST_SIDE_PX) for side in sides)
        self.size_px, self.is_live = (width_px, height_px), True
        self.when_resized()
        self.stir()

    def _settle_soon(self) -> None:
        """A fine frame, unless something changes before."""
        if self._settling is not None:
            self._settling.cancel()
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # nothing is waited for outside of a kernel
            return
        self._settling = loop.call_later(SETTLE_SECS, self._settle)

    def _settle(self) -> None:
        if not self.is_playing:
            self._is_fine = True
            self.request_draw()

    def _give_back(self) -> None:
        if self._stage is not None:
            self._stage.close()
        self._stage = None
