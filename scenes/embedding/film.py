"""The scene of embeddings in time: a pure function from a moment to the picture."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from scenes.choose import shown_name
from scenes.easing import clamped, cubic_in_out
from scenes.embedding import words
from scenes.embedding.answered import median_margin, wrong_in
from scenes.embedding.places import EmbeddingFrame, side_for
from scenes.panels.classes import class_name
from scenes.panels.heading import caption, heading
from scenes.timeline import mixed
from viewer.cloud import GRID, Cloud, Track
from viewer.drift import faded
from viewer.state import Hud, ViewState

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from exporter.bundle.schema import Embedding
    from scenes.embedding.attacked import Attacked
    from scenes.embedding.journey import Beat, Journey, Moment
    from scenes.embedding.stations import Stations
    from scenes.options import SceneOptions
    from viewer.cloud import ColourBy
    from viewer.state import Camera

STAGGER = 0.35
STEP_WIDE, HEAD_WIDE = 0.065, 0.19
MOST_STEP, LEAST_HEAD = 1.8, 1.4
"""Of an attacked image, how wide its steps and the last one are, in the world and by the width of a thumbnail."""
SWAY_DEG, NOD_DEG = 38.0, 9.0
"""How far a cloud in space is turned to either side: all round its names and its wall would be seen from behind."""


@dataclass(frozen=True)
class Film:
    """What does not change with time; `checkpoint_id` is whose answers the colours are of."""

    bundle: Bundle
    options: SceneOptions
    stations: Stations
    attacked: Attacked | None
    journey: Journey
    colour_by: ColourBy
    checkpoint_id: str | None

    def state_at(self, t_secs: float) -> ViewState:
        """The picture at a time."""
        moment = self.journey.at(t_secs)
        hud = self._title + self._strips(moment) + self._said(moment)
        camera = self._camera(t_secs / self.journey.duration_secs)
        return ViewState(camera, (), self.options.theme, hud, bloom=0.0, clouds=(self._cloud(moment),))

    def _cloud(self, moment: Moment) -> Cloud:
        beat, share = moment.beat, moment.share
        start, end = (self._layout(station) for station in (beat.start, beat.station))
        eased = cubic_in_out(share)
        here, there = (0.0 if station is None else 1.0 for station in (beat.start, beat.station))
        return Cloud(
            name="images",
            survey_id=self.stations.survey.id,
            start=start,
            end=None if start == end else end,
            share=0.0 if start == end else share,
            stagger=STAGGER if GRID in (start, end) else 0.0,
            side=side_for(self.stations.survey.images),
            colour_by=beat.colours[0],
            colour_to=None if beat.colours[0] == beat.colours[1] else beat.colours[1],
            recolour=0.0 if beat.colours[0] == beat.colours[1] else eased,
            checkpoint_id=self.checkpoint_id,
            tint=1.0,
            dim=mixed(beat.dim[0], beat.dim[1], eased),
            labels=mixed(here, there, clamped(3.0 * share - (2.0 if there > here else 0.0))),
            wall_aspect=self._frame.wall_aspect,
            tracks=self._tracks(beat, share),
            legend_px=self._frame.legend_px,
        )

    def _tracks(self, beat: Beat, share: float) -> tuple[Track, ...]:
        if self.attacked is None or not beat.has_track:
            return ()
        shown = mixed(beat.shown[0], beat.shown[1], cubic_in_out(share))
        answers = self.attacked.taken_for
        answer = answers[math.floor(shown * (len(answers) - 1) + 1e-9)]
        names = self.bundle.manifest.model.class_names
        side = side_for(self.stations.survey.images)
        step, head = min(STEP_WIDE / side, MOST_STEP), max(HEAD_WIDE / side, LEAST_HEAD)
        track = Track(self.attacked.inputs, shown, side=step, head=head)
        if answer is not None:
            track = replace(track, label=f"taken for {class_name(names, answer[0])}", of_class=answer[0])
        return (track,)

    def _layout(self, station: int | None) -> str:
        return GRID if station is None else self.stations.every[station].id

    def _camera(self, part: float) -> Camera:
        if self.stations.dimensions == 2:
            return self._frame.camera
        way = 2 * math.pi * part
        return replace(
            self._frame.camera, azimuth_deg=SWAY_DEG * math.sin(way), elevation_deg=NOD_DEG * math.sin(2 * way)
        )

    def _said(self, moment: Moment) -> Hud:
        """The words of where the images come from go, then those of where they go to come."""
        beats, number, share = self.journey.beats, moment.number, moment.share
        before, here = self._pages[number - 1], self._pages[number]
        if before == here:
            return here
        is_first_half = beats[number].move_secs > 0 and share < 0.4
        return _gone(before, 1.0 - share / 0.4) if is_first_half else _gone(here, clamped((share - 0.4) / 0.3))

    @cached_property
    def _frame(self) -> EmbeddingFrame:
        return EmbeddingFrame(self.options.aspect)

    @cached_property
    def _title(self) -> Hud:
        return heading(shown_name(self.bundle), words.SUBTITLE, self._frame.left_px, self._frame.right_px)

    @cached_property
    def _pages(self) -> tuple[Hud, ...]:
        return tuple(self._page(beat) for beat in self.journey.beats)

    def _page(self, beat: Beat) -> Hud:
        frame, stations = self._frame, self.stations
        embedding = None if beat.station is None else stations.every[beat.station]
        title = words.title_of(self.bundle, embedding)
        hud = words.head(title, words.detail_of(embedding, stations.survey.images), frame)
        return hud + caption(self._sentences(beat, embedding), frame.caption_left_px, frame.right_px)

    def _sentences(self, beat: Beat, embedding: Embedding | None) -> tuple[str, ...]:
        if beat.has_track and self.attacked is not None and beat.shown[1] > 0:
            names = self.bundle.manifest.model.class_names
            said = words.attack_said(self.attacked, names)
            if embedding is None or embedding.layer is not None:
                return said
            here, there, moved = beat.station or 0, beat.start or 0, self.attacked.moved
            layer = str(self.stations.every[there].layer)
            return said[0], words.moved_said(moved[here], moved[there], layer)
        if beat.colours[1] == "margin":
            return words.margin_said(median_margin(self.bundle, self.stations, self.checkpoint_id) or 0.0)
        if beat.colours[1] == "wrong":
            return words.wrong_said(*wrong_in(self.bundle, self.stations, self.checkpoint_id))
        if embedding is not None and beat.station is not None and beat.station >= len(self.stations.way):
            wrong, known = wrong_in(self.bundle, self.stations, embedding.checkpoint)
            return words.learned_said(embedding, 1.0 - wrong / known if known else None)
        has_classes = self.colour_by in ("class", "prediction")
        is_pooled = embedding is not None and embedding.layer is not None and self._is_pooled(embedding.layer)
        return words.sentences(embedding, self.stations.method, has_classes=has_classes, is_pooled=is_pooled)

    def _is_pooled(self, layer: str) -> bool:
        outputs = self.bundle.layer(layer).outputs
        return bool(outputs) and len(outputs[0].shape) > 1

    def _strips(self, moment: Moment) -> Hud:
        """Where in the network, and when in its training, the layout is of."""
        way, epochs = self.stations.way, self.stations.epochs
        ends = [self._at(station) for station in (moment.beat.start, moment.beat.station)]
        done = cubic_in_out(moment.share)
        at = mixed(ends[0][0], ends[1][0], done)
        frame = self._frame
        hud = words.strip([each.layer or "pixels" for each in way], at, frame, frame.strip_px)
        labels = [self.bundle.checkpoint(str(each.checkpoint)).label for each in epochs]
        return hud + words.strip(labels, mixed(ends[0][1], ends[1][1], done), frame, frame.epochs_px)

    def _at(self, station: int | None) -> tuple[float, float]:
        """The place of a station among the layers and among the epochs; what is not of training is of its end."""
        way, epochs = self.stations.way, self.stations.epochs
        last = max(float(len(epochs) - 1), 0.0)
        if station is None:
            return 0.0, last
        if station < len(way):
            return float(station), last
        layers = [each.layer for each in way]
        return float(layers.index(epochs[0].layer)), float(station - len(way))


def _gone(hud: Hud, alpha: float) -> Hud:
    return faded(hud, alpha) if alpha > 0 else Hud()
