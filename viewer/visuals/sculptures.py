"""Sculptures on the GPU: paths and units in textures, one instanced draw of edges and one of units; classes and steps
of the bundling are uniforms.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor
from typing import TYPE_CHECKING

import numpy as np
from vispy import gloo

from viewer.camera import eye_of, forward_of
from viewer.colour import PALETTES, class_colours
from viewer.sculptures.look import FAINT, look_of, matters
from viewer.sculptures.read import read_sculpture
from viewer.shading import program
from viewer.state import Wire
from viewer.visuals.cache import cached
from viewer.visuals.quad import corner_buffer, float_texture, instances
from viewer.visuals.wires import WiresVisual

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from viewer.sculptures.read import Drawn
    from viewer.state import Camera, SculptureView, Theme, ViewState

SCULPTURES_KEPT, LIT_KEPT, ROWS_KEPT = 4, 64, 8
TEXELS_A_ROW = 2048
PIECES_A_SEGMENT = 2
"""Of a tube between two points of its path; in a frame that is gone in a moment there is one."""
EDGE_RADIUS, UNIT_RADIUS = 0.075, 0.2
FADE = 1.6
FRAME_PX, FRAME_ALPHA, FRAMES_AT_FULL = 2.0, 0.28, 8
"""Frames round layers are a hint; where there are more of them, each is fainter."""


@dataclass(frozen=True, slots=True)
class _Points:
    """Points in a texture, in rows of `TEXELS_A_ROW`; a step has `a_step` of them."""

    texture: gloo.Texture2D
    a_step: int

    @classmethod
    def of(cls, points: NDArray[np.float32]) -> _Points:
        """Of points (steps, n, 3)."""
        return cls(_texels(points.reshape(-1, 3)), points.shape[1])

    @property
    def size(self) -> tuple[int, int]:
        return self.texture.shape[1], self.texture.shape[0]


@dataclass(frozen=True, slots=True)
class _Shapes:
    """The paths of edges and the places of units, as they are in the end or step by step."""

    paths: _Points
    units: _Points

    def close(self) -> None:
        self.paths.texture.delete()
        self.units.texture.delete()


@dataclass(frozen=True, slots=True)
class _Rows:
    """One row a unit and one an edge, for a number of edges in a theme."""

    units: gloo.VertexBuffer
    unit_looks: gloo.VertexBuffer
    edges: gloo.VertexBuffer
    edge_looks: gloo.VertexBuffer

    def close(self) -> None:
        for buffer in (self.units, self.unit_looks, self.edges, self.edge_looks):
            buffer.delete()


class SculpturesVisual:
    """Draws the sculptures of any state of one bundle."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._cables, self._balls = program("cables", "cables"), program("balls", "balls")
        self._balls["a_corner"] = corner_buffer()
        self._frames = WiresVisual()
        self._drawn: dict[str, Drawn] = {}
        self._shapes: dict[tuple[str, bool], _Shapes] = {}
        self._rows: dict[tuple[str, Theme, int], _Rows] = {}
        self._lit: dict[tuple[str, int | None, int | None], tuple[gloo.Texture2D, tuple[float, ...]]] = {}
        self._along: dict[tuple[int, int], gloo.VertexBuffer] = {}

    def drawn(self, sculpture_id: str) -> Drawn:
        """The arrays of a sculpture. Raises as `viewer.sculptures.read.read_sculpture`."""
        return cached(self._drawn, sculpture_id, SCULPTURES_KEPT, lambda: read_sculpture(self._bundle, sculpture_id))

    def draw_frames(self, state: ViewState, clip_from_world: NDArray[np.float32], target_px: tuple[int, int]) -> None:
        """Draw a thin frame round each layer that is named, onto a target of `target_px`."""
        wires = tuple(
            Wire(tuple((x, y, z) for x, y, z in corners), "dim", FRAME_PX, alpha)
            for view in state.sculptures
            if view.names
            for corners, alpha in self._corners(view)
        )
        self._frames.draw(wires, state.theme, clip_from_world, target_px)

    def _corners(self, view: SculptureView) -> Iterator[tuple[list[list[float]], float]]:
        frames = self.drawn(view.sculpture_id).frames + np.asarray(view.offset, np.float32)
        alpha = FRAME_ALPHA * view.opacity * min(1.0, FRAMES_AT_FULL / max(len(frames), 1))
        for corners in frames:
            yield [*corners.tolist(), corners[0].tolist()], alpha

    def draw_units(self, state: ViewState, clip_from_world: NDArray[np.float32], target_px: tuple[int, int]) -> None:
        """Draw the units, solid, onto a target of `target_px`, as the active state says."""
        for view in state.sculptures:
            drawn, shader = self.drawn(view.sculpture_id), self._balls
            self._set_shared(shader, drawn, view, state, clip_from_world, target_px)
            self._set_points(shader, self._shapes_of(drawn, view).units, drawn, view)
            rows = self._rows_of(drawn, view, state.theme)
            shader["a_unit"], shader["a_look"] = rows.units, rows.unit_looks
            shader["u_size"], shader["u_radius"] = view.unit_size, UNIT_RADIUS
            shader.draw("triangle_strip")

    def draw_edges(
        self,
        state: ViewState,
        clip_from_world: NDArray[np.float32],
        target_px: tuple[int, int],
        *,
        solid: bool,
        fine: bool,
    ) -> None:
        """Draw the edges onto a target of `target_px`, as the active state says: those that matter most, which are
        `solid`, or the haze of all others. What is not `fine` is quicker to draw.
        """
        for view in state.sculptures:
            drawn, shader = self.drawn(view.sculpture_id), self._cables
            if not _drawn_edges(drawn, view):
                continue
            self._set_shared(shader, drawn, view, state, clip_from_world, target_px)
            self._set_points(shader, self._shapes_of(drawn, view).paths, drawn, view)
            points = drawn.steps.shape[2] if _is_on_the_way(drawn, view) else drawn.paths.shape[1]
            shader["u_path"], shader["a_along"] = float(points), self._along_of(points, PIECES_A_SEGMENT if fine else 1)
            rows = self._rows_of(drawn, view, state.theme)
            shader["a_edge"], shader["a_look"] = rows.edges, rows.edge_looks
            shader["u_depths"] = *_depths(drawn, view, state.camera), FADE
            shader["u_width"], shader["u_radius"] = view.edge_width, EDGE_RADIUS
            shader["u_is_solid"], shader["u_ground"] = float(solid), PALETTES[state.theme].inner
            shader["u_is_ink"] = float(not PALETTES[state.theme].is_additive)
            shader["u_scale"] = self._lit_of(drawn, view)[1]
            shader.draw("triangle_strip")

    def reach(self, view: SculptureView, camera: Camera) -> float:
        """How far from the camera's target, along its way, a sculpture reaches."""
        near, far = _depths(self.drawn(view.sculpture_id), view, camera)
        return max(far - camera.distance, camera.distance - near) + 2 * UNIT_RADIUS * view.unit_size

    def close(self) -> None:
        """Give everything back."""
        for shapes in self._shapes.values():
            shapes.close()
        for rows in self._rows.values():
            rows.close()
        for texture, _ in self._lit.values():
            texture.delete()
        for buffer in self._along.values():
            buffer.delete()
        self._cables.delete()
        self._balls.delete()
        self._frames.close()

    def _set_shared(
        self,
        shader: gloo.Program,
        drawn: Drawn,
        view: SculptureView,
        state: ViewState,
        clip_from_world: NDArray[np.float32],
        target_px: tuple[int, int],
    ) -> None:
        shader["u_clip_from_world"], shader["u_offset"] = clip_from_world, view.offset
        texture = self._lit_of(drawn, view)[0]
        shader["u_units"], shader["u_units_size"] = texture, (texture.shape[1], texture.shape[0])
        asked = view.focus, view.toward
        shader["u_is_lit"] = tuple(float(focus is not None) for focus in asked)
        colours = [_colour(focus, state.theme) for focus in asked]
        shader["u_colour"], shader["u_colour_toward"] = colours
        shader["u_blend"], shader["u_faint"] = view.blend, FAINT[state.theme]
        shader["u_frame_px"], shader["u_alpha"] = target_px, view.opacity
        lens = state.camera.zoom / np.tan(np.radians(state.camera.fov_deg) / 2)
        shader["u_lens"] = float(lens * target_px[1] / 2)

    def _set_points(self, shader: gloo.Program, points: _Points, drawn: Drawn, view: SculptureView) -> None:
        shader["u_points"], shader["u_points_size"] = points.texture, points.size
        step = 0.0 if not _is_on_the_way(drawn, view) else min(max(view.step or 0.0, 0.0), float(drawn.last_step))
        here = floor(step)
        there = min(here + 1, drawn.last_step)
        shader["u_steps"] = float(here * points.a_step), float(there * points.a_step), step - here

    def _shapes_of(self, drawn: Drawn, view: SculptureView) -> _Shapes:
        in_steps = _is_on_the_way(drawn, view)

        def made() -> _Shapes:
            if in_steps:
                steps, count = drawn.steps, drawn.steps.shape[0]
                return _Shapes(_Points.of(steps.reshape(count, -1, 3)), _Points.of(drawn.unit_steps))
            return _Shapes(_Points.of(drawn.paths.reshape(1, -1, 3)), _Points.of(drawn.units[None]))

        return cached(self._shapes, (drawn.id, in_steps), SCULPTURES_KEPT, made, _Shapes.close)

    def _rows_of(self, drawn: Drawn, view: SculptureView, theme: Theme) -> _Rows:
        count = _drawn_edges(drawn, view)

        def made() -> _Rows:
            look = look_of(drawn, theme, count)
            edges = np.c_[np.arange(count), drawn.edges[:count], drawn.strength[:count]]
            units = np.c_[np.arange(len(drawn.units)), look.room]
            return _Rows(instances(units), instances(look.units), instances(edges), instances(look.edges))

        return cached(self._rows, (drawn.id, theme, count), ROWS_KEPT, made, _Rows.close)

    def _lit_of(self, drawn: Drawn, view: SculptureView) -> tuple[gloo.Texture2D, tuple[float, ...]]:
        """How much units matter for the classes that are lit here and next, and by what their edges are multiplied."""

        def made() -> tuple[gloo.Texture2D, tuple[float, ...]]:
            found = [_matters(drawn, focus) for focus in (view.focus, view.toward)]
            units = np.stack([*(units for units, _ in found), np.zeros(len(drawn.units), np.float32)], axis=1)
            return _texels(units), (*found[0][1], *found[1][1])

        return cached(self._lit, (drawn.id, view.focus, view.toward), LIT_KEPT, made, lambda lit: lit[0].delete())

    def _along_of(self, points: int, pieces: int) -> gloo.VertexBuffer:
        def made() -> gloo.VertexBuffer:
            places = np.linspace(0, points - 1, (points - 1) * pieces + 1)
            corners = np.stack([np.repeat(places, 2), np.tile([-1.0, 1.0], len(places))], axis=1)
            return gloo.VertexBuffer(corners.astype(np.float32))

        return cached(self._along, (points, pieces), SCULPTURES_KEPT, made, gloo.VertexBuffer.delete)


