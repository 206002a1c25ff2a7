"""Films of one bundle and of two beside each other: each half is that bundle's own scene."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from decoded import decoded
from msgspec import structs
from PIL import Image as Pictures
from tiny_bundle import make_tiny_bundle
from two_bundles import two_bundles

import kerascope
from exporter.bundle import Bundle, read_bundle
from exporter.bundle.errors import KerascopeError
from exporter.bundle.limits import Limits
from exporter.bundle.schema import Manifest
from scenes.film import Act, Film, film_of
from scenes.frames import Image
from scenes.halves import divider, halves, whole
from scenes.options import SceneOptions
from scenes.partner import named_apart
from scenes.record import record, record_frame
from scenes.timeline import Timeline
from viewer.state import Camera, Mute, ViewState
from viewer.study import Study, Vantage

SMALL = SceneOptions(size_px=(160, 90))


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Bundle, Bundle]:
    """Two models with names of their own; only the first was attacked."""
    return two_bundles(tmp_path_factory.mktemp("pair"))


def turning(duration_secs: float, *, loops: bool = True) -> Timeline:
    """Once round, a degree after the other."""
    return Timeline(duration_secs, lambda t: ViewState(Camera(azimuth_deg=200 * t / duration_secs), ()), loops=loops)


def plain_film(*timelines: Timeline, size_px: tuple[int, int] = (64, 32)) -> Film:
    parts = whole(size_px) if len(timelines) == 1 else halves(size_px)
    nothing: Any = SimpleNamespace()
    return Film(tuple(Act(nothing, nothing, *each) for each in zip(timelines, parts, strict=True)), "dark")


def angles(film: Film, t_secs: float) -> list[float]:
    return [state.camera.azimuth_deg for state in film.states_at(t_secs)]


class Azimuths:
    """Draws the camera's azimuth as a grey value and remembers how it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[tuple[int, int], int]] = []

    def render(self, state: ViewState, size_px: tuple[int, int], *, supersample: int = 1) -> Image:
        self.asked.append((size_px, supersample))
        return np.full((size_px[1], size_px[0], 3), round(state.camera.azimuth_deg), np.uint8)


def test_each_frame_shows_its_time_and_is_drawn_when_asked_for() -> None:
    renderer = Azimuths()
    images = plain_film(turning(2.0), size_px=(8, 4)).frames([renderer], 5, 2)
    first = next(images)
    assert first.shape == (4, 8, 3)
    assert first[0, 0, 0] == 0
    assert renderer.asked == [((8, 4), 2)]
    assert [image[0, 0, 0] for image in images] == [20, 40, 60, 80, 100, 120, 140, 160, 180]


def test_the_shorter_act_is_stretched_over_the_longer_one() -> None:
    film = plain_film(turning(2.0), turning(5.0))
    assert film.duration_secs == 5.0
    for t_secs in (0.0, 1.0, 2.5, 4.9):
        assert angles(film, t_secs) == pytest.approx([40 * t_secs, 40 * t_secs])
    drawn = [Azimuths(), Azimuths()]
    frames = list(film.frames(drawn, 4, 1))
    assert len(frames) == 20
    assert [len(each.asked) for each in drawn] == [20, 20]
    assert frames[10][0, 0, 0] == frames[10][0, -1, 0] == 100


def test_two_loops_are_a_loop_and_anything_else_plays_once() -> None:
    film = plain_film(turning(2.0), turning(3.1))
    assert film.loops
    assert film.states_at(film.duration_secs) == film.states_at(0.0)
    assert angles(film, film.duration_secs - 1e-9) == pytest.approx([200.0, 200.0])
    once = plain_film(turning(2.0, loops=False), turning(3.0, loops=False))
    assert not once.loops
    assert angles(once, 3.0) == [200.0, 200.0]
    assert not plain_film(turning(2.0), turning(3.0, loops=False)).loops


def written(path: Path) -> Image:
    with Pictures.open(path) as picture:
        return np.asarray(picture.convert("RGB"))


def frame(folder: Path, name: str, *bundles: Bundle, size_px: tuple[int, int], **more: Any) -> Image:
    beside = bundles[1] if len(bundles) > 1 else None
    asked = {"at_secs": 2.0, "options": replace(SMALL, size_px=size_px), "beside": beside, "supersample": 1, **more}
    return written(record_frame(bundles[0], "flow", folder / name, **asked))


@pytest.mark.gl
@pytest.mark.slow
@pytest.mark.parametrize("size_px", [(161, 90), (90, 161)])
def test_each_half_is_the_scene_of_its_bundle_alone(
    pair: tuple[Bundle, Bundle], tmp_path: Path, size_px: tuple[int, int]
) -> None:
    both = frame(tmp_path, "both.png", *pair, size_px=size_px)
    assert both.shape == (size_px[1], size_px[0], 3)
    parts = halves(size_px)
    off_line = np.ones(both.shape[:2], bool)
    off_line[divider(parts).pixels] = False
    made = enumerate(zip(pair, parts, strict=True))
    alone = [frame(tmp_path, f"{n}.png", bundle, size_px=part.size_px) for n, (bundle, part) in made]
    for part, own, other in zip(parts, alone, alone[::-1], strict=True):
        kept = off_line[part.pixels]
        assert (both[part.pixels][kept] == own[kept]).all()
        rows, columns = min(own.shape[0], other.shape[0]), min(own.shape[1], other.shape[1])
        assert (both[part.pixels][:rows, :columns] != other[:rows, :columns]).mean() > 0.02, "the bundles swapped"


