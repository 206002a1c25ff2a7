"""An image is made to please a part of the network, step by step, while the whole net answers to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.framing import camera_for
from scenes.optimised.answers import listed
from scenes.optimised.clock import REWIND_SECS, Clock, clock_of
from scenes.optimised.film import Film
from scenes.optimised.marks import target_wires
from scenes.optimised.places import OptimiseFrame
from scenes.optimised.subject import begins_with, subject_of
from scenes.optimised.words import legends
from scenes.panels.answer import answer_of
from scenes.timeline import Key, Marker, Timeline, Track
from viewer.layout import LayoutOptions
from viewer.state import CaptureKey, Loupe

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from scenes.optimised.subject import Subject
    from scenes.options import SceneOptions
    from viewer.layout import Layout

CHECK = "frames"


def layout_options(options: SceneOptions) -> LayoutOptions:
    """The net fills what the image and the class list leave."""
    frame = OptimiseFrame(options.aspect)
    aspect = options.aspect * (frame.net.right - frame.net.left) / (frame.net.bottom - frame.net.top)
    return LayoutOptions(aspect=aspect, max_rows=8 if frame.is_beside else 1)


def build(bundle: Bundle, layout: Layout, options: SceneOptions) -> Timeline:
    """A looping timeline: the kept images one after the other with the answers of the whole net and the loss, light
    through the net, a rest, and back to the beginning.

    Raises
    ------
    KerascopeError
        The bundle has no image that was made by optimisation, or not the one that is asked for.
    """
    subject, answer = subject_of(bundle, options), answer_of(bundle)
    frame = OptimiseFrame(
        options.aspect, sheet_aspect=_aspect(bundle, subject.run.inputs[-1]), likes=len(subject.likes)
    )
    stations = max(plate.station for plate in layout.plates)
    clock = clock_of(len(subject.keys), stations, is_lit=subject.is_lit)
    captures = [bundle.capture(key.input_id, key.checkpoint_id) for key in subject.keys]
    scores = tuple(answer.read(capture) for capture in captures)
    film = Film(
        bundle,
        options,
        frame,
        camera_for(layout, options.aspect, frame.net),
        subject,
        answer,
        clock,
        _front(clock, stations),
        len(layout.plates),
        scores,
        listed(scores, subject.class_number, frame.rows),
        target_wires(bundle, layout, subject),
        legends(frame, is_lit=subject.is_lit),
        _likes(bundle, subject, frame),
        begins_with(bundle, subject),
    )
    stops = (0.5, clock.grown + 0.2, clock.through + 0.3)
    return Timeline(clock.over, film.state_at, True, _markers(clock, subject), stops_secs=stops)


def _aspect(bundle: Bundle, input_id: str) -> float:
    """How wide the picture of an input is over how high."""
    image = bundle.input(input_id).image
    return image.shape[1] / image.shape[0] if image is not None else 1.0


def _front(clock: Clock, stations: int) -> Track[float]:
    lit = float(stations)
    if clock.through <= clock.light:
        return Track((Key(0.0, lit),))
    begins = clock.light + REWIND_SECS
    return Track((Key(0.0, lit), Key(clock.light, 0.0, REWIND_SECS), Key(begins, lit, clock.through - begins)))


def _markers(clock: Clock, subject: Subject) -> tuple[Marker, ...]:
    markers = [Marker(0.0, "as it began"), Marker(clock.grown, f"after {subject.steps_made} steps")]
    if clock.through > clock.light:
        markers.append(Marker(clock.light, "light"))
    return (*markers, Marker(clock.through, "answer"))


def _likes(bundle: Bundle, subject: Subject, frame: OptimiseFrame) -> tuple[Loupe, ...]:
    """The pictures that it was to be like, small."""
    layer, checkpoint = bundle.manifest.model.inputs[0], subject.run.checkpoint
    boxes = frame.like_boxes(tuple(_aspect(bundle, like) for _, like in subject.likes))
    return tuple(
        Loupe(layer, (), CaptureKey(like, checkpoint), box, 1.0, colours="picture", name=role)
        for (role, like), box in zip(subject.likes, boxes, strict=True)
    )
