"""A tour stops where its network has something to teach, shows the scenes there as they are, and says what is true."""

from __future__ import annotations

import itertools
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from forward_bundle import forward_bundle
from overlap import overlaps
from taught_bundle import taught_bundle
from tiny_bundle import make_tiny_bundle

from exporter.bundle import Bundle, KerascopeError, read_bundle
from scenes.options import SceneOptions
from scenes.registry import scene
from scenes.timeline import Timeline
from scenes.tour.choosing import default_stops, options_at
from scenes.tour.guide import Guide, guide_of
from scenes.tour.lesson import Lesson, Stop, read_lesson
from scenes.tour.offered import offered_stops
from scenes.tour.writing import default_lesson, write_lesson
from viewer.labels import box_of
from viewer.layout import Layout
from viewer.state import ViewState

SIZES = {"wide": (1280, 720), "square": (720, 720), "tall": (450, 800)}
LANGUAGES = "en", "zh"


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Bundle]:
    tiny = read_bundle(make_tiny_bundle(tmp_path_factory.mktemp("tour") / "tiny.bundle"))
    return {"tiny": tiny, "taught": taught_bundle()}


@pytest.fixture(scope="module")
def toured(bundles: dict[str, Bundle]):
    """Layout and guide of the tour of a bundle, built once."""

    @cache
    def build(name: str, language: str = "en", size: str = "wide") -> tuple[Layout, Guide]:
        options = SceneOptions(SIZES[size], language=language)  # type: ignore[arg-type]
        layout = scene("tour").lay_out(bundles[name], options)
        stops = offered_stops(bundles[name], layout, options)
        return layout, guide_of(bundles[name], layout, options, Lesson(stops))

    return build


def scenes_of(stops: tuple[Stop, ...]) -> list[tuple[str, str | None]]:
    return [(stop.scene, stop.layer) for stop in stops]


def test_a_small_convolutional_network(toured) -> None:
    _, guide = toured("tiny")
    assert [(one.stop.scene, one.stop.layer) for one in guide.stops] == [
        ("network", "picture"),
        ("convolution", "conv"),
        ("activation", "relu"),
        ("pooling", "pool"),
        ("flatten", "flatten"),
        ("dense", "scores"),
        ("softmax", "scores"),
        ("network", "scores"),
    ]


def test_a_network_with_normalisation_and_attention(bundles: dict[str, Bundle]) -> None:
    stops = [stop.scene for stop in default_stops(bundles["taught"], SceneOptions())]
    assert stops[:4] == ["network", "convolution", "normalisation", "activation"]
    assert "attention" in stops
    assert stops[-2:] == ["softmax", "network"]
    assert len(stops) == len(set(stops)) + 1 <= 10


@pytest.mark.tf
@pytest.mark.slow
def test_networks_of_other_forms() -> None:
    """Plain, residual, with the functions inside the layers: stops of what is there, and nothing else."""
    keras = pytest.importorskip("keras")
    layers = keras.layers
    keras.utils.set_random_seed(4)

    plain = keras.Sequential(
        [layers.Input((12,), name="row"), layers.Dense(6, "relu", name="one"), layers.Dense(3, name="two")]
    )
    picture = layers.Input((8, 8, 3), name="picture")
    start = layers.Conv2D(4, 1, name="stem")(picture)
    inner = layers.ReLU(name="relu")(
        layers.BatchNormalization(name="norm")(layers.Conv2D(4, 3, padding="same", name="conv")(start))
    )
    pooled = layers.GlobalAveragePooling2D(name="pool")(layers.Add(name="add")([start, inner]))
    residual = keras.Model(picture, layers.Dense(3, activation="softmax", name="out")(pooled))
    fused = [layers.Input((9, 9, 1), name="picture"), layers.Conv2D(2, 3, activation="relu", name="conv")]
    fused += [
        layers.MaxPooling2D(name="max"),
        layers.Flatten(name="flat"),
        layers.Dense(3, activation="softmax", name="out"),
    ]

    assert scenes_of(offered(forward_bundle(plain))) == [
        ("network", "row"), ("dense", "one"), ("activation", "one"), ("dense", "two"), ("network", "two"),
    ]  # fmt: skip
    assert scenes_of(offered(forward_bundle(residual))) == [
        ("network", "picture"), ("convolution", "conv"), ("normalisation", "norm"), ("activation", "relu"),
        ("pooling", "pool"), ("dense", "out"), ("softmax", "out"), ("network", "out"),
    ]  # fmt: skip
    assert scenes_of(offered(forward_bundle(keras.Sequential(fused)))) == [
        ("network", "picture"), ("convolution", "conv"), ("activation", "conv"), ("pooling", "max"),
        ("flatten", "flat"), ("dense", "out"), ("softmax", "out"), ("network", "out"),
    ]  # fmt: skip


