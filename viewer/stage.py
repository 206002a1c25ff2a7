"""The stage: the one place where a bundle, a layout and a view state become a frame."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from vispy import gloo

from viewer.backend import DrawError, headless_canvas
from viewer.camera import clip_from_world, forward_of, project
from viewer.colour import PALETTES
from viewer.drift import flat_of
from viewer.grids import grid_words
from viewer.labels import box_of, frame_labels
from viewer.placement import world_of
from viewer.prepared import neighbours
from viewer.scopes import Colouring, colouring_of
from viewer.sculptures.labels import sculpture_labels
from viewer.state import REFERENCE_HEIGHT_PX, CaptureKey, Edges, NetView, ViewState
from viewer.threads.told import retold
from viewer.visuals.albums import AlbumsVisual
from viewer.visuals.blending import ADDITIVE, OVER, PREMULTIPLIED
from viewer.visuals.captures import CaptureStore
from viewer.visuals.clouds import CloudsVisual
from viewer.visuals.edges import EdgesVisual
from viewer.visuals.heats import HeatsVisual
from viewer.visuals.looks import LookStore
from viewer.visuals.loupes import LoupesVisual
from viewer.visuals.plates import CaptureTextures, PlatesVisual, Shown, View
from viewer.visuals.sculptures import SculpturesVisual
from viewer.visuals.shapes import ShapesVisual
from viewer.visuals.sheet import SheetVisual
from viewer.visuals.targets import FINE, Targets
from viewer.visuals.wires import WiresVisual
from viewer.visuals.words import WordsVisual

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType
    from typing import Self

    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from viewer.inspect.lines import Lines
    from viewer.layout import Layout
    from viewer.strands.trace import Strands
    from viewer.threads.told import EdgesDrawn

LARGEST_SIDE_PX = 8192
TARGETS_KEPT = 3
SHEET_WIDTH_PX = 44.0


class Stage:
    """Draws view states of one bundle in one layout. What was uploaded for a capture is kept for later frames.

    Without `canvas` it draws off screen; with a vispy canvas it shares the canvas's context (a window).
    """

    def __init__(self, bundle: Bundle, layout: Layout, *, canvas: Any = None) -> None:
        self.bundle, self.layout = bundle, layout
        self._canvas = canvas or headless_canvas()
        self._canvas.set_current()
        self._captures = CaptureStore(bundle, layout, self._trace_ahead)
        self._looks = LookStore(bundle, layout, self._captures.cells)
        self._plates = PlatesVisual(layout, self._captures.cells, self._captures.pictures)
        self._edges, self._sheet = EdgesVisual(bundle, layout, self._looks), SheetVisual()
        self._wires, self._shapes, self._words = WiresVisual(), ShapesVisual(), WordsVisual()
        self._under = ShapesVisual()
        self._loupes, self._heats, self._albums = (
            LoupesVisual(bundle),
            HeatsVisual(bundle, layout),
            AlbumsVisual(bundle),
        )
        self._sculptures, self._clouds = SculpturesVisual(bundle), CloudsVisual(bundle)
        self._targets: dict[tuple[tuple[int, int], float], Targets] = {}
        self._ahead_of: tuple[CaptureKey, ...] = ()

    def render(
        self, state: ViewState, size_px: tuple[int, int] = (960, 540), *, supersample: float = 2
    ) -> NDArray[np.uint8]:
        """The frame of `state`: (height, width, 3) uint8, top row first.

        Parameters
        ----------
        state : ViewState
            Everything there is to say about the frame.
        size_px : two ints
            Width and height, each 16 to 8192.
        supersample : float
            1 draws plain, 2 draws the scene at twice the size and averages, below 1 is coarser and enlarged.

        Raises
        ------
        DrawError
            Where the size is out of range.
        BundleError
            Where the state names an input or checkpoint, shown or as scale, that the bundle has not captured, or an
            overlay, a kernel or a picture that it does not have.
        """
        if not all(16 <= side <= LARGEST_SIDE_PX for side in size_px):
            raise DrawError(
                "a frame of this size cannot be drawn",
                expected=f"16 to {LARGEST_SIDE_PX} px a side",
                got=f"{size_px[0]}x{size_px[1]}",
                remedy="pass another --size",
            )
        self._canvas.set_current()
        state = self._telling(state)
        targets = self._targets_for(size_px, supersample)
        with targets.picture:
            pass  # vispy creates the buffer on first use, which must not happen inside another one
        self._paint(state, targets)
        with targets.picture:
            self._finish(state, targets)
        return targets.read()

    def draw_to_window(self, state: ViewState, size_px: tuple[int, int], *, supersample: float = 1) -> None:
        """Draw `state` into the canvas's own framebuffer, of `size_px` physical pixels, while the canvas draws.

        As `render`, and `supersample` below 1 draws all but words and shapes coarser: a frame while things move.
        """
        state = self._telling(state)
        targets = self._targets_for(size_px, supersample)
        self._paint(state, targets)
        self._finish(state, targets)
        shown = tuple(net.capture for net in state.nets)
        if shown != self._ahead_of:
            self._ahead_of = shown
            self.prefetch([beside for key in shown for beside in neighbours(self.bundle, key)])

    def prefetch(self, keys: Sequence[CaptureKey]) -> None:
        """Read what these captures need in the background, so that showing one of them only uploads.

        A window's frames do so for the inputs and checkpoints beside the one that is shown.
        """
        self._captures.preparer.ahead(keys)

    def is_ready(self, key: CaptureKey, *, has_edges: bool = True) -> bool:
        """Whether showing a capture, with its edges or without, keeps no frame waiting; where it would, what it needs
        is begun beside the drawing.
        """
        captures = self._captures
        if not captures.is_ready(key):
            captures.preparer.ahead([key], has_more=has_edges)
            return False
        is_ready = not has_edges or self._edges.ribbons.has(key)
        if not is_ready:
            captures.preparer.more_ahead(key)
        return is_ready

    def _trace_ahead(self, key: CaptureKey) -> None:
        self._edges.ribbons.trace_ahead(key)

    def strands(self, key: CaptureKey) -> Strands:
        """The strands drawn for a capture: how many, of how many, and the share they carry."""
        return self._edges.ribbons.strands(key, "contribution")

    def edges(self, net: NetView) -> EdgesDrawn:
        """How many edges of a net are drawn, of how many, and what they carry."""
        return self._edges.told(net)

    def threads(self, net: NetView) -> int:
        """How many edges of a net are drawn as a mass, not as ribbons."""
        return self._edges.threads(net)

    def lines(self, net: NetView) -> tuple[Lines, ...]:
        """The edges drawn of a net as lines that can be pointed at, for `viewer.inspect.pick`."""
        return self._edges.lines(net)

    def scales(self, scope: CaptureKey | None = None) -> tuple[float, ...]:
        """The scale of every plate, as `viewer.scales.layer_scales`."""
        return self._looks.scales(Colouring(scope)).plates

    def close(self) -> None:
        """Give everything on the GPU back; the stage cannot draw afterwards."""
        self._canvas.set_current()
        self._captures.close()
        self._looks.close()
        for visual in (
            self._plates,
            self._edges,
            self._sheet,
            self._loupes,
            self._heats,
            self._albums,
            self._wires,
            self._shapes,
            self._under,
            self._words,
            self._sculptures,
            self._clouds,
        ):
            visual.close()
        for targets in self._targets.values():
            targets.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace_back: TracebackType | None
    ) -> None:
        self.close()

    def _telling(self, state: ViewState) -> ViewState:
        """The state whose legend says which edges are drawn: a scene knows only of the strongest few contributions."""
        for net in state.nets:
            edges = replace(net.edges, at_most=None)  # what is cut down for a moment is not told for a moment
            if net.quantity != "difference" and (edges != Edges() or net.capture.mutes):
                return replace(state, hud=retold(state.hud, self.edges(replace(net, edges=edges)), edges))
        return state

    def _targets_for(self, size_px: tuple[int, int], supersample: float) -> Targets:
        """The textures for frames of this kind. The last few are kept: a window changes between coarse and fine."""
        key = size_px, supersample
        if key not in self._targets:
            # Sizes come and go while a window is resized: only those of the present one are worth their memory.
            for old in [old for old in self._targets if old[0] != size_px or len(self._targets) >= TARGETS_KEPT]:
                self._targets.pop(old).close()
            self._targets[key] = Targets(size_px, supersample)
        return self._targets[key]

    def _paint(self, state: ViewState, targets: Targets) -> None:
        """Scene and light, supersampled, and the bloom of the light."""
        self._heats.check(state)
        aspect = targets.frame_px[0] / targets.frame_px[1]
        matrix = self._matrix(state, aspect)
        is_facing = bool(forward_of(state.camera)[0] >= 0)
        supersample, height_px = targets.supersample, targets.frame_px[1]
        view = View(state.theme, matrix, is_facing, supersample, state.colours, state.camera, height_px)
        textures = self._captures.textures(key for net in state.nets for key in _captures_of(net))
        shown = [self._shown(net, state, textures) for net in state.nets]
        is_additive = PALETTES[state.theme].is_additive
        targets.paint_background(state.theme)
        with targets.scene:
            gloo.set_viewport(0, 0, *targets.scene_px)
            gloo.set_state(depth_mask=True)
            gloo.clear(color=(0, 0, 0, 0), depth=1.0)
            gloo.set_state(blend=True, blend_func=PREMULTIPLIED, depth_test=True, cull_face=False)
            for number, (net, what) in enumerate(zip(state.nets, shown, strict=True)):
                self._plates.draw(net, view, what)
                self._heats.draw_on_plates(state, number, view, what)
            self._draw_sculptures(state, matrix, targets)
            self._clouds.draw(state, matrix, targets.scene_px)
            if not is_additive:
                self._draw_light(state, view, targets, PREMULTIPLIED)
            self._draw_flat(state, targets)
        has_mass, is_lit = self._edges.has_threads(state) or bool(state.sculptures), is_additive and _shines(state)
        if is_lit or has_mass:
            with targets.light:
                gloo.set_viewport(0, 0, *targets.scene_px)
                gloo.clear(color=(0, 0, 0, 0), depth=False)
        if is_lit:
            with targets.light:
                gloo.set_state(blend=True, blend_func=ADDITIVE, depth_test=True, depth_func="lequal", depth_mask=False)
                for net, what in zip(state.nets, shown, strict=True) if state.bloom > 0 else ():
                    self._plates.draw_glow(net, view, what)
                self._draw_light(state, view, targets, ADDITIVE)
        self._edges.draw_threads(state, view, targets)
        self._draw_haze(state, matrix, targets)
        targets.mix(bloom=state.bloom if is_lit else 0.0, is_lit=is_lit, is_ink=not is_additive, has_mass=has_mass)

    def _draw_sculptures(self, state: ViewState, matrix: NDArray[np.float32], targets: Targets) -> None:
        """What of the sculptures hides what is behind it, into the active framebuffer; frames round layers first."""
        if not state.sculptures:
            return
        gloo.set_state(depth_test=False, blend_func=OVER)
        self._sculptures.draw_frames(state, matrix, targets.scene_px)
        gloo.set_state(depth_test=True, depth_func="lequal", blend_func=PREMULTIPLIED)
        self._sculptures.draw_units(state, matrix, targets.scene_px)
        is_fine = targets.supersample >= FINE
        self._sculptures.draw_edges(state, matrix, targets.scene_px, solid=True, fine=is_fine)

    def _draw_flat(self, state: ViewState, targets: Targets) -> None:
        """What lies flat between the nets and the words, into the active framebuffer."""
        gloo.set_state(blend=True, blend_func=OVER, depth_test=False)
        self._under.draw(state.under, state.theme, targets.scene_px, state.colours)
        gloo.set_state(blend=True, blend_func=PREMULTIPLIED)
        aspect = targets.frame_px[0] / targets.frame_px[1]
        self._loupes.draw(state, aspect, targets.supersample)
        self._heats.draw_flat(state, targets.scene_px)
        self._albums.draw(state, targets.scene_px)

    def _draw_haze(self, state: ViewState, matrix: NDArray[np.float32], targets: Targets) -> None:
        """Sum what matters less in the sculptures in the targets' mass, beside the threads."""
        if not state.sculptures:
            return
        with targets.mass():
            if not self._edges.has_threads(state):
                gloo.set_viewport(0, 0, *targets.scene_px)
                gloo.clear(color=(0, 0, 0, 0), depth=False)
            gloo.set_state(blend=True, blend_func=ADDITIVE, depth_test=True, depth_func="lequal", depth_mask=False)
            is_fine = targets.supersample >= FINE
            self._sculptures.draw_edges(state, matrix, targets.scene_px, solid=False, fine=is_fine)

    def _finish(self, state: ViewState, targets: Targets) -> None:
        """Compose, then words and shapes at the frame's own resolution, into the active framebuffer."""
        targets.compose()
        gloo.set_state(blend=True, blend_func=("src_alpha", "one_minus_src_alpha"), depth_test=False, depth_mask=True)
        aspect = targets.frame_px[0] / targets.frame_px[1]
        self._wires.draw(state.wires, state.theme, self._matrix(state, aspect), targets.frame_px)
        flat = self._clouds.labelled(state, aspect, flat_of(state, aspect))
        self._shapes.draw(flat, state.theme, targets.frame_px, state.colours)
        scales = self._looks.scales(colouring_of(state)) if state.nets else None
        labels = frame_labels(self.layout, state, aspect, scales) if scales else ()
        taken = [box_of(line) for line in (*labels, *flat.words) if line.text] if state.sculptures else []
        for view in state.sculptures:
            names = self.bundle.manifest.model.class_names
            words = sculpture_labels(
                self._sculptures.drawn(view.sculpture_id), view, state.camera, aspect, names, taken
            )
            labels, taken = (*labels, *words), [*taken, *map(box_of, words)]
        numbers = [line for grid in state.grids for line in grid_words(grid, state.theme, state.colours)]
        self._words.draw([*numbers, *labels, *flat.words], state.theme, targets.frame_px)

    def _shown(self, net: NetView, state: ViewState, textures: dict[CaptureKey, CaptureTextures]) -> Shown:
        here, there = (textures[key] for key in _captures_of(net))
        return Shown(here, there, self._looks.plates(net), self._looks.tiles(colouring_of(state)))

    def _draw_light(self, state: ViewState, view: View, targets: Targets, blend: tuple[str, str]) -> None:
        """Strands and the front's sheet, into the active framebuffer."""
        gloo.set_state(blend=True, blend_func=blend, depth_test=True, depth_func="lequal", depth_mask=False)
        self._edges.draw_ribbons(state, view, targets.scene_px)
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
        ends = world_of(net, self.layout, [[x, low - 0.9, 0.0], [x, high + 0.9, 0.0]])
        aspect = frame_px[0] / frame_px[1]
        (x_px, bottom), (_, top) = project(state.camera, ends, aspect)
        half = REFERENCE_HEIGHT_PX / 2
        left = (x_px - SHEET_WIDTH_PX) / half / aspect - 1
        box = left, 1 - bottom / half, 2 * SHEET_WIDTH_PX / half / aspect, (bottom - top) / half
        strength = min(1.0, (net.front or 0.0) / 0.3, max(last - (net.front or 0.0), 0.0) / 0.3)
        return box, max(strength, 0.0)

    def _matrix(self, state: ViewState, aspect: float) -> NDArray[np.float32]:
        """Clip space from world, as GLSL has it: columns first."""
        return clip_from_world(state.camera, aspect, self._depth_radius(state)).T.astype(np.float32)

    def _depth_radius(self, state: ViewState) -> float:
        """Half the depth range: tight, so that a 16-bit depth buffer still tells plates from strands."""
        reach = max((float(np.linalg.norm(net.offset)) for net in state.nets), default=0.0)
        spread = max((net.spread for net in state.nets), default=1.0)
        drift = float(np.linalg.norm(np.asarray(state.camera.target) - np.asarray(self.layout.centre)))
        own = self.layout.extent * 0.75 * max(spread, 1.0) + reach + drift + 2.0 if state.nets else 0.0
        reaches = (self._sculptures.reach(view, state.camera) for view in state.sculptures)
        return max(own, self._clouds.reach(state), *reaches, 1.0)


def _shines(state: ViewState) -> bool:
    """Whether anything gives light: cells do with bloom, strands and the front always."""
    return state.bloom > 0 or any(net.edge_alpha > 0 or net.front is not None for net in state.nets)


def _captures_of(net: NetView) -> tuple[CaptureKey, CaptureKey]:
    return net.capture, net.toward or net.capture


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