@pytest.mark.gl
@pytest.mark.slow
def test_what_was_set_in_the_window_is_over_both(pair: tuple[Bundle, Bundle], tmp_path: Path) -> None:
    view = Vantage("flow", study=Study(isolated=("conv",), muted=(Mute("relu"),)))
    plain = frame(tmp_path, "plain.png", *pair, size_px=(160, 90))
    seen = frame(tmp_path, "seen.png", *pair, size_px=(160, 90), view=view)
    for part in halves((160, 90)):
        assert (plain[part.pixels] != seen[part.pixels]).any()


@pytest.mark.gl
@pytest.mark.slow
def test_two_bundles_are_recorded_by_the_command(
    pair: tuple[Bundle, Bundle], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "pair.mp4"
    words = ["record", pair[0].path, pair[1].path, "--scene", "flow", "--size", "163x91", "--fps", "1", "--out", out]
    assert kerascope.main([*map(str, words)]) == 0
    assert capsys.readouterr().out == f"{out}\n"
    film = film_of(*pair, "flow", replace(SMALL, size_px=(162, 90)), multiple=2)
    pictures = decoded(out)
    assert [act.part.size_px for act in film.acts] == [(82, 90), (80, 90)]
    assert len(pictures) == len(film.times(1))
    assert {picture.shape for picture in pictures} == {(90, 162, 3)}
    assert list(tmp_path.iterdir()) == [out]


def test_a_frame_of_two_is_drawn_by_the_command(pair: tuple[Bundle, Bundle], tmp_path: Path) -> None:
    where = ["--out", str(tmp_path / "a.png")]
    missing = [str(pair[0].path), str(tmp_path / "no.bundle"), "--scene", "flow"]
    assert kerascope.main(["frame", *missing, *where]) == 1
    assert list(tmp_path.iterdir()) == []


def test_an_error_names_the_bundle_that_lacks_something(pair: tuple[Bundle, Bundle], tmp_path: Path) -> None:
    for bundles in (pair, pair[::-1]):
        with pytest.raises(KerascopeError, match="no attack to show") as raised:
            record(bundles[0], "adversarial", tmp_path / "a.gif", beside=bundles[1], options=SMALL)
        assert str(raised.value).endswith(f"({pair[1].path})")
    with pytest.raises(KerascopeError, match="no such input in the bundle beside") as raised:
        record(pair[0], "flow", tmp_path / "a.gif", beside=pair[1], options=replace(SMALL, input_id="attack-1"))
    assert str(raised.value).endswith(f"({pair[1].path})")
    assert list(tmp_path.iterdir()) == []


def test_an_error_without_a_place_names_the_bundle_too(pair: tuple[Bundle, Bundle]) -> None:
    with pytest.raises(KerascopeError) as raised:
        film_of(*pair, "flow", replace(SMALL, fold=("no such group",)))
    assert raised.value.path == pair[0].path


def test_what_the_second_bundle_does_not_have_is_chosen_by_the_scene_and_told(tmp_path: Path) -> None:
    one = read_bundle(make_tiny_bundle(tmp_path / "one.bundle"))
    two = read_bundle(make_tiny_bundle(tmp_path / "two.bundle", seed=3))
    few = Bundle(two.path, without_the_last_checkpoint(two.manifest), Limits())
    asked = replace(SMALL, checkpoint_id="002", opened=("relu",))
    film = film_of(one, few, "flow", asked)
    assert film.notes == ("two.bundle has no checkpoint '002': shown as the scene chooses",)
    assert [state.nets[0].capture.checkpoint_id for state in film.states_at(0.0)] == ["002", "001"]
    assert film_of(one, two, "flow", asked).notes == ()


def without_the_last_checkpoint(manifest: Manifest) -> Manifest:
    checkpoints = manifest.checkpoints[:-1]
    known = {each.id for each in checkpoints}
    captures = tuple(each for each in manifest.captures if each.checkpoint in known)
    inputs = tuple(each for each in manifest.inputs if each.kind == "clean")
    derived = tuple(each for each in manifest.derived if each.checkpoint in known)
    parts = {"checkpoints": checkpoints, "captures": captures, "inputs": inputs, "derived": derived, "runs": ()}
    return structs.replace(manifest, **parts)


def titles(film: Film) -> list[str]:
    return [next(w.text for w in state.hud.words if w.part == "title") for state in film.states_at(0.0)]


def test_models_of_one_name_are_told_apart_by_their_bundles(pair: tuple[Bundle, Bundle], tmp_path: Path) -> None:
    assert titles(film_of(*pair, "flow", replace(SMALL, size_px=(1280, 720)))) == ["Tiny", "Other"]
    alike = [read_bundle(make_tiny_bundle(tmp_path / name)) for name in ("plain.bundle", "robust.bundle")]
    film = film_of(alike[0], alike[1], "flow", replace(SMALL, size_px=(1280, 720)))
    assert titles(film) == ["Tiny (plain)", "Tiny (robust)"]
    (tmp_path / "b").mkdir()
    below = read_bundle(make_tiny_bundle(tmp_path / "b" / "plain.bundle"))
    assert names(*named_apart(alike[0], below)) == [f"Tiny ({tmp_path.name})", "Tiny (b)"]
    assert names(*named_apart(alike[0], alike[0])) == ["Tiny (1)", "Tiny (2)"]


def names(*bundles: Bundle) -> list[str]:
    return [each.manifest.model.name for each in bundles]
