"""Where a data set's images lie: thumbnails fly from pixels through the layers to their classes, epoch by epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.embedding.answered import median_margin, wrong_in
from scenes.embedding.attacked import attacked_in
from scenes.embedding.film import Film
from scenes.embedding.plan import journey_of
from scenes.embedding.stations import stations_of
from scenes.embedding.words import title_of
from scenes.timeline import Timeline
from viewer.learned.read import answers_of, true_classes

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from scenes.embedding.stations import Stations
    from scenes.options import SceneOptions
    from viewer.cloud import ColourBy
    from viewer.layout import Layout

CHECK = "frames"


def build(bundle: Bundle, _: Layout, options: SceneOptions) -> Timeline:
    """A looping timeline: all images class after class, where they lie by their pixels, layer by layer and epoch by
    epoch; how sure the network is, which it takes for another class; and the way of an attacked one among them.

    Raises
    ------
    KerascopeError
        The bundle has no embedding of the images of a survey, or none that fits what is asked for.
    """
    stations = stations_of(bundle, options)
    attacked = attacked_in(bundle, stations.survey, stations.every, options)
    known = [each.checkpoint for each in stations.survey.passes]
    shown = [each.checkpoint for each in stations.every if each.checkpoint in known]
    checkpoint_id = shown[-1] if shown else known[-1] if known else None
    colour_by = _colour_by(bundle, stations)
    titles = tuple(title_of(bundle, each) for each in stations.every)
    has_margin = median_margin(bundle, stations, checkpoint_id) is not None
    has_wrong = wrong_in(bundle, stations, checkpoint_id)[0] > 0
    journey = journey_of(stations, titles, attacked, colour_by, has_margin=has_margin, has_wrong=has_wrong)
    film = Film(bundle, options, stations, attacked, journey, colour_by, checkpoint_id)
    return Timeline(journey.duration_secs, film.state_at, True, journey.markers, stops_secs=journey.stops_secs)


def _colour_by(bundle: Bundle, stations: Stations) -> ColourBy:
    """True classes, where none is known predicted ones, where there are none either the pictures as they are."""
    if true_classes(bundle, stations.survey) is not None:
        return "class"
    passes = stations.survey.passes
    return "prediction" if passes and answers_of(bundle, passes[-1]) is not None else "picture"
