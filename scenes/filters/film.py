"""The scene of filters in time: a pure function from a moment to the picture."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from scenes.choose import shown_name
from scenes.filters import words
from scenes.filters.chapters import chapters_of, command_for
from scenes.filters.journey import STAGGER, Journey
from scenes.filters.places import FilterFrame, plate_of, start_boxes, tile_grid
from scenes.framing import camera_for
from scenes.panels.heading import caption, heading
from scenes.panels.legends import colour_legend, legend_row
from scenes.timeline import mixed
from viewer.album import Album
from viewer.drift import faded
from viewer.state import Hud, NetView, ViewState, Wire

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from scenes.filters.chapters import Chapter
    from scenes.filters.journey import Moment
    from scenes.filters.places import Box, TileGrid
    from scenes.options import SceneOptions
    from viewer.layout import Layout
    from viewer.state import Camera, CaptureKey

QUIET = 0.45
OF_NET = colour_legend("activation / \u00b1scale {own}", "activation")


@dataclass(frozen=True)
class Page:
    """The tiles of a chapter: their plate, where they begin and end, and all words about them."""

    chapter: Chapter
    plate: int
    start_px: tuple[Box, ...]
    grid: TileGrid
    hud: Hud
    mark: Wire


@dataclass(frozen=True)
class Film:
    """What does not change with time; `sentences` are the captions of the chapters."""

    bundle: Bundle
    layout: Layout
    options: SceneOptions
    key: CaptureKey
    chapters: tuple[Chapter, ...]
    sentences: tuple[tuple[str, ...], ...]
    journey: Journey
    frame: FilterFrame

    def state_at(self, t_secs: float) -> ViewState:
        """The picture at a time."""
        moment = self.journey.at(t_secs)
        page = None if moment.chapter is None else self._pages[moment.chapter]
        hud = self._title + _gone(self._opening if page is None else page.hud, moment.said)
        if page is not None:
            arrived = max(4.0 * moment.out - 3.0, 0.0)
            hud += _gone(words.numbers(page.chapter, page.grid), arrived)
        state = ViewState(self._camera(moment.away), (self._net(moment, page),), self.options.theme, hud, bloom=0.6)
        if page is None:
            return state
        return replace(state, albums=(_album(page, moment),), wires=(replace(page.mark, alpha=moment.said),))

    def _camera(self, away: float) -> Camera:
        far, near = self._cameras
        return replace(far, zoom=mixed(far.zoom, near.zoom, away), shift=mixed(far.shift, near.shift, away))

    def _net(self, moment: Moment, page: Page | None) -> NetView:
        away, lit = moment.away, -1 if page is None else page.plate
        strength = 0.0 if page is None else moment.said
        quiet = 1.0 - (1.0 - QUIET) * away
        emphasis = tuple(
            mixed(quiet, 1.0, strength) if plate == lit else quiet for plate in range(len(self.layout.plates))
        )
        names = away <= 0
        return NetView(
            self.key, emphasis=emphasis, edge_alpha=1.0 - 0.7 * away, names=names, shapes=names, scales=names
        )

    @cached_property
    def _cameras(self) -> tuple[Camera, Camera]:
        """The whole net, and small over the tiles, seen from the same place."""
        far, near = (camera_for(self.layout, self.frame.aspect, rect) for rect in (self.frame.far, self.frame.near))
        return far, replace(far, zoom=near.zoom, shift=near.shift)

    @cached_property
    def _title(self) -> Hud:
        return heading(shown_name(self.bundle), words.SUBTITLE, self.frame.left_px, self.frame.right_px)

    @cached_property
    def _opening(self) -> Hud:
        return self._foot(
            words.opening(self.chapters), (colour_legend("activation / \u00b1scale {own}", "activation"),)
        )

    def _foot(self, lines: tuple[str, ...], legends: tuple[Hud, ...]) -> Hud:
        frame = self.frame
        row = legend_row(legends, frame.left_px, frame.caption_left_px - 40.0 if frame.is_wide else frame.right_px)
        return row + caption(lines, frame.caption_left_px, frame.right_px, frame.caption_px)

    @cached_property
    def _pages(self) -> tuple[Page, ...]:
        return tuple(self._page(number) for number in range(len(self.chapters)))

    def _page(self, number: int) -> Page:
        chapter, many = self.chapters[number], len(self.chapters)
        plate = plate_of(self.bundle, self.layout, chapter.layer)
        shown = self.layout.plates[plate]
        hud = words.head(chapter, f"{number + 1} of {many}" if many > 1 else "", self.frame)
        hud += self._foot(self.sentences[number], (*words.legends_of(chapter), OF_NET))
        start = start_boxes(shown, chapter.channels, self._cameras[1], self.frame.aspect)
        grid = tile_grid(self.frame.board, len(chapter.tiles), chapter.aspect)
        return Page(chapter, plate, start, grid, hud, _mark(shown.corners().tolist()))


def film_of(bundle: Bundle, layout: Layout, options: SceneOptions, key: CaptureKey) -> Film:
    """The film of a bundle. Raises as `chapters_of`."""
    chapters = chapters_of(bundle, key.checkpoint_id, options)
    is_alone = all(chapter.kind != "images" for chapter in chapters) and options.layer is None
    command = command_for(bundle) if is_alone else ()
    sentences = tuple(words.sentences(chapter, command) for chapter in chapters)
    plain = FilterFrame(options.aspect)
    lines = (caption(each, plain.caption_left_px, plain.right_px).words for each in sentences)
    frame = FilterFrame(options.aspect, max(map(len, lines)))
    journey = Journey(tuple(f"{chapter.layer}: {chapter.kind}" for chapter in chapters))
    return Film(bundle, layout, options, key, chapters, sentences, journey, frame)


def _gone(hud: Hud, alpha: float) -> Hud:
    """So much of a display, the strips of its legends too: what they explain comes and goes with them."""
    if alpha <= 0:
        return Hud()
    return replace(faded(hud, alpha), ramps=tuple(replace(ramp, alpha=ramp.alpha * alpha) for ramp in hud.ramps))


def _album(page: Page, moment: Moment) -> Album:
    chapter = page.chapter
    alpha = min(8.0 * moment.out, 1.0)
    return Album(
        f"tiles of {chapter.layer}", chapter.tiles, page.start_px, page.grid.boxes, moment.out, STAGGER, alpha=alpha,
        scale=chapter.scale,
    )  # fmt: skip


def _mark(corners: list[list[float]]) -> Wire:
    """A frame round a plate."""
    low_left, low_right, high_left, high_right = (tuple(corner) for corner in corners)
    return Wire((low_left, low_right, high_right, high_left, low_left), "accent", 2.5)  # type: ignore[arg-type]
