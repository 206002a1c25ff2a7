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
from scenes.filters.strip import OF_NET, Strip, foot, gone, mark
from scenes.panels.heading import caption, heading
from viewer.album import Album
from viewer.state import Hud, ViewState

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from scenes.filters.chapters import Chapter
    from scenes.filters.journey import Moment
    from scenes.filters.places import Box, TileGrid
    from scenes.options import SceneOptions
    from viewer.layout import Layout
    from viewer.state import CaptureKey, NetView, Wire


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
        hud = self._title + gone(self._opening if page is None else page.hud, moment.said)
        if page is not None:
            arrived = max(4.0 * moment.out - 3.0, 0.0)
            hud += gone(words.numbers(page.chapter, page.grid), arrived)
        state = ViewState(
            self._strip.camera(moment.away), (self._net(moment, page),), self.options.theme, hud, bloom=0.6
        )
        if page is None:
            return state
        return replace(state, albums=(_album(page, moment),), wires=(replace(page.mark, alpha=moment.said),))

    def _net(self, moment: Moment, page: Page | None) -> NetView:
        lit, strength = (None, 0.0) if page is None else (page.plate, moment.said)
        return self._strip.net(moment.away, lit, strength)

    @cached_property
    def _strip(self) -> Strip:
        return Strip(self.layout, self.frame, self.key)

    @cached_property
    def _title(self) -> Hud:
        return heading(shown_name(self.bundle), words.SUBTITLE, self.frame.left_px, self.frame.right_px)

    @cached_property
    def _opening(self) -> Hud:
        return foot(self.frame, words.opening(self.chapters), (OF_NET,))

    @cached_property
    def _pages(self) -> tuple[Page, ...]:
        return tuple(self._page(number) for number in range(len(self.chapters)))

    def _page(self, number: int) -> Page:
        chapter, many, frame = self.chapters[number], len(self.chapters), self.frame
        plate = plate_of(self.bundle, self.layout, chapter.layer)
        shown = self.layout.plates[plate]
        hud = words.head(chapter.layer, words.detail_of(chapter), f"{number + 1} of {many}" if many > 1 else "", frame)
        hud += foot(frame, self.sentences[number], (*words.legends_of(chapter), OF_NET))
        start = start_boxes(shown, chapter.channels, self._strip.near, frame.aspect)
        grid = tile_grid(frame.board, len(chapter.tiles), chapter.aspect)
        return Page(chapter, plate, start, grid, hud, mark(shown))


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


def _album(page: Page, moment: Moment) -> Album:
    chapter = page.chapter
    alpha = min(8.0 * moment.out, 1.0)
    return Album(
        f"tiles of {chapter.layer}", chapter.tiles, page.start_px, page.grid.boxes, moment.out, STAGGER, alpha=alpha,
        scale=chapter.scale,
    )  # fmt: skip