def offered(bundle: Bundle) -> tuple[Stop, ...]:
    options = SceneOptions()
    return offered_stops(bundle, scene("tour").lay_out(bundle, options), options)


def test_a_stop_shows_its_scene_at_its_own_time(bundles: dict[str, Bundle], toured) -> None:
    """Only words, bars and lines are added, and the light stands at the layer."""
    layout, guide = toured("tiny")
    assert guide.strip.part == 1
    for number, (one, timeline) in enumerate(zip(guide.stops, guide.timelines, strict=True)):
        if timeline is None:
            continue
        options = options_at(bundles["tiny"], guide.inner, one.stop)
        alone = scene(one.stop.scene).build(bundles["tiny"], layout, options)
        for part in (0.1, 0.4, 0.7, 0.95):
            t_secs = guide.route.starts_secs(number) + part * guide.route.paces[number].lasts_secs
            at, is_there, gone_secs = guide.route.at(t_secs)
            assert (at, is_there) == (number, True)
            shown = guide.state_at(t_secs)
            own = alone.state_at(guide.route.paces[number].own(gone_secs))
            assert (shown.grids, shown.loupes, shown.under, shown.camera) == (
                own.grids,
                own.loupes,
                own.under,
                own.camera,
            )
            assert [line.text for line in shown.hud.words[: len(own.hud.words)]] == [
                line.text for line in own.hud.words
            ]
            assert {net.front for net in shown.nets} == {one.station}


def test_the_light_goes_from_stop_to_stop_and_never_back(toured) -> None:
    _, guide = toured("tiny")
    steps = [guide.route.duration_secs * k / 80 for k in range(81)]
    fronts = [guide.state_at(t_secs).nets[0].front for t_secs in steps]
    assert fronts == sorted(fronts)
    assert fronts[0] == 0
    assert fronts[-1] == max(plate.station for plate in toured("tiny")[0].plates)


@pytest.mark.parametrize("language", LANGUAGES)
def test_its_timeline(language: str, toured) -> None:
    _, guide = toured("tiny", language)
    timeline: Timeline = guide.timeline()
    assert 40 < timeline.duration_secs < 150
    assert not timeline.loops
    assert len(timeline.markers) == len(timeline.stops_secs) == len(guide.stops)
    for marker, held_secs in zip(timeline.markers, timeline.stops_secs, strict=True):
        assert marker.at_secs < held_secs <= timeline.duration_secs
    assert list(timeline.stops_secs) == sorted(timeline.stops_secs)
    assert timeline.markers[1].name == {"en": "convolution conv", "zh": "卷积 conv"}[language]
    held = guide.state_at(timeline.stops_secs[1] + 0.1)
    assert held == guide.state_at(timeline.stops_secs[1] + 0.6), "it stands still there"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("name", "size"), [("tiny", "wide"), ("tiny", "tall"), ("taught", "wide"), ("taught", "square")]
)
def test_no_word_lies_over_another(name: str, language: str, size: str, bundles: dict[str, Bundle], toured) -> None:
    layout, guide = toured(name, language, size)
    aspect = SIZES[size][0] / SIZES[size][1]
    moments = [at_secs + 0.4 for at_secs in guide.timeline().stops_secs[:-1]]
    moments += [guide.route.starts_secs(number) - 0.05 for number in range(1, len(guide.stops))]
    for t_secs in moments:
        state = guide.state_at(t_secs)
        assert overlaps(layout, bundles[name], state, aspect) == [], t_secs
        assert all(box_of(line)[3] <= top_of_strip(state) for line in state.hud.words if line.part != "caption")
        assert all(grid.box_px[1] + grid.box_px[3] <= top_of_strip(state) for grid in state.grids)


