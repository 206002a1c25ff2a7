"""Which pixels made it say that: several explanations of one input side by side, then layer by layer on the net."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.explained import words
from scenes.explained.film import Cell, Film, Point, answers_of
from scenes.explained.journey import journey_of
from scenes.explained.methods import method_of
from scenes.explained.places import ExplainFrame, spread
from scenes.explained.stages import stages_of
from scenes.explained.strength import strengths_of
from scenes.explained.subject import subject_of
from scenes.framing import camera_for
from scenes.panels.answer import answer_of
from scenes.panels.heading import broken
from scenes.timeline import Timeline
from viewer.camera import project
from viewer.layout import LayoutOptions

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from scenes.explained.places import Box
    from scenes.explained.subject import Subject
    from scenes.options import SceneOptions
    from viewer.layout import Layout
    from viewer.state import Camera

CHECK = "frames"

CAPTION_PX, NARROW_CAPTION_PX = 27.0, 23.0
PANEL_TOP_PX, PANEL_HIGH_PX = 150.0, 430.0


def layout_options(options: SceneOptions) -> LayoutOptions:
    """The net fills what the class list leaves."""
    return LayoutOptions(aspect=options.aspect * 0.73 / 0.62)


def build(bundle: Bundle, layout: Layout, options: SceneOptions) -> Timeline:
    """A looping timeline: the net and its answer; the picture and all maps over it side by side, and each for itself;
    the map on the net, from layer to layer; and back to the answer.

    Raises
    ------
    KerascopeError
        The bundle has no explanation of a picture, or not the one that is asked for.
    """
    subject, answer = subject_of(bundle, options), answer_of(bundle)
    strengths = strengths_of(bundle, subject)
    stages = stages_of(bundle, layout, subject.shown, options)
    frame = ExplainFrame(options.aspect, _caption_lines(ExplainFrame(options.aspect), subject))
    camera = camera_for(layout, options.aspect, frame.net)
    signs = words.signs_of(bundle, answer, subject, strengths)
    rows, columns = _picture_size(bundle, subject)
    aspect = columns / rows
    per_row = 1 + len(subject.shown.looks)
    placed = spread(frame, signs, aspect, per_row if subject.is_pair else None)
    places = [(row, look) for row in subject.rows for look in (None, *row.looks)]
    cells = tuple(Cell(row, look, box) for (row, look), box in zip(places, placed.boxes, strict=True))
    capture = bundle.capture(subject.shown.key.input_id, subject.shown.key.checkpoint_id)
    journey = journey_of(
        tuple(method_of(look.run.method).name for look in subject.shown.looks), stages.names
    )  # fmt: skip
    film = Film(
        bundle,
        options,
        answer,
        subject,
        strengths,
        stages,
        frame,
        camera,
        len(layout.plates),
        journey,
        signs,
        placed,
        cells,
        subject.main * per_row,
        _plate_box(layout, stages.plates[-1], camera, options.aspect),
        _panel(frame, aspect),
        answers_of(answer, answer.read(capture), frame),
        rows,
        tuple(_border(layout, plate) for plate in stages.plates),
    )
    return Timeline(journey.duration_secs, film.state_at, True, journey.markers, stops_secs=journey.stops_secs)


def _caption_lines(frame: ExplainFrame, subject: Subject) -> int:
    """How many lines the longest caption takes."""
    place = frame.caption_place
    size = CAPTION_PX if place.width_px > 700.0 else NARROW_CAPTION_PX
    told = [words.together(subject), *(words.alone(look) for look in subject.shown.looks)]
    return max(max(len(lines), len(broken(" ".join(lines), place.width_px, size))) for lines in told)


def _picture_size(bundle: Bundle, subject: Subject) -> tuple[int, int]:
    """Rows and columns of the picture."""
    image = bundle.input(subject.shown.key.input_id).image
    return (image.shape[0], image.shape[1]) if image is not None else (1, 1)


def _border(layout: Layout, plate: int) -> tuple[Point, ...]:
    """The corners of a plate, and the first once more."""
    left, right, top_left, top_right = layout.plates[plate].corners().tolist()
    return tuple((x, y, z) for x, y, z in (left, right, top_right, top_left, left))


def _plate_box(layout: Layout, plate: int, camera: Camera, aspect: float) -> Box:
    """Where the picture on the plate of the input is seen."""
    seen = project(camera, layout.plates[plate].corners(), aspect)
    (left, top), (right, bottom) = seen.min(axis=0).tolist(), seen.max(axis=0).tolist()
    return left, top, right - left, bottom - top


def _panel(frame: ExplainFrame, picture_aspect: float) -> Box:
    """Where the picture stands beside the net."""
    place = frame.list
    wide = min(place.width_px, PANEL_HIGH_PX * picture_aspect)
    return place.left_px, PANEL_TOP_PX, wide, wide / picture_aspect