def _drawn_edges(drawn: Drawn, view: SculptureView) -> int:
    return drawn.drawn_edges(view.edges, in_steps=_is_on_the_way(drawn, view))


def _is_on_the_way(drawn: Drawn, view: SculptureView) -> bool:
    """Whether a step of the bundling is shown; where the bundle does not tell of steps, it is the end."""
    return view.step is not None and len(drawn.steps) > 0


def _matters(drawn: Drawn, focus: int | None) -> tuple[NDArray[np.float32], tuple[float, float]]:
    """As `viewer.sculptures.look.matters`; nothing where all classes are lit, or one that is not known here."""
    if focus is None or focus not in drawn.classes:
        return np.zeros(len(drawn.units), np.float32), (0.0, 0.0)
    return matters(drawn, drawn.classes.index(focus))


def _colour(focus: int | None, theme: Theme) -> tuple[float, float, float]:
    red, green, blue = class_colours((focus or 0) + 1, theme)[-1].tolist()
    return red, green, blue


def _depths(drawn: Drawn, view: SculptureView, camera: Camera) -> tuple[float, float]:
    """Distance from the eye of the nearest and of the furthest of a sculpture."""
    low, high = drawn.box
    corners = np.array([[(low, high)[bit][axis] for axis, bit in enumerate(bits)] for bits in np.ndindex(2, 2, 2)])
    depths = (corners + view.offset - eye_of(camera)) @ forward_of(camera)
    return float(depths.min()), float(depths.max())


def _texels(values: NDArray[np.float32]) -> gloo.Texture2D:
    """A texture of (n, 3), in rows of `TEXELS_A_ROW`."""
    rows = -(-len(values) // TEXELS_A_ROW)
    padded = np.zeros((rows * TEXELS_A_ROW, 3), np.float32)
    padded[: len(values)] = values
    return float_texture(padded.reshape(rows, TEXELS_A_ROW, 3))
