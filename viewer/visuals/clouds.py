"""Images of a survey in space: thumbnails in one texture, places and colours in buffers, one instanced draw a cloud."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from vispy import gloo

from viewer.camera import forward_of, project
from viewer.colour import PALETTES
from viewer.labels import box_of
from viewer.learned.cloud_legend import classes_coloured, cloud_legend, shown_colours
from viewer.learned.cluster_words import cluster_words, middles_of, mixed_middles, plated
from viewer.learned.read import survey_of, thumbnails
from viewer.learned.spread import grid_order, spread_of
from viewer.learned.thumbnail_atlas import LEVELS, thumbnail_atlas
from viewer.learned.tinting import image_colours
from viewer.learned.trail import OFF, called_out, input_pictures, trail_of
from viewer.shading import program
from viewer.state import REFERENCE_HEIGHT_PX, Hud, Wire
from viewer.visuals.blending import OVER, PREMULTIPLIED
from viewer.visuals.cache import cached
from viewer.visuals.quad import corner_buffer, instances
from viewer.visuals.wires import WiresVisual

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from viewer.cloud import Cloud, ColourBy, Track
    from viewer.learned.cluster_words import Middles
    from viewer.learned.spread import Spread
    from viewer.learned.thumbnail_atlas import ThumbnailAtlas
    from viewer.learned.trail import Trail
    from viewer.state import Camera, Theme, ViewState

PICTURES_KEPT, SPREADS_KEPT, COLOURS_KEPT, LIT_KEPT, TRACKS_KEPT = 2, 24, 12, 8, 4
BORDER_PX = 2.5
IN_PLANE, IN_SPACE = 0.02, 0.35
"""What is fainter is not drawn: in space it would hide what is behind it."""


@dataclass(frozen=True, slots=True)
class _Pictures:
    """Thumbnails on the GPU, and what else is of each image."""

    atlas: ThumbnailAtlas
    texels: gloo.Texture2D
    images: gloo.VertexBuffer
    means: gloo.VertexBuffer
    shape: tuple[float, float]

    def close(self) -> None:
        for each in (self.texels, self.images, self.means):
            each.delete()


@dataclass(frozen=True, slots=True)
class _Placed:
    """A layout: its places on the GPU, the corners (8, 3) of a box round them, and the middles of its classes."""

    spread: Spread
    points: gloo.VertexBuffer
    corners: NDArray[np.float32]
    middles: Middles


class CloudsVisual:
    """Draws the clouds of any state of one bundle. What a survey, an embedding or a colouring needs is uploaded once;
    from then on other ones are other bindings, and the way between them is a uniform.
    """

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._program: gloo.Program | None = None
        self._wires: WiresVisual | None = None
        self._pictures: dict[tuple[Any, ...], _Pictures] = {}
        self._placed: dict[tuple[str, str, float], _Placed] = {}
        self._colours: dict[tuple[Any, ...], gloo.VertexBuffer] = {}
        self._classes: dict[tuple[str, ColourBy, str | None], tuple[int, ...]] = {}
        self._lit: dict[tuple[str, tuple[int, ...]], gloo.VertexBuffer] = {}

    def draw(self, state: ViewState, clip_from_world: NDArray[np.float32], target_px: tuple[int, int]) -> None:
        """Draw into the active framebuffer of that size, premultiplied by alpha; in space with depth.

        Raises
        ------
        BundleError
            The bundle has no such survey or embedding, or knows nothing to colour images by.
        """
        for cloud in state.clouds:
            if cloud.alpha <= 0:
                continue
            start, end = self._ends(cloud)
            is_flat = start.spread.is_flat and end.spread.is_flat
            gloo.set_state(blend=True, blend_func=PREMULTIPLIED, depth_test=not is_flat, depth_func="lequal")
            shader = self._shader(state, clip_from_world, target_px)
            self._draw_images(shader, cloud, state, (start, end), IN_PLANE if is_flat else IN_SPACE)
            gloo.set_state(depth_test=False)
            for track, trail in self._trails(cloud):
                self._draw_track(cloud, track, trail, state, clip_from_world, target_px)

    def labelled(self, state: ViewState, aspect: float, flat: Hud) -> Hud:
        """What is flat of a frame, and with it what colours mean, the names of classes and what is told of tracks."""
        if not state.clouds:
            return flat
        names = self._bundle.manifest.model.class_names
        for cloud in state.clouds:
            flat += self._legend(cloud, names)
        taken = [box_of(line) for line in flat.words if line.text and line.alpha > 0]
        for cloud in state.clouds:
            for track, trail in self._trails(cloud):
                flat += self._track_words(cloud, track, trail, state.camera, aspect, taken)
            if cloud.labels * cloud.alpha > 0:
                start, end = self._ends(cloud)
                middles = mixed_middles(start.middles, end.middles, cloud.share)
                flat += cluster_words(middles, state.camera, aspect, names, cloud.labels * cloud.alpha, taken)
        return flat

    def _legend(self, cloud: Cloud, names: Sequence[str]) -> Hud:
        colour_by, clear = shown_colours(cloud)
        key = cloud.survey_id, colour_by, cloud.checkpoint_id
        if cloud.legend_px is not None and key not in self._classes:
            self._classes[key] = classes_coloured(self._bundle, cloud, colour_by)
        return cloud_legend(cloud, colour_by, clear, self._classes.get(key, ()), names)

    def reach(self, state: ViewState) -> float:
        """How far from the camera's target, along its way, what is shown reaches; 0 where there is nothing."""
        corners = [each.corners for cloud in state.clouds for each in self._ends(cloud)]
        if not corners:
            return 0.0
        away = (np.concatenate(corners) - state.camera.target) @ forward_of(state.camera)
        return float(np.abs(away).max()) + 0.2

    def close(self) -> None:
        """Give everything back."""
        for pictures in self._pictures.values():
            pictures.close()
        for placed in self._placed.values():
            placed.points.delete()
        for buffer in (*self._colours.values(), *self._lit.values()):
            buffer.delete()
        if self._program is not None:
            self._program.delete()
        if self._wires is not None:
            self._wires.close()

    def _shader(
        self, state: ViewState, clip_from_world: NDArray[np.float32], target_px: tuple[int, int]
    ) -> gloo.Program:
        if self._program is None:
            self._program = program("clouds", "clouds")
            self._program["a_corner"] = corner_buffer()
        shader = self._program
        shader["u_clip_from_world"], shader["u_frame_px"] = clip_from_world, target_px
        camera = state.camera
        shader["u_lens"] = float(camera.zoom / np.tan(np.radians(camera.fov_deg) / 2) * target_px[1] / 2)
        shader["u_ground_colour"] = PALETTES[state.theme].inner
        shader["u_border_px"] = BORDER_PX * target_px[1] / REFERENCE_HEIGHT_PX
        return shader

    def _draw_images(
        self, shader: gloo.Program, cloud: Cloud, state: ViewState, ends: tuple[_Placed, _Placed], least: float
    ) -> None:
        pictures = cached(
            self._pictures, ("survey", cloud.survey_id), PICTURES_KEPT, lambda: self._uploaded(cloud), _Pictures.close
        )
        _set_pictures(shader, pictures)
        shader["a_start"], shader["a_end"] = ends[0].points, ends[1].points
        shader["u_share"], shader["u_stagger"] = cloud.share, min(max(cloud.stagger, 0.0), 1.0)
        shader["u_sides"] = tuple(cloud.side if each.spread.side is None else each.spread.side for each in ends)
        here, there = cloud.colour_by, cloud.colour_to or cloud.colour_by
        shader["a_colour"] = self._colour(cloud, here, state.theme)
        shader["a_colour_to"] = self._colour(cloud, there, state.theme)
        shader["u_recolour"] = cloud.recolour if cloud.colour_to else 0.0
        shader["a_lit"], shader["u_dim"] = self._lit_of(cloud), cloud.dim
        shader["u_alpha"], shader["u_least"] = cloud.alpha, least
        shader["u_ink"] = 0.0 if pictures.atlas.ground is None else cloud.tint
        shader["u_ground"] = float(pictures.atlas.ground or 0)
        shader["u_by_mean"] = float(here == "picture")
        shader.draw("triangle_strip")

    def _draw_track(
        self,
        cloud: Cloud,
        track: Track,
        trail: Trail,
        state: ViewState,
        clip_from_world: NDArray[np.float32],
        target_px: tuple[int, int],
    ) -> None:
        """The line, the pictures on it, and the one at its end, large, over them."""
        self._wires = self._wires or WiresVisual()
        gloo.set_state(blend=True, blend_func=OVER)
        head = called_out(state.camera, trail.line, OFF * cloud.side * track.head)
        alpha = trail.alpha * cloud.alpha
        line = Wire(_points(trail.line), track.role, track.width_px, alpha)
        leader = Wire(_points(np.concatenate([trail.line[-1:], head])), track.role, track.width_px / 2, alpha)
        self._wires.draw((line, leader), state.theme, clip_from_world, target_px)
        gloo.set_state(blend=True, blend_func=PREMULTIPLIED)
        shader = self._shader(state, clip_from_world, target_px)
        shader["u_alpha"] = alpha
        self._draw_stations(shader, cloud, track, trail, head, PALETTES[state.theme].roles[track.role])

    def _draw_stations(
        self,
        shader: gloo.Program,
        cloud: Cloud,
        track: Track,
        trail: Trail,
        head: NDArray[np.float32],
        colour: tuple[float, ...],
    ) -> None:
        """The pictures on the line of a track, that at its end, and the same large at `head` (1, 3)."""
        pictures = cached(
            self._pictures,
            ("inputs", trail.inputs),
            PICTURES_KEPT + TRACKS_KEPT,
            lambda: _held(input_pictures(self._bundle, trail.inputs), np.arange(len(trail.inputs))),
            _Pictures.close,
        )
        _set_pictures(shader, pictures)
        shader["u_share"], shader["u_stagger"], shader["u_recolour"], shader["u_dim"] = 0.0, 0.0, 0.0, 0.0
        shader["u_ink"], shader["u_ground"], shader["u_by_mean"], shader["u_least"] = 0.0, 0.0, 1.0, IN_PLANE
        for numbers, places, side in (
            (trail.pictures, trail.line[list(trail.pictures)], track.side),
            ((trail.head,), trail.line[-1:], track.side),
            ((trail.head,), head, track.head),
        ):
            rows = np.c_[places, np.ones(len(places))]
            shader["a_start"], shader["a_end"] = instances(rows), instances(rows)
            shader["a_image"] = instances(np.c_[numbers, np.zeros(len(numbers))])
            shader["a_mean"] = instances(pictures.atlas.means[list(numbers)])
            colours = instances(np.tile((*colour, 1.0), (len(numbers), 1)))
            shader["a_colour"], shader["a_colour_to"] = colours, colours
            shader["a_lit"] = instances(np.ones(len(numbers)))
            shader["u_sides"] = (cloud.side * side, cloud.side * side)
            shader.draw("triangle_strip")

    def _track_words(
        self,
        cloud: Cloud,
        track: Track,
        trail: Trail,
        camera: Camera,
        aspect: float,
        taken: list[tuple[float, float, float, float]],
    ) -> Hud:
        """What the track is labelled with, over its last picture; what stands elsewhere keeps off both."""
        head = called_out(camera, trail.line, OFF * cloud.side * track.head)
        ((x, y),) = project(camera, head, aspect).tolist()
        depth = float((head[0] - np.asarray(camera.target)) @ forward_of(camera)) + camera.distance
        lens = camera.zoom / np.tan(np.radians(camera.fov_deg) / 2) * REFERENCE_HEIGHT_PX / 2
        half = float(cloud.side * track.head / 2 * lens / max(depth, 1e-6))
        alpha = trail.alpha * cloud.alpha
        words = Hud()
        if track.label:
            ((_, foot),) = project(camera, trail.line[-1:], aspect).tolist()
            away = -half - 24.0 if y <= foot else half + 24.0
            words = plated(track.label, (x, y + away), track.of_class, alpha, aspect, taken)
        taken.append((x - half, y - half, x + half, y + half))
        return words

    def _trails(self, cloud: Cloud) -> Iterator[tuple[Track, Trail]]:
        for track in cloud.tracks:
            start, end = self._ends(cloud)
            trail = trail_of(track, start.spread, end.spread, cloud.share, cloud.side)
            if trail is not None:
                yield track, trail

    def _ends(self, cloud: Cloud) -> tuple[_Placed, _Placed]:
        start = self._place(cloud, cloud.start)
        return start, start if cloud.end is None else self._place(cloud, cloud.end)

    def _place(self, cloud: Cloud, layout: str) -> _Placed:
        def made() -> _Placed:
            survey = survey_of(self._bundle, cloud.survey_id)
            spread = spread_of(self._bundle, survey, layout, cloud.wall_aspect)
            middles = middles_of(self._bundle, survey, spread)
            low, high = spread.points.min(axis=0), spread.points.max(axis=0)
            corners = np.where(np.array(list(np.ndindex(2, 2, 2))), high, low)
            return _Placed(spread, instances(np.c_[spread.points, spread.has_place]), corners, middles)

        key = cloud.survey_id, layout, cloud.wall_aspect
        return cached(self._placed, key, SPREADS_KEPT, made, lambda placed: placed.points.delete())

    def _uploaded(self, cloud: Cloud) -> _Pictures:
        survey = survey_of(self._bundle, cloud.survey_id)
        images = thumbnails(self._bundle, survey)
        if images is None:  # nothing is known of them but where they are: each is a spot
            images = np.full((survey.images, 1, 1, 1), 255, np.uint8)
        return _held(images, np.argsort(grid_order(self._bundle, survey)))

    def _colour(self, cloud: Cloud, colour_by: ColourBy, theme: Theme) -> gloo.VertexBuffer:
        def made() -> gloo.VertexBuffer:
            survey = survey_of(self._bundle, cloud.survey_id)
            return instances(image_colours(self._bundle, survey, colour_by, theme, cloud.checkpoint_id))

        key = cloud.survey_id, colour_by, theme, cloud.checkpoint_id
        return cached(self._colours, key, COLOURS_KEPT, made, gloo.VertexBuffer.delete)

    def _lit_of(self, cloud: Cloud) -> gloo.VertexBuffer:
        def made() -> gloo.VertexBuffer:
            lit = np.zeros(survey_of(self._bundle, cloud.survey_id).images, np.float32)
            lit[[row for row in cloud.lit if 0 <= row < len(lit)]] = 1.0
            return instances(lit)

        return cached(self._lit, (cloud.survey_id, cloud.lit), LIT_KEPT, made, gloo.VertexBuffer.delete)


