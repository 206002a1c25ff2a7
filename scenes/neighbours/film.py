"""The scene of nearest images in time: a pure function from a moment to the picture."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from scenes.choose import shown_name
from scenes.filters.places import plate_of
from scenes.framing import camera_for
from scenes.neighbours import words
from scenes.neighbours.journey import STAGGER, Journey
from scenes.neighbours.places import NearFrame
from scenes.neighbours.subject import subject_of
from scenes.panels.heading import caption, heading
from scenes.timeline import mixed
from viewer.album import Album, ThumbnailTile
from viewer.camera import project
from viewer.drift import faded
from viewer.state import Hud, NetView, ViewState, Wire

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from scenes.neighbours.journey import Moment
    from scenes.neighbours.places import Box
    from scenes.neighbours.subject import Query, Subject
    from scenes.options import SceneOptions
    from viewer.layout import Layout
    from viewer.state import Camera, CaptureKey

QUIET = 0.45
BUD_PX = 14.0
"""How large images are where they come out of a plate."""


@dataclass(frozen=True)
class Page:
    """All about one image: its words, those under its nearest in both rows, and what is told when all are there."""

    query: Query
    hud: Hud
    rows: tuple[Hud, Hud]
    told: Hud
    albums: tuple[Album, Album, Album]


@dataclass(frozen=True)
class Film:
    """What does not change with time. `plates` are those of the input and of the layer whose features are meant."""

    bundle: Bundle
    layout: Layout
    options: SceneOptions
    key: CaptureKey
    subject: Subject
    journey: Journey
    frame: NearFrame
    plates: tuple[int, int]

    def state_at(self, t_secs: float) -> ViewState:
        """The picture at a time."""
        moment = self.journey.at(t_secs)
        page = None if moment.query is None else self._pages[moment.query]
        hud = self._title + self._words(moment, page)
        state = ViewState(self._camera(moment.away), (self._net(moment),), self.options.theme, hud, bloom=0.6)
        if page is None:
            return state
        return replace(state, albums=_albums(page, moment), wires=self._wires(moment))

    def _words(self, moment: Moment, page: Page | None) -> Hud:
        if moment.is_end:
            hud = words.accuracies(self.subject, self.frame, moment.grown) + self._legends(is_marked=False)
            return _gone(hud + self._caption(words.ending(self.subject)), moment.said)
        if page is None:
            return _gone(self._legends(is_marked=False) + self._caption(words.opening(self.subject)), moment.said)
        hud = _gone(page.hud, moment.said)
        for row, out in zip((*page.rows, page.told), (*moment.out, moment.out[1]), strict=True):
            hud += _gone(row, max(5.0 * out - 4.0, 0.0) * moment.said)
        return hud

    def _camera(self, away: float) -> Camera:
        far, near = self._cameras
        return replace(far, zoom=mixed(far.zoom, near.zoom, away), shift=mixed(far.shift, near.shift, away))

    def _net(self, moment: Moment) -> NetView:
        quiet = 1.0 - (1.0 - QUIET) * moment.away
        lit = dict.fromkeys(self.plates, moment.said) if moment.query is not None else {}
        emphasis = tuple(mixed(quiet, 1.0, lit.get(plate, 0.0)) for plate in range(len(self.layout.plates)))
        names = moment.away <= 0
        return NetView(
            self.key, emphasis=emphasis, edge_alpha=1.0 - 0.7 * moment.away, names=names, shapes=names, scales=names
        )

    def _wires(self, moment: Moment) -> tuple[Wire, ...]:
        """Frames round the plates that what is shown comes out of: the layer's, then the input's."""
        features, pixels = moment.out
        parts = (pixels, features) if self.plates[0] != self.plates[1] else (max(pixels, features), 0.0)
        pairs = zip(self.plates, parts, strict=True)
        return tuple(self._wire(plate, min(4.0 * part, 1.0) * moment.said) for plate, part in pairs if part > 0)

    def _wire(self, plate: int, alpha: float) -> Wire:
        low_left, low_right, high_left, high_right = map(tuple, self.layout.plates[plate].corners().tolist())
        return Wire((low_left, low_right, high_right, high_left, low_left), "accent", 4.0, alpha)

    def _legends(self, *, is_marked: bool) -> Hud:
        shown_input = self.bundle.input(self.key.input_id).label
        return words.legends(self.subject, self.frame, shown_input, is_marked=is_marked)

    def _caption(self, lines: tuple[str, ...]) -> Hud:
        return caption(lines, self.frame.caption_left_px, self.frame.right_px, self.frame.caption_px)

    @cached_property
    def _cameras(self) -> tuple[Camera, Camera]:
        """The whole net, and small over the images, seen from the same place."""
        far, near = (camera_for(self.layout, self.frame.aspect, rect) for rect in (self.frame.far, self.frame.near))
        return far, replace(far, zoom=near.zoom, shift=near.shift)

    @cached_property
    def _title(self) -> Hud:
        title = f"{shown_name(self.bundle)}: nearest images"
        return heading(title, words.subtitle(self.subject), self.frame.left_px, self.frame.right_px)

    @cached_property
    def _pages(self) -> tuple[Page, ...]:
        return tuple(self._page(query) for query in self.subject.queries)

    def _page(self, query: Query) -> Page:
        frame, subject = self.frame, self.subject
        hud = words.query_words(self.bundle, query, frame) + self._legends(is_marked=True)
        for row, near in enumerate(subject.sides):
            hud += words.row_head(near, frame, row)
        rows = tuple(
            words.tile_words(self.bundle, near, query, frame.tiles(row)) for row, near in enumerate(subject.sides)
        )
        buds = tuple(self._bud(plate) for plate in self.plates)
        first = (ThumbnailTile(subject.survey.id, query.row),)
        albums = [Album("asked", first, (buds[0],), (frame.query,))]
        for row, (near, bud) in enumerate(zip(subject.sides, (buds[1], buds[0]), strict=True)):
            images = near.images[query.row, : frame.count].tolist()
            tiles = tuple(ThumbnailTile(subject.survey.id, image) for image in images)
            albums.append(Album(f"near by {near.of}", tiles, (bud,) * len(tiles), frame.tiles(row), stagger=STAGGER))
        told = self._caption(words.asked(subject, query, frame.count))
        return Page(query, hud, (rows[0], rows[1]), told, (albums[0], albums[1], albums[2]))

    def _bud(self, plate: int) -> Box:
        """A small box in the middle of a plate, as it is seen in the strip."""
        corners = self.layout.plates[plate].corners()
        (x, y), *_ = project(self._cameras[1], corners.mean(axis=0)[None], self.frame.aspect).tolist()
        return x - BUD_PX / 2, y - BUD_PX / 2, BUD_PX, BUD_PX


def film_of(bundle: Bundle, layout: Layout, options: SceneOptions, key: CaptureKey) -> Film:
    """The film of a bundle. Raises as `subject_of`."""
    subject = subject_of(bundle, options)
    plain = NearFrame(options.aspect, subject.aspect, subject.features.k)
    told = [words.opening(subject), words.ending(subject)]
    told += [words.asked(subject, query, plain.count) for query in subject.queries]
    lines = max(len(caption(each, plain.caption_left_px, plain.right_px).words) for each in told)
    frame = replace(plain, caption_lines=lines)
    has_end = None not in (subject.features.accuracy, subject.pixels.accuracy)
    names = tuple(query.name or f"image {query.row}" for query in subject.queries)
    layer = subject.features.entry.layer or bundle.manifest.model.inputs[0]
    plates = plate_of(bundle, layout, bundle.manifest.model.inputs[0]), plate_of(bundle, layout, layer)
    return Film(bundle, layout, options, key, subject, Journey(names, has_end), frame, plates)


def _albums(page: Page, moment: Moment) -> tuple[Album, ...]:
    shares = (moment.come, *moment.out)
    # An album's share runs evenly: it is the album that eases it. The image that is asked comes alone and eased.
    return tuple(
        replace(album, share=share, alpha=min(6.0 * share, 1.0) * moment.there)
        for album, share in zip(page.albums, shares, strict=True)
        if share > 0
    )


def _gone(hud: Hud, alpha: float) -> Hud:
    """So much of a display, the strips of its legends too."""
    if alpha <= 0:
        return Hud()
    return replace(faded(hud, alpha), ramps=tuple(replace(ramp, alpha=ramp.alpha * alpha) for ramp in hud.ramps))
