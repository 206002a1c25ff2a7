"""The stage: the one place where a bundle, a layout and a view state become a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from vispy import gloo

from viewer.atlas import cells_atlas, fill_cells, fill_pictures, pictures_atlas
from viewer.backend import DrawError, headless_canvas
from viewer.camera import clip_from_world, forward_of, project
from viewer.labels import label_words
from viewer.scales import layer_scales
from viewer.state import REFERENCE_HEIGHT_PX, CaptureKey, NetView, ViewState
from viewer.strands.trace import Strands, trace
from viewer.visuals.plates import PlatesVisual
from viewer.visuals.quad import float_texture
from viewer.visuals.shapes import ShapesVisual
from viewer.visuals.sheet import SheetVisual
from viewer.visuals.strands import StrandBuffers, StrandsVisual, upload_strands
from viewer.visuals.targets import Targets
from viewer.visuals.words import WordsVisual

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from viewer.layout import Layout

LARGEST_SIDE_PX = 8192
CAPTURES_KEPT = 48
SHEET_WIDTH_PX = 44.0
PREMULTIPLIED = "one", "one_minus_src_alpha"


class Stage:
    """Draws view states of one bundle in one layout. What was uploaded for a capture is kept for later frames.

    Without `canvas` it draws off screen; with a vispy canvas it shares the canvas's context (a window).
    """

    def __init__(self, bundle: Bundle, layout: Layout, *, canvas: Any = None) -> None:
        self.bundle, self.layout = bundle, layout
        self._canvas = canvas or headless_canvas()
        self._canvas.set_current()
        self.scales = layer_scales(bundle, layout)
        self._cells, self._pictures = cells_atlas(layout), pictures_atlas(layout)
        self._plates = PlatesVisual(layout, self._cells, self._pictures, self.scales)
        self._enlarged = PlatesVisual(layout, self._cells, self._pictures, self.scales)
        self._strands, self._sheet = StrandsVisual(), SheetVisual()
        self._shapes, self._words = ShapesVisual(), WordsVisual()
        self._textures: dict[CaptureKey, tuple[gloo.Texture2D, gloo.Texture2D]] = {}
        self._traces: dict[CaptureKey, tuple[Strands, StrandBuffers | None]] = {}
        self._targets: Targets | None = None

    def render(
        self, state: ViewState, size_px: tuple[int, int] = (960, 540), *, supersample: int = 2
    ) -> NDArray[np.uint8]:
        """The frame of `state`: (height, width, 3) uint8, top row first.

        Parameters
        ----------
        state : ViewState
            Everything there is to say about the frame.
        size_px : two ints
            Width and height, each 16 to 8192.
        supersample : int
            1 draws plain, 2 draws the scene at twice the size and averages.

        Raises
        ------
        DrawError
            Where the size is out of range.
        BundleError
            Where the state names an input or checkpoint that the bundle has not captured.
        """
        if not all(16 <= side <= LARGEST_SIDE_PX for side in size_px):
            raise DrawError(
                "a frame of this size cannot be drawn",
                expected=f"16 to {LARGEST_SIDE_PX} px a side",
                got=f"{size_px[0]}x{size_px[1]}",
                remedy="pass another --size",
            )
        self._canvas.set_current()
        targets = self._targets_for(size_px, supersample)
        with targets.picture:
            pass  # vispy creates the buffer on first use, which must not happen inside another one
        self._paint(state, targets)
        with targets.picture:
            self._finish(state, targets)
        return targets.read()

    def draw_to_window(self, state: ViewState, size_px: tuple[int, int], *, supersample: int = 1) -> None:
        """Draw `state` into the canvas's own framebuffer, of `size_px` physical pixels."""
        targets = self._targets_for(size_px, supersample)
        self._paint(state, targets)
        self._finish(state, targets)

    def strands(self, key: CaptureKey) -> Strands:
        """The strands drawn for a capture: how many, of how many, and the share they carry."""
        return self._traced(key)[0]

    def close(self) -> None:
        """Give everything on the GPU back; the stage cannot draw afterwards."""
        self._canvas.set_current()
        for textures in self._textures.values():
            for texture in textures:
                texture.delete()
        for _, buffers in self._traces.values():
            if buffers is not None:
                buffers.close()
        for visual in (self._plates, self._enlarged, self._strands, self._sheet, self._shapes, self._words):
            visual.close()
        if self._targets is not None:
            self._targets.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace_back: TracebackType | None
    ) -> None:
        self.close()

    def _targets_for(self, size_px: tuple[int, int], supersample: int) -> Targets:
        if self._targets is None or (self._targets.frame_px, self._targets.supersample) != (size_px, supersample):
            if self._targets is not None:
                self._targets.close()
            self._targets = Targets(size_px, supersample)
        return self._targets

    def _paint(self, state: ViewState, targets: Targets) -> None:
        """Scene and light, supersampled."""
        aspect = targets.frame_px[0] / targets.frame_px[1]
        matrix = clip_from_world(state.camera, aspect, self._depth_radius(state))
        faces_input = bool(forward_of(state.camera)[0] >= 0)
        is_dark = state.theme == "dark"
        with targets.scene:
            gloo.set_viewport(0, 0, *targets.scene_px)
            gloo.set_state(depth_mask=True)
            gloo.clear(color=(0, 0, 0, 0), depth=1.0)
            # Plates are painted far to near: the depth they leave behind is for the strands alone.
            gloo.set_state(blend=True, blend_func=PREMULTIPLIED, depth_test=True, depth_func="always", cull_face=False)
            for net in state.nets:
                self._draw_plates(net, state, matrix, faces_input, targets, as_glow=False)
            if not is_dark:
                self._draw_light(state, targets, matrix, blend=PREMULTIPLIED)
        with targets.light:
            gloo.clear(color=(0, 0, 0, 0), depth=False)
            if is_dark:
                gloo.set_state(
                    blend=True, blend_func=("one", "one"), depth_test=True, depth_func="lequal", depth_mask=False
                )
                for net in state.nets:
                    self._draw_plates(net, state, matrix, faces_input, targets, as_glow=True)
                self._draw_light(state, targets, matrix, blend=("one", "one"))
        targets.bloom()

    def _finish(self, state: ViewState, targets: Targets) -> None:
        """Compose, then words and shapes at the frame's own resolution, into the active framebuffer."""
        gloo.set_viewport(0, 0, *targets.frame_px)
        targets.compose(state.theme, state.bloom)
        gloo.set_state(blend=True, blend_func=("src_alpha", "one_minus_src_alpha"), depth_test=False, depth_mask=True)
        self._shapes.draw(state.hud, state.theme, targets.frame_px)
        aspect = targets.frame_px[0] / targets.frame_px[1]
        labels = [
            word for net in state.nets for word in label_words(self.layout, net, state.camera, aspect, self.scales)
        ]
        self._words.draw([*labels, *state.hud.words], state.theme, targets.frame_px)

    def _draw_plates(
        self,
        net: NetView,
        state: ViewState,
        matrix: NDArray[np.float64],
        faces_input: bool,
        targets: Targets,
        *,
        as_glow: bool,
    ) -> None:
        here = self._uploaded(net.capture)
        there = self._uploaded(net.toward or net.capture)
        visual = self._enlarged if net.gains else self._plates
        visual.draw(
            net,
            state.theme,
            matrix,
            (here[0], there[0], here[1], there[1]),
            faces_input=faces_input,
            supersample=targets.supersample,
            gains=net.gains,
            as_glow=as_glow,
        )

    def _draw_light(
        self, state: ViewState, targets: Targets, matrix: NDArray[np.float64], *, blend: tuple[str, str]
    ) -> None:
        gloo.set_state(blend=True, blend_func=blend, depth_test=True, depth_func="lequal", depth_mask=False)
        for net in state.nets:
            if net.quantity == "difference" or net.edge_alpha <= 0:
                continue
            for key, alpha in ((net.capture, 1 - net.blend), (net.toward, net.blend)):
                buffers = self._traced(key)[1] if key is not None and alpha > 0 else None
                if buffers is not None:
                    self._strands.draw(buffers, net, state.theme, matrix, alpha, targets.scene_px)
        gloo.set_state(depth_test=False)
        for net in state.nets:
            if net.front is not None:
                box, strength = self._sheet_box(net, state, targets.frame_px)
                self._sheet.draw(state.theme, box, strength * net.opacity)

    def _sheet_box(
        self, net: NetView, state: ViewState, frame_px: tuple[int, int]
    ) -> tuple[tuple[float, float, float, float], float]:
        """Where the light's sheet stands on the picture, in device units, and how strong it is: it fades at both
        ends.
        """
        x, low, high, last = front_span(self.layout, net.front or 0.0)
        ends = np.array([[x, low - 0.9, 0.0], [x, high + 0.9, 0.0]]) + np.asarray(net.offset)
        aspect = frame_px[0] / frame_px[1]
        (x_px, bottom), (_, top) = project(state.camera, ends, aspect)
        half = REFERENCE_HEIGHT_PX / 2
        left = (x_px - SHEET_WIDTH_PX) / half / aspect - 1
        box = left, 1 - bottom / half, 2 * SHEET_WIDTH_PX / half / aspect, (bottom - top) / half
        strength = min(1.0, (net.front or 0.0) / 0.3, max(last - (net.front or 0.0), 0.0) / 0.3)
        return box, max(strength, 0.0)

    def _depth_radius(self, state: ViewState) -> float:
        """Half the depth range: tight, so that a 16-bit depth buffer still tells plates from strands."""
        reach = max((float(np.linalg.norm(net.offset)) for net in state.nets), default=0.0)
        drift = float(np.linalg.norm(np.asarray(state.camera.target) - np.asarray(self.layout.centre)))
        return self.layout.extent * 0.75 + reach + drift + 2.0

    def _uploaded(self, key: CaptureKey) -> tuple[gloo.Texture2D, gloo.Texture2D]:
        if key not in self._textures:
            while len(self._textures) >= CAPTURES_KEPT:
                for texture in self._textures.pop(next(iter(self._textures))):
                    texture.delete()
            cells = fill_cells(self.bundle, self.layout, self._cells, key)
            pictures = fill_pictures(self.bundle, self.layout, self._pictures, key)
            self._textures[key] = float_texture(cells), float_texture(pictures)
        return self._textures[key]

    def _traced(self, key: CaptureKey) -> tuple[Strands, StrandBuffers | None]:
        if key not in self._traces:
            while len(self._traces) >= CAPTURES_KEPT:
                oldest = self._traces.pop(next(iter(self._traces)))[1]
                if oldest is not None:
                    oldest.close()
            strands = trace(self.bundle, self.layout, key)
            self._traces[key] = strands, upload_strands(strands)
        return self._traces[key]


def front_span(layout: Layout, front: float) -> tuple[float, float, float, float]:
    """Where the light stands in the world when it has come to station `front`: x, lowest and highest y there, last
    station.
    """
    by_station: dict[int, list[Any]] = {}
    for plate in layout.plates:
        by_station.setdefault(plate.station, []).append(plate)
    last = max(by_station)
    front = min(max(front, 0.0), float(last))
    here, after = by_station[int(front)], by_station[min(int(front) + 1, last)]
    if after[0].row != here[0].row:
        after = here
    part = front - int(front)
    x = here[0].centre[0] * (1 - part) + after[0].centre[0] * part
    plates = here + after
    low = min(plate.centre[1] - plate.size[1] / 2 for plate in plates)
    high = max(plate.centre[1] + plate.size[1] / 2 for plate in plates)
    return x, low, high, float(last)