def _points(line: NDArray[np.float32]) -> tuple[tuple[float, float, float], ...]:
    return tuple((float(x), float(y), float(z)) for x, y, z in line)


def _held(images: NDArray[np.uint8], order: NDArray[np.int64]) -> _Pictures:
    """Pictures (n, h, w, c) on the GPU; `order` (n,) is how the how manyth each one goes."""
    atlas = thumbnail_atlas(images)
    is_grey = atlas.texels.shape[2] == 1
    kinds = {"format": "luminance", "internalformat": "r8"} if is_grey else {"format": "rgb", "internalformat": "rgb8"}
    texels = gloo.Texture2D(atlas.texels, interpolation="linear", wrapping="clamp_to_edge", **kinds)
    numbers = np.c_[np.arange(len(images)), order / max(len(images) - 1, 1)]
    height, width = images.shape[1:3]
    shape = width / max(width, height), height / max(width, height)
    return _Pictures(atlas, texels, instances(numbers), instances(atlas.means), shape)


def _set_pictures(shader: gloo.Program, pictures: _Pictures) -> None:
    atlas = pictures.atlas
    shader["u_atlas"], shader["u_atlas_size"] = pictures.texels, atlas.texels.shape[1::-1]
    shader["u_is_grey"] = float(atlas.texels.shape[2] == 1)
    for level in range(LEVELS):
        shader[f"u_level_{level}"] = atlas.levels[level]
    shader["u_columns"], shader["u_shape"] = float(atlas.columns), pictures.shape
    shader["a_image"], shader["a_mean"] = pictures.images, pictures.means
