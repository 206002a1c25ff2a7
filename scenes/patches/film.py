"""The scene of patches in time: a pure function from a moment to the picture."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from scenes.choose import shown_name
from scenes.filters.places import plate_of, start_boxes
from scenes.filters.strip import OF_NET, Strip, foot, gone, mark
from scenes.filters.words import head
from scenes.panels.heading import caption, heading
from scenes.patches import words
from scenes.patches.chapters import chapters_of
from scenes.patches.journey import STAGGER, Journey
from scenes.patches.places import PatchFrame, row_grid, trace_of, within
from viewer.album import Album
from viewer.inspect.wires import cone_wires
from viewer.state import Hud, ViewState
from viewer.study import Place

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from scenes.options import SceneOptions
    from scenes.patches.chapters import Chapter
    from scenes.patches.journey import Moment
    from scenes.patches.places import Box, Trace
    from viewer.album import Tile
    from viewer.layout import Layout
    from viewer.state import CaptureKey, NetView, Wire

NOTHING = Hud()


@dataclass(frozen=True)
class Page:
    """The tiles of a chapter, row by row: their plate, where they begin and end, and all words about them.

    `rests` are the words while the rows stand there, `names` those of the rows, `tells` those of the patch that is
    traced; `cone` is what that one sees in the net, `home` where its tile is in its row.
    """

    chapter: Chapter
    plate: int
    tiles: tuple[Tile, ...]
    start_px: tuple[Box, ...]
    end_px: tuple[Box, ...]
    title: Hud
    rests: Hud
    names: Hud
    mark: Wire
    trace: Trace | None = None
    home: Box | None = None
    tells: Hud = NOTHING
    cone: tuple[Wire, ...] = ()


@dataclass(frozen=True)
class Film:
    """What does not change with time."""

    bundle: Bundle
    layout: Layout
    options: SceneOptions
    key: CaptureKey
    chapters: tuple[Chapter, ...]
    journey: Journey
    frame: PatchFrame

    def state_at(self, t_secs: float) -> ViewState:
        """The picture at a time."""
        moment = self.journey.at(t_secs)
        page = None if moment.chapter is None else self._pages[moment.chapter]
        hud = self._title + (gone(self._opening, moment.said) if page is None else _said(page, moment))
        camera, nets = self._strip.camera(moment.away), (self._net(moment, page),)
        state = ViewState(camera, nets, self.options.theme, hud, bloom=0.6)
        if page is None:
            return state
        wires = (replace(page.mark, alpha=moment.said), *_faded(page.cone, max(2.0 * moment.traced - 1.0, 0.0)))
        return replace(state, albums=_albums(page, moment), wires=wires)

    def _net(self, moment: Moment, page: Page | None) -> NetView:
        lit, strength = (None, 0.0) if page is None else (page.plate, moment.said)
        return self._strip.net(moment.away, lit, strength)

    @cached_property
    def _strip(self) -> Strip:
        return Strip(self.layout, self.frame, self.key)

    @cached_property
    def _title(self) -> Hud:
        at = self.bundle.checkpoint(self.key.checkpoint_id)
        early = "" if at.id == self.bundle.final_checkpoint.id else f", {at.label}"
        return heading(shown_name(self.bundle), words.SUBTITLE + early, self.frame.left_px, self.frame.right_px)

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
        grid = row_grid(frame, tuple(len(row.patches) for row in chapter.rows), chapter.aspect)
        channels = tuple(patch.channel for patch in chapter.patches)
        boxes = [box for row in grid.boxes for box in row]
        page = Page(
            chapter=chapter,
            plate=plate,
            tiles=tuple(chapter.tile(patch) for patch in chapter.patches),
            start_px=start_boxes(shown, channels, self._strip.near, frame.aspect),
            end_px=tuple(within(box, patch.window.size) for box, patch in zip(boxes, chapter.patches, strict=True)),
            title=head(
                chapter.layer,
                words.detail_of(self.bundle, chapter),
                f"{number + 1} of {many}" if many > 1 else "",
                frame,
            ),
            rests=foot(frame, words.sentences(chapter), (OF_NET, *words.legends_of(chapter))),
            names=words.names_of(self.bundle, chapter, grid, frame),
            mark=mark(shown),
        )
        return page if chapter.traced is None else self._traced(page)

    def _traced(self, page: Page) -> Page:
        patch, frame = page.chapter.traced, self.frame
        if patch is None:
            return page
        trace = trace_of(frame, patch)
        place = Place(patch.layer, 0, patch.channel, patch.place)
        return replace(
            page,
            trace=trace,
            home=page.end_px[page.chapter.patches.index(patch)],
            tells=foot(frame, words.traced_sentences(patch), (OF_NET,)) + words.traced_words(patch, trace),
            cone=cone_wires(self.layout, self._strip.net(1.0, page.plate, 1.0), self.bundle, place),
        )


def film_of(bundle: Bundle, layout: Layout, options: SceneOptions, key: CaptureKey) -> Film:
    """The film of a bundle. Raises as `chapters_of`."""
    plain = PatchFrame(options.aspect)
    chapters = chapters_of(bundle, options, plain.columns)
    sentences = [words.sentences(chapter) for chapter in chapters]
    sentences += [words.traced_sentences(chapter.traced) for chapter in chapters if chapter.traced is not None]
    lines = (caption(each, plain.caption_left_px, plain.right_px).words for each in sentences)
    frame = PatchFrame(options.aspect, max(map(len, lines)))
    names = tuple(chapter.layer for chapter in chapters)
    journey = Journey(names, tuple(chapter.traced is not None for chapter in chapters))
    return Film(bundle, layout, options, key, chapters, journey, frame)


def _said(page: Page, moment: Moment) -> Hud:
    """The words: those of the rows make way for those of the patch that is traced."""
    arrived, rests = max(4.0 * moment.out - 3.0, 0.0), max(1.0 - 2.0 * moment.traced, 0.0)
    tells = max(2.0 * moment.traced - 1.0, 0.0)
    hud = gone(page.title, moment.said) + gone(page.rests, moment.said * rests) + gone(page.tells, tells)
    return hud + gone(page.names, arrived * rests)


def _faded(wires: tuple[Wire, ...], alpha: float) -> tuple[Wire, ...]:
    return tuple(replace(wire, alpha=wire.alpha * alpha) for wire in wires) if alpha > 0 else ()


def _albums(page: Page, moment: Moment) -> tuple[Album, ...]:
    """The rows; over them, while one patch is traced, its picture and its tile."""
    layer, trace, patch = page.chapter.layer, page.trace, page.chapter.traced
    alpha = min(8.0 * moment.out, 1.0) * (1.0 - moment.traced)
    rows = Album(f"patches of {layer}", page.tiles, page.start_px, page.end_px, moment.out, STAGGER, alpha=alpha)
    if trace is None or patch is None or page.home is None or moment.traced <= 0:
        return (rows,)
    tile, whole = (page.chapter.tile(patch),), (page.chapter.tile(patch, whole=True),)
    near = max(2.0 * moment.traced - 1.0, 0.0)
    picture = Album(f"picture of {layer}", whole, (trace.whole,), alpha=near)
    return rows, picture, Album(f"traced of {layer}", tile, (page.home,), (trace.patch,), moment.traced)
