"""The scene of embeddings: where it stops, what it says there, the attack's track, and what it says where there is
nothing to show.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from clouded_bundle import clouded_bundle, made_pictures
from msgspec import structs
from surveyed_bundle import add_embedding, add_survey
from tiny_bundle import ATTACKED_IDS, make_tiny_bundle

from exporter.bundle import Bundle, KerascopeError, read_bundle
from exporter.bundle.schema import Embedding
from scenes.embedding.journey import LONGEST_SECS, Beat, Journey
from scenes.embedding.places import EmbeddingFrame
from scenes.embedding.stations import MOST_LAYERS, _some, stations_of
from scenes.embedding.words import measured, strip
from scenes.gallery.embedding import build
from scenes.options import SceneOptions
from scenes.timeline import Timeline
from viewer.cloud import GRID
from viewer.layout import LayoutOptions, place
from viewer.learned.spread import spread_of
from viewer.state import ViewState

OPTIONS = SceneOptions(size_px=(960, 540))


def made(bundle: Bundle, options: SceneOptions = OPTIONS) -> Timeline:
    return build(bundle, place(bundle, LayoutOptions()), options)


def at(timeline: Timeline, name: str) -> ViewState:
    marker = next(each for each in timeline.markers if each.name.startswith(name))
    return timeline.state_at(marker.at_secs + 0.05)


def text_of(state: ViewState) -> str:
    return " ".join(line.text for line in state.hud.words if line.alpha > 0.5)


def layouts(timeline: Timeline) -> list[str]:
    """Where the images stand still, one after the other."""
    found: list[str] = []
    for stop in timeline.stops_secs:
        (cloud,) = timeline.state_at(stop - 1e-6).clouds
        here = cloud.end or cloud.start
        found += [here] if found[-1:] != [here] else []
    return found


def test_from_the_pixels_through_the_layers_then_epoch_by_epoch_and_back() -> None:
    epochs = [f"pca-scores@{checkpoint}" for checkpoint in ("000", "001", "002")]
    wanted = [GRID, "pca-pixels", "pca-conv@002", "pca-scores@002", *epochs, "pca-conv@002", "pca-pixels", GRID]
    assert layouts(made(clouded_bundle())) == wanted


def test_it_says_layer_epoch_method_and_what_was_measured() -> None:
    timeline = made(clouded_bundle())
    assert "36 images" in text_of(at(timeline, "the data set"))
    assert "pixels PCA of 36 images, trustworthiness 1.000" in text_of(at(timeline, "pixels"))
    label = clouded_bundle().checkpoint("002").label
    assert f"conv, {label}" in text_of(at(timeline, "conv"))
    first = clouded_bundle().checkpoint("000").label
    learned = text_of(at(timeline, f"scores, {first}"))
    assert "while the network learns" in learned
    assert "% of them for what they are" in learned


def test_what_is_wrong_is_counted() -> None:
    from viewer.learned.read import answers_of, pass_of, survey_of

    bundle, true = clouded_bundle(), made_pictures()[1]
    answers = answers_of(bundle, pass_of(bundle, survey_of(bundle), "002"))
    assert answers is not None
    wrong = int(((answers.predicted != true) & (true >= 0)).sum())
    state = at(made(bundle), "taken for another class")
    assert f"{wrong} of 35 images are taken for another class" in text_of(state)
    assert (state.clouds[0].colour_to, state.clouds[0].recolour) == ("wrong", 1.0)
    assert state.clouds[0].checkpoint_id == "002"


def test_the_track_of_the_attack_grows_and_says_what_it_is_taken_for() -> None:
    bundle = clouded_bundle()
    timeline = made(bundle)
    stop = next(each.at_secs for each in timeline.markers if each.name == "under attack")
    shown, labels = [], []
    for t_secs in np.linspace(stop - 2.0, stop, 9):
        for track in timeline.state_at(float(t_secs)).clouds[0].tracks:
            assert track.inputs == ATTACKED_IDS
            shown.append(track.shown)
            labels.append(track.label)
    assert shown == sorted(shown)
    assert shown[-1] == 1.0
    names = bundle.manifest.model.class_names
    last = bundle.capture(ATTACKED_IDS[-1], "002").predicted
    assert labels[-1] == f"taken for {names[last or 0]}"
    assert len(set(labels)) == 2, "it flips"
    text = text_of(timeline.state_at(stop + 0.05))
    assert "One image under attack" in text
    assert f"for {names[last or 0]} (" in text
    assert "64/255" in text, "epsilon 0.25 of black to white"


def test_the_attack_is_shown_where_it_moves_its_image_most() -> None:
    from scenes.embedding.attacked import attacked_in

    bundle = clouded_bundle()
    stations = stations_of(bundle, OPTIONS)
    attacked = attacked_in(bundle, stations.survey, stations.every, OPTIONS)
    assert attacked is not None
    for number, moved in attacked.moved.items():
        known = spread_of(bundle, stations.survey, stations.every[number].id).inputs
        ends = known[ATTACKED_IDS[0]], known[ATTACKED_IDS[-1]]
        assert moved == pytest.approx(float(np.linalg.norm(ends[1] - ends[0])))
    farthest = attacked.goes_farthest(None)
    assert attacked.moved[farthest] == max(attacked.moved.values())
    state = at(made(bundle), "under attack")
    assert (state.clouds[0].end or state.clouds[0].start) == stations.every[farthest].id
    assert replace(attacked, moved={1: 0.5, 4: 0.5}).goes_farthest(4) == 4
    back = text_of(made(bundle).state_at(made(bundle).stops_secs[-2] + 0.05))
    assert f"{attacked.moved[0]:.2f} of the cloud's radius by its pixels" in back


def test_it_does_not_jump_where_one_beat_leads_into_the_next() -> None:
    timeline = made(clouded_bundle())
    for one, two in zip(timeline.stops_secs, timeline.stops_secs[1:], strict=False):
        start = timeline.state_at(one + 1e-4).clouds[0]
        before = timeline.state_at(one - 1e-4).clouds[0]
        assert abs(start.labels - before.labels) < 0.05
        assert abs(start.dim - before.dim) < 0.05
        assert two > one


@pytest.mark.parametrize("layer", ["conv", "scores"])
def test_one_layer_alone(layer: str) -> None:
    stations = stations_of(clouded_bundle(), replace(OPTIONS, layer=layer))
    assert [each.layer for each in stations.layers] == [layer]
    assert len(stations.epochs) == (3 if layer == "scores" else 0)


def test_space_where_it_is_asked_for_sways_and_comes_back() -> None:
    timeline = made(clouded_bundle(), replace(OPTIONS, dimensions=3))
    assert layouts(timeline)[1:3] == ["pca3-pixels", "pca3-conv@002"]
    angles = [timeline.state_at(float(t)).camera.azimuth_deg for t in np.linspace(0, timeline.duration_secs, 40)]
    assert max(angles) > 30
    assert min(angles) < -30
    assert angles[0] == pytest.approx(angles[-1], abs=1e-6)


def test_a_bundle_with_one_embedding_has_a_story_too(tmp_path: Path) -> None:
    path = make_tiny_bundle(tmp_path / "one.bundle", attack=False)
    pictures, _ = made_pictures()
    add_survey(path, pictures, None, layers=("scores",))
    add_embedding(path, np.random.default_rng(0).normal(size=(36, 2)), id_="umap-scores@002", layer="scores",
                  checkpoint="002", method="umap")  # fmt: skip
    timeline = made(read_bundle(path))
    assert layouts(timeline) == [GRID, "umap-scores@002", GRID]
    text = text_of(at(timeline, "scores"))
    assert "UMAP" in text
    assert "distances between clusters mean little" in text
    assert timeline.state_at(0.0).clouds[0].colour_by == "prediction"
    assert timeline.state_at(0.0).clouds[0].legend_px is not None


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"method": "tsne"}, "a survey with tsne embedding"),
        ({"layer": "relu"}, "an embedding of layer relu"),
        ({"checkpoint_id": "001", "layer": "conv"}, "at checkpoint 001"),
    ],
)
def test_what_is_not_there_is_told_in_a_line(options: dict[str, Any], told: str) -> None:
    with pytest.raises(KerascopeError, match=told) as error:
        made(clouded_bundle(), replace(OPTIONS, **options))
    assert "\n" not in str(error.value)
    assert "kerascope embed tiny.bundle" in str(error.value)


def test_without_a_survey_it_says_how_to_make_one(tmp_path: Path) -> None:
    bundle = read_bundle(make_tiny_bundle(tmp_path / "bare.bundle"))
    with pytest.raises(KerascopeError, match=r"kerascope survey.*kerascope embed bare\.bundle"):
        made(bundle)


def test_a_model_to_walk_round_in_is_refused_in_a_line() -> None:
    from scenes.gltf.convert import glb_of

    with pytest.raises(KerascopeError, match="embedding is drawn flat on the picture") as error:
        glb_of(clouded_bundle(), scene="embedding")
    assert "\n" not in str(error.value)


def test_many_layers_are_thinned_but_keep_their_ends_and_the_one_with_epochs() -> None:
    every = [Embedding(id=str(at), survey="000", method="pca", tensors={}, layer=str(at)) for at in range(40)]
    for keep in (None, every[7], every[38]):
        kept = _some(every, MOST_LAYERS, keep=keep)
        assert len(kept) <= MOST_LAYERS
        assert (kept[0], kept[-1]) == (every[0], every[-1])
        assert keep is None or keep in kept
    assert _some(every[:3], MOST_LAYERS) == tuple(every[:3])


def test_trustworthiness_is_never_rounded_up_to_one() -> None:
    base = clouded_bundle().manifest.embeddings[0]
    assert measured(structs.replace(base, result={"trustworthiness": 0.99996})) == ", trustworthiness 0.999"
    assert measured(structs.replace(base, result={})) == ""


@pytest.mark.parametrize("count", [2, 5, 30])
@pytest.mark.parametrize("size_px", [(960, 540), (540, 960)])
def test_the_strip_has_its_knob_at_the_layer_and_stays_in_its_room(count: int, size_px: tuple[int, int]) -> None:
    frame = EmbeddingFrame(size_px[0] / size_px[1])
    names = [f"block_{number}_relu" for number in range(count)]
    for at_layer in (0.0, 0.5, count - 1.0):
        hud = strip(names, at_layer, frame, 900.0)
        line, *dots, knob = hud.lines
        xs = [x for x, _ in (*line.points_px, *knob.points_px)]
        assert frame.left_px - 5 <= min(xs) <= max(xs) <= frame.foot_right_px
        middle = sum(x for x, _ in knob.points_px) / 2
        places = [sum(x for x, _ in dot.points_px) / 2 for dot in dots]
        low = int(min(at_layer, count - 2))
        assert middle == pytest.approx(places[low] + (places[low + 1] - places[low]) * (at_layer - low))
        bold = [word.text for word in hud.words if word.bold]
        assert bold == [names[round(at_layer)]]
    assert strip(names[:1], 0.0, frame, 900.0).words == ()


def test_long_journeys_are_quicker() -> None:
    many = Journey(tuple(Beat("", None, None, 1.0, 1.0) for _ in range(40)))
    assert many.duration_secs == pytest.approx(LONGEST_SECS)
    assert many.at(0.0).number == 0
    assert many.at(many.duration_secs - 1e-6).number == 39
    assert Journey(many.beats[:2]).duration_secs == 4.0