def top_of_strip(state: ViewState) -> float:
    return max((bar.box_px for bar in state.hud.bars if bar.role == "panel"), key=lambda box: box[2])[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_said_is_what_was_stored(language: str, bundles: dict[str, Bundle], toured) -> None:
    _, guide = toured("tiny", language)
    said = {one.stop.scene: " ".join(one.said) for one in guide.stops}
    at = next(one.stop for one in guide.stops if one.stop.scene == "convolution")
    bundle = bundles["tiny"]
    value = bundle.output(guide.key.input_id, guide.key.checkpoint_id, "conv")[(*at.at, at.channel)]
    assert f"{value:+.2f}" in said["convolution"].replace("−", "-")
    assert "3×3" in said["convolution"]
    assert "6×6" in said["pooling"]
    assert "3×3" in said["pooling"]
    assert "36" in said["flatten"]
    scores = bundle.capture(guide.key.input_id, guide.key.checkpoint_id).scores
    assert f"{100 * max(scores):.1f}" in said["softmax"]
    assert f"{100 * max(scores):.1f}" in said["network"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lesson_that_was_written_is_the_same_tour(
    language: Any, bundles: dict[str, Bundle], toured, tmp_path: Path
) -> None:
    path = write_lesson(bundles["tiny"], tmp_path / "lesson.toml", language)
    options = SceneOptions(SIZES["wide"], lesson=path)
    assert read_lesson(path) == default_lesson(bundles["tiny"], SceneOptions(language=language))
    layout, guide = toured("tiny", language)
    again = scene("tour").build(bundles["tiny"], layout, options)
    assert again.duration_secs == guide.route.duration_secs
    assert [again.state_at(t) for t in again.stops_secs] == [guide.state_at(t) for t in again.stops_secs]
    comments = [line for line in path.read_text("utf-8").splitlines() if line.startswith("#")]
    assert len(comments) > 8


def test_nothing_is_overwritten(bundles: dict[str, Bundle], tmp_path: Path) -> None:
    path = tmp_path / "lesson.toml"
    path.write_text("my own words", "utf-8")
    with pytest.raises(KerascopeError, match="there is something already"):
        write_lesson(bundles["tiny"], path)
    assert path.read_text("utf-8") == "my own words"
    write_lesson(bundles["tiny"], path, overwrite=True)
    assert read_lesson(path).stops
    with pytest.raises(KerascopeError, match="no such folder"):
        write_lesson(bundles["tiny"], tmp_path / "none" / "lesson.toml")


def test_a_teacher_decides(bundles: dict[str, Bundle], tmp_path: Path) -> None:
    text = (
        'title = "Mine"\n[[stop]]\nscene = "pooling"\nlayer = "pool"\nchannel = 2\nat = [1, 2]\ncaption = "My words."\n'
    )
    short, long = tmp_path / "short.toml", tmp_path / "long.toml"
    short.write_text(f"{text}pause_secs = 0\nspeed = 4\n", "utf-8")
    long.write_text(f"{text}pause_secs = 30\nspeed = 1\n", "utf-8")
    options = SceneOptions(SIZES["wide"])
    layout = scene("tour").lay_out(bundles["tiny"], options)
    made = [scene("tour").build(bundles["tiny"], layout, replace(options, lesson=path)) for path in (short, long)]
    own_secs = made[0].duration_secs * 4
    assert made[1].duration_secs == pytest.approx(own_secs + 30)
    words = [line.text for line in made[1].state_at(made[1].stops_secs[0] + 1).hud.words]
    assert "My words." in words
    grids = {grid.name: grid.values for grid in made[1].state_at(made[1].stops_secs[0] + 1).grids}
    stored = bundles["tiny"].output("clean-0", "002", "pool")[1, 2, 2]
    assert any(value == pytest.approx(float(stored)) for value in itertools.chain(*itertools.chain(*grids.values())))


def test_a_lesson_is_true_of_another_input_too(bundles: dict[str, Bundle], tmp_path: Path) -> None:
    """Its captions have places: what stands in them is of the input, channel and cell that are shown."""
    path = write_lesson(bundles["tiny"], tmp_path / "lesson.toml")
    said = {}
    for input_id in ("clean-0", "clean-1"):
        options = SceneOptions(SIZES["wide"], input_id=input_id, lesson=path)
        layout = scene("tour").lay_out(bundles["tiny"], options)
        guide = guide_of(bundles["tiny"], layout, options, read_lesson(path))
        said[input_id] = [" ".join(one.said) for one in guide.stops]
        stop = guide.stops[1].stop
        value = bundles["tiny"].output(input_id, "002", "conv")[(*stop.at, stop.channel)]  # type: ignore[misc]
        assert f"{value:+.2f}".replace("-", "\u2212") in said[input_id][1]
        assert f"{100 * max(bundles['tiny'].capture(input_id, '002').scores):.1f} %" in said[input_id][-1]
    assert said["clean-0"] != said["clean-1"]


@pytest.mark.parametrize("caption", ["{wrong}", "{", "{}", "{layer.x}", "{value:d}", "{0}"])
def test_a_place_that_nothing_is_known_for_is_named(caption: str, bundles: dict[str, Bundle], tmp_path: Path) -> None:
    path = tmp_path / "lesson.toml"
    path.write_text(f'[[stop]]\nscene = "pooling"\ncaption = "It is {caption}."\n', "utf-8")
    options = SceneOptions(SIZES["wide"], lesson=path)
    layout = scene("tour").lay_out(bundles["tiny"], options)
    with pytest.raises(
        KerascopeError, match=r"stop 1 \(pooling\): caption has an unknown place: expected \{layer\} \{value\}"
    ):
        scene("tour").build(bundles["tiny"], layout, options)


@pytest.mark.parametrize(
    ("stop", "told"),
    [
        ('scene = "pooling"\nlayer = "poll"', "stop 2 (pooling): "),
        ('scene = "pooling"\nlayer = "conv"', "stop 2 (pooling): "),
        ('scene = "convolution"\nlayer = "conv"\nchannel = 9', "stop 2 (convolution): no such channel of conv"),
        ('scene = "convolution"\nlayer = "conv"\nat = [9, 0]', "stop 2 (convolution): no such cell of conv"),
        ('scene = "attention"', "stop 2 (attention): "),
        ('scene = "network"\nlayer = "nowhere"', "stop 2 (network): "),
    ],
)
@pytest.mark.parametrize("caption", ["", 'caption = "words"\n'])
def test_what_a_lesson_asks_in_vain_names_its_stop(
    stop: str, told: str, caption: str, bundles: dict[str, Bundle], tmp_path: Path
) -> None:
    path = tmp_path / "lesson.toml"
    path.write_text(f'[[stop]]\nscene = "network"\n[[stop]]\n{stop}\n{caption}', "utf-8")
    options = SceneOptions(SIZES["wide"], lesson=path)
    layout = scene("tour").lay_out(bundles["tiny"], options)
    with pytest.raises(KerascopeError) as caught:
        scene("tour").build(bundles["tiny"], layout, options)
    assert str(caught.value).startswith(told)
    assert len(str(caught.value).splitlines()) == 1


def test_pointing_at_a_stop_is_pointing_at_its_scene(toured) -> None:
    _, guide = toured("tiny")
    timeline: Timeline = guide.timeline()
    number = next(k for k, one in enumerate(guide.stops) if one.stop.scene == "convolution")
    held_secs = timeline.stops_secs[number] + 0.1
    loupe = max(guide.state_at(held_secs).loupes, key=lambda each: each.box_px[0])
    left, top, width, height = loupe.box_px
    assert timeline.pointed is not None
    pointed = timeline.pointed(held_secs, (left + width * 0.3, top + height * 0.3))
    assert pointed is not None
    assert pointed.grids != guide.state_at(held_secs).grids
    assert {line.text for line in pointed.hud.words} >= set(guide.stops[number].said)
    assert timeline.pointed(held_secs, (1.0, 1.0)) is None
    assert timeline.pointed(0.5, (left, top)) is None
