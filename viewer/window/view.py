"""The canvas: draws the scene's state as the hand has turned it, coarsely while things move and finely at rest."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget
from vispy import app, gloo

from exporter.bundle import KerascopeError
from viewer.colour import PALETTES
from viewer.dress import dressed, marked
from viewer.inspect.pick import pick
from viewer.placement import world_of
from viewer.stage import Stage
from viewer.steer import between, framed, orbited, panned, steered_state, zoomed
from viewer.study import CameraOffset
from viewer.window.context import forget_gl
from viewer.window.detail import FINEST, SLOW_MS, Pace, lean, next_pace, within
from viewer.window.fanning import FAN_MS, fanned, newly_open
from viewer.window.flat import FLAT, is_steered
from viewer.window.glide import Glide
from viewer.window.hand import Hand

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from viewer.inspect.pick import Hit
    from viewer.layout import Layout, Plate
    from viewer.state import CaptureKey, Theme, ViewState
    from viewer.study import Place
    from viewer.threads.told import EdgesDrawn
    from viewer.window.desk import Desk

SETTLE_MS = 150
WHEEL_FACTOR = 1.15
SMALLEST_SIDE_PX = 16
FLY_MS = 400.0


class SceneView(QObject):
    """A vispy canvas in a Qt widget (`widget`) that shows what `state` gives, moved by `offset`.

    `is_playing` holds back the fine frame that otherwise follows 150 ms after the last change, and so does `is_held`,
    while a hand is at work elsewhere that the picture follows. `failed` tells a line where the state cannot be drawn,
    `drawn` every frame and how long it took in milliseconds, `swapped` that the window shows what was drawn last,
    `resized` a new size. `over` lays something over each state of the scene; `None`: nothing. `looked` tells that the
    camera was moved, by the hand or by flying, and `hand` what the mouse does besides.
    """

    failed = Signal(str)
    drawn = Signal(float)
    swapped = Signal()
    resized = Signal()
    looked = Signal()

    def __init__(self, desk: Desk, state: Callable[[], ViewState | None], theme: Theme) -> None:
        super().__init__()
        self._desk, self._bundle, self._scene_state = desk, desk.bundle, state
        self._layout: Layout | None = None
        self.theme: Theme = theme
        self.over: Callable[[ViewState], ViewState] | None = None
        self.offset = CameraOffset()
        self.is_playing = self.is_held = self._is_slow = False
        self.is_settled = False
        self._pace = Pace()
        self._is_fine = False
        self._flight, self._fanning = Glide(), Glide()
        self._fans: tuple[tuple[int, ...], float] = (), 1.0
        self._stage: Stage | None = None
        self._is_second_try = False
        # The resolution that vispy would ask the screen for changes nothing here.
        self._canvas = app.Canvas(size=(960, 540), show=False, keys=None, dpi=96)
        self.widget: QWidget = self._canvas.native
        self.widget.setMinimumSize(320, 200)
        self._canvas.native.frameSwapped.connect(self.swapped)
        self._settling = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settling.timeout.connect(self._settle)
        for name in ("draw", "resize", "initialize"):
            getattr(self._canvas.events, name).connect(getattr(self, f"_on_{name}"))
        self.hand = Hand(self._canvas)
        self.hand.turned.connect(self._turn)
        self.hand.moved.connect(self._move)
        self.hand.zoomed.connect(self.zoom)
        self.hand.let_go.connect(self.stir)
        self.hand.steers = self._is_steered
        self.hand.refused.connect(lambda: desk.told.emit(FLAT))

    @property
    def layout(self) -> Layout | None:
        """What is shown; where it opens a layer that was closed before, its channels fan out."""
        return self._layout

    @layout.setter
    def layout(self, layout: Layout) -> None:
        opened = newly_open(self._layout, layout)
        self._layout = layout
        self._fan(opened, 0.0 if opened else 1.0)
        if opened:
            self._fanning.start(lambda part: self._fan(opened, part), FAN_MS)

    def state(self) -> ViewState | None:
        """What is drawn: the scene's state with the study over it and the camera moved; `None` before a scene."""
        own, layout = self._own_state(), self.layout
        if own is None or layout is None:
            return None
        return marked(steered_state(own, self.offset), self._desk.study, layout, self._bundle)

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

    @property
    def is_lean(self) -> bool:
        """Whether frames are drawn without edges and bloom now: a hand draws, and this machine is slow."""
        return self.is_held and self._is_slow

    def is_ready(self, key: CaptureKey, *, has_edges: bool) -> bool:
        """Whether a capture can be shown without work that a frame would wait for; where it cannot, that is begun."""
        stage = self._stage
        return stage is None or stage.layout is not self._layout or stage.is_ready(key, has_edges=has_edges)

    def put_offset(self, offset: CameraOffset) -> None:
        """Look from there, at once."""
        self._flight.stop()
        self._look(offset)

    def glide_to(self, offset: CameraOffset, lasts_ms: float = FLY_MS) -> None:
        """Look from there after a smooth move."""
        start = self.offset
        self._flight.start(lambda part: self._look(between(start, offset, part)), lasts_ms)

    def fly_to(self, place: Place) -> None:
        """Bring the plate of a place near, where there is one, seen from the same side."""
        own, layout = self._own_state(), self.layout
        if own is None or layout is None or not own.nets:
            return
        if own.about is not None:
            self._desk.told.emit(FLAT)
            return
        plate = _plate_of(layout, place)
        if plate is not None:
            points = world_of(own.nets[0], layout, plate.corners())
            aspect = self.widget.width() / max(self.widget.height(), 1)
            self.glide_to(framed(self.offset, own.camera, points, aspect))

    @property
    def is_flying(self) -> bool:
        """Whether the camera is on its way."""
        return self._flight.is_going

    def reset(self) -> None:
        """Back to the scene's own camera."""
        self.glide_to(CameraOffset())

    def hit_at(self, at_px: tuple[float, float]) -> Hit | None:
        """What is seen at a place of the widget, in logical pixels."""
        state = self.state()
        if state is None or self.layout is None:
            return None
        size_px = float(self.widget.width()), float(self.widget.height())
        stage = self._stage if self._stage is not None and self._stage.layout is self.layout else None
        lines = None if stage is None else tuple(stage.lines(net) for net in state.nets)
        return pick(self.layout, state, at_px, size_px, lines)

    def zoom(self, steps: float, at_px: tuple[float, float] | None = None) -> None:
        """Nearer by so many notches of the wheel, about `at_px` (default: the middle)."""
        width, height = self.widget.width(), self.widget.height()
        self.put_offset(zoomed(self.offset, WHEEL_FACTOR**steps, at_px or (width / 2, height / 2), (width, height)))

    def zoom_in(self) -> None:
        """Nearer."""
        self._zoom_about_middle(2)

    def zoom_out(self) -> None:
        """Further off."""
        self._zoom_about_middle(-2)

    def _zoom_about_middle(self, steps: float) -> None:
        if self._is_steered((self.widget.width() / 2, self.widget.height() / 2)):
            self.zoom(steps)
        else:
            self._desk.told.emit(FLAT)

    def edges_drawn(self) -> EdgesDrawn | None:
        """How many edges of the first net are drawn, of how many, and what they carry; `None` before a frame or
        without a net.
        """
        state = self.state()
        if state is None or not state.nets or self._stage is None:
            return None
        return self._stage.edges(state.nets[0])

    def render(self) -> NDArray[np.uint8] | None:
        """The picture (height, width, 3) uint8 as a recording has it; `None` where there is nothing to see yet."""
        state = self.state()
        if state is None or self.layout is None:
            return None
        self._canvas.set_current()
        return self._stage_for(self.layout).render(state, self.size_px)

    def close(self) -> None:
        """Give back what is on the GPU."""
        for going in (self._settling, self._flight, self._fanning):
            going.stop()
        if self._stage is not None:
            self._stage.close()
        self._canvas.close()

    def _own_state(self) -> ViewState | None:
        """The scene's state with the study over it, before the hand has moved the camera."""
        state = self._scene_state()
        if state is None or self.layout is None:
            return None
        state = dressed(state, self._desk.study, self.layout)
        state = self.over(state) if self.over is not None else state
        return fanned(state, *self._fans, len(self.layout.plates))

    def _fan(self, plates: tuple[int, ...], part: float) -> None:
        self._fans = plates, part
        self.stir()

    def _look(self, offset: CameraOffset) -> None:
        self.offset = offset
        self.stir()
        self.looked.emit()

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
        began_secs = time.perf_counter()
        try:
            most_edges = self._draw(self.layout)
        except KerascopeError as error:
            self.failed.emit(str(error))
            return
        except Exception as error:  # noqa: BLE001 - a mistake in a scene is told once, not printed for every frame
            self._try_again(f"unexpected {type(error).__name__} while drawing: {' '.join(str(error).split())}")
            return
        self._is_second_try = False
        took_ms = (time.perf_counter() - began_secs) * 1e3
        self.drawn.emit(took_ms)
        self.is_settled = self._is_fine
        if self._is_fine:
            self._is_slow = took_ms > SLOW_MS
        elif not is_new:
            self._pace = next_pace(self._pace, took_ms, most_edges)
        if not (self._is_fine or self.is_playing or self.is_held or self.hand.is_down):
            self._settling.start()

    def _draw(self, layout: Layout) -> int:
        """Draw what is seen; how many edges the net that has most of them would have without a budget."""
        state = self.state()
        if state is None:
            return 0
        stage = self._stage_for(layout)
        shown = state if self._is_fine else self._coarse(state)
        stage.draw_to_window(shown, self.size_px, supersample=FINEST if self._is_fine else self._pace.detail)
        # vispy now fills the alpha channel with that of the colour for clearing: a window is not translucent.
        gloo.set_clear_color("black")
        gloo.gl.glFinish()
        return max((stage.threads(net) for net in state.nets), default=0)

    def _coarse(self, state: ViewState) -> ViewState:
        """What is drawn of a state while things move."""
        return lean(state) if self.is_lean else within(state, self._pace.edges)

    def _try_again(self, line: str) -> None:
        """Build all that is drawn anew, once: the context may have been lost. Where that does not help, say so."""
        self._abandon()
        if self._is_second_try:
            self._is_second_try = False
            self.failed.emit(line)
        else:
            self._is_second_try = True
            self._desk.told.emit(f"{line}; drawn anew")
            self._canvas.update()

    def _abandon(self) -> None:
        """Leave the stage as it is: what it has made is gone, or of no use."""
        self._stage = None
        forget_gl(self._canvas)

    def _on_initialize(self, _: Any) -> None:
        """Qt has made a context: where there was one before, everything in that is gone."""
        if self._stage is not None:
            self._abandon()
            self.stir()

    def _settle(self) -> None:
        self._is_fine = True
        self._canvas.update()

    def _on_resize(self, _: Any) -> None:
        self.stir()
        self.resized.emit()

    def _turn(self, by_px: tuple[float, float]) -> None:
        state = self._own_state()
        if state is not None:
            self.put_offset(orbited(self.offset, state.camera, by_px, self.widget.height()))

    def _is_steered(self, at_px: tuple[float, float]) -> bool:
        state, layout = self.state(), self.layout
        if state is None or layout is None:
            return True
        return is_steered(state, layout, at_px, (float(self.widget.width()), float(self.widget.height())))

    def _move(self, by_px: tuple[float, float]) -> None:
        self.put_offset(panned(self.offset, by_px, self.widget.height()))


def _plate_of(layout: Layout, place: Place) -> Plate | None:
    """The plate that shows a place; that of the layer's first output where there is none for this one."""
    plates = [plate for plate in layout.plates if plate.layer == place.layer and plate.form.kind != "weights"]
    return next((plate for plate in plates if plate.output == place.output), plates[0] if plates else None)
