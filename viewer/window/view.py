"""The canvas: draws the scene's state as the hand has turned it, coarsely while things move and finely at rest."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QPoint, QTimer, Signal
from PySide6.QtWidgets import QWidget
from vispy import app, gloo

from exporter.bundle import KerascopeError
from viewer.colour import PALETTES
from viewer.dress import dressed
from viewer.stage import Stage
from viewer.steer import orbited, panned, steered_state, zoomed
from viewer.study import CameraOffset
from viewer.window.detail import FINEST, next_detail
from viewer.window.pick import plate_at

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from viewer.layout import Layout, Plate
    from viewer.state import Theme, ViewState
    from viewer.window.desk import Desk

SETTLE_MS = 150
WHEEL_FACTOR = 1.15
SMALLEST_SIDE_PX = 16
STILL_PX = 4.0
LEFT, RIGHT, MIDDLE = 1, 2, 3


class SceneView(QObject):
    """A vispy canvas in a Qt widget (`widget`) that shows what `state` gives, moved by `offset`.

    `is_playing` holds back the fine frame that otherwise follows 150 ms after the last change. `failed` tells a line
    where the state cannot be drawn, `drawn` every frame and how long it took in milliseconds, `resized` a new size.
    `opening` tells the plate of a folded group that was double clicked, `asked` a plate that was right clicked and
    where on the screen that was.
    """

    failed = Signal(str)
    drawn = Signal(float)
    resized = Signal()
    opening = Signal(object)
    asked = Signal(object, object)

    def __init__(self, desk: Desk, state: Callable[[], ViewState | None], theme: Theme) -> None:
        super().__init__()
        self._desk, self._bundle, self._scene_state = desk, desk.bundle, state
        self.layout: Layout | None = None
        self.theme: Theme = theme
        self.offset = CameraOffset()
        self.is_playing = False
        self.is_settled = False
        self._detail = 1.0
        self._is_fine = False
        self._hand: Callable[[tuple[float, float]], CameraOffset] | None = None
        self._hand_at = (0.0, 0.0)
        self._moved_px = 0.0
        self._stage: Stage | None = None
        # The resolution that vispy would ask the screen for changes nothing here.
        self._canvas = app.Canvas(size=(960, 540), show=False, keys=None, dpi=96)
        self.widget: QWidget = self._canvas.native
        self.widget.setMinimumSize(320, 200)
        self._settling = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settling.timeout.connect(self._settle)
        for name in (
            "draw",
            "resize",
            "mouse_press",
            "mouse_move",
            "mouse_release",
            "mouse_wheel",
            "mouse_double_click",
        ):
            getattr(self._canvas.events, name).connect(getattr(self, f"_on_{name}"))

    def state(self) -> ViewState | None:
        """What is drawn: the scene's state with the study over it and the camera moved; `None` before a scene."""
        own = self._own_state()
        return None if own is None else steered_state(own, self.offset)

    @property
    def has_context(self) -> bool:
        """Whether OpenGL answers in this window."""
        return bool(self._canvas.native.isValid())

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height of the picture in physical pixels."""
        width, height = self._canvas.physical_size
        return int(width), int(height)

    def stir(self) -> None:
        """Something has changed: draw soon, and finely once it rests."""
        self._is_fine = self.is_settled = False
        self._settling.stop()
        self._canvas.update()

    def reset(self) -> None:
        """Back to the scene's own camera."""
        self.offset = CameraOffset()
        self.stir()

    def zoom(self, steps: float, at_px: tuple[float, float] | None = None) -> None:
        """Nearer by so many notches of the wheel, about `at_px` (default: the middle)."""
        width, height = self.widget.width(), self.widget.height()
        self.offset = zoomed(self.offset, WHEEL_FACTOR**steps, at_px or (width / 2, height / 2), (width, height))
        self.stir()

    def zoom_in(self) -> None:
        """Nearer."""
        self.zoom(2)

    def zoom_out(self) -> None:
        """Further off."""
        self.zoom(-2)

    def render(self) -> NDArray[np.uint8] | None:
        """The picture (height, width, 3) uint8 as a recording has it; `None` where there is nothing to see yet."""
        state = self.state()
        if state is None or self.layout is None:
            return None
        self._canvas.set_current()
        return self._stage_for(self.layout).render(state, self.size_px)

    def close(self) -> None:
        """Give back what is on the GPU."""
        self._settling.stop()
        if self._stage is not None:
            self._stage.close()
        self._canvas.close()

    def _own_state(self) -> ViewState | None:
        """The scene's state with the study over it, before the hand has moved the camera."""
        state = self._scene_state()
        return None if state is None or self.layout is None else dressed(state, self._desk.study, self.layout)

    def _stage_for(self, layout: Layout) -> Stage:
        if self._stage is None or self._stage.layout is not layout:
            if self._stage is not None:
                self._stage.close()
            self._stage = Stage(self._bundle, layout, canvas=self._canvas)
        return self._stage

    def _on_draw(self, _: Any) -> None:
        if self.layout is None or min(self.size_px) < SMALLEST_SIDE_PX:
            gloo.clear(color=PALETTES[self.theme].inner)
            return
        is_new = self._stage is None or self._stage.layout is not self.layout
        detail = FINEST if self._is_fine else self._detail
        began_secs = time.perf_counter()
        try:
            self._draw(self.layout, detail)
        except KerascopeError as error:
            self.failed.emit(str(error))
            return
        except Exception as error:  # noqa: BLE001 - a mistake in a scene is told once, not printed for every frame
            self.failed.emit(f"unexpected {type(error).__name__} while drawing: {' '.join(str(error).split())}")
            return
        took_ms = (time.perf_counter() - began_secs) * 1e3
        self.drawn.emit(took_ms)
        self.is_settled = self._is_fine
        if not (self._is_fine or is_new):
            self._detail = next_detail(detail, took_ms)
        if not (self._is_fine or self.is_playing or self._hand):
            self._settling.start()

    def _draw(self, layout: Layout, detail: float) -> None:
        state = self.state()
        if state is not None:
            stage = self._stage_for(layout)
            stage.draw_to_window(state, self.size_px, supersample=detail)
            # vispy now fills the alpha channel with that of the colour for clearing: a window is not translucent.
            gloo.set_clear_color("black")
            gloo.gl.glFinish()

    def _settle(self) -> None:
        self._is_fine = True
        self._canvas.update()

    def _on_resize(self, _: Any) -> None:
        self.stir()
        self.resized.emit()

    def _on_mouse_press(self, event: Any) -> None:
        is_shifted = any(key.name == "Shift" for key in event.modifiers)
        if event.button == LEFT and not is_shifted:
            self._hand = self._orbit
        elif event.button in (LEFT, RIGHT, MIDDLE):
            self._hand = self._pan
        self._hand_at = float(event.pos[0]), float(event.pos[1])
        self._moved_px = 0.0

    def _on_mouse_move(self, event: Any) -> None:
        if self._hand is None:
            return
        x, y = float(event.pos[0]), float(event.pos[1])
        by_px = x - self._hand_at[0], y - self._hand_at[1]
        if by_px != (0.0, 0.0):
            self._hand_at = x, y
            self._moved_px += abs(by_px[0]) + abs(by_px[1])
            self.offset = self._hand(by_px)
            self.stir()

    def _on_mouse_release(self, event: Any) -> None:
        # The last moves may have been left out as too quick.
        self._on_mouse_move(event)
        if self._hand is None:
            return
        self._hand = None
        self.stir()
        plate = self._plate_at(event) if event.button == RIGHT and self._moved_px <= STILL_PX else None
        if plate is not None:
            self.asked.emit(plate, self.widget.mapToGlobal(QPoint(int(event.pos[0]), int(event.pos[1]))))

    def _on_mouse_wheel(self, event: Any) -> None:
        if event.delta[1]:
            self.zoom(float(event.delta[1]), (float(event.pos[0]), float(event.pos[1])))

    def _on_mouse_double_click(self, event: Any) -> None:
        self._hand = None
        plate = self._plate_at(event) if event.button == LEFT else None
        if plate is not None and plate.group:
            self.opening.emit(plate)
        else:
            self.reset()

    def _plate_at(self, event: Any) -> Plate | None:
        state = self.state()
        if state is None or self.layout is None:
            return None
        at_px = float(event.pos[0]), float(event.pos[1])
        size_px = float(self.widget.width()), float(self.widget.height())
        return plate_at(self.layout, state, at_px, size_px)

    def _orbit(self, by_px: tuple[float, float]) -> CameraOffset:
        state = self._own_state()
        return orbited(self.offset, state.camera, by_px, self.widget.height()) if state else self.offset

    def _pan(self, by_px: tuple[float, float]) -> CameraOffset:
        return panned(self.offset, by_px, self.widget.height())
