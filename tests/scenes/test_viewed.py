"""A view that was written down, laid over a scene again."""

from __future__ import annotations

from dataclasses import replace as with_changes
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace
from PIL import Image

import kerascope
from exporter.bundle import Bundle, read_bundle
from exporter.bundle.errors import KerascopeError
from scenes.options import SceneOptions
from scenes.registry import scene
from scenes.viewed import chosen_view, options_of, read_view, viewed
from viewer.dress import dressed
from viewer.foreign import check_view, native
from viewer.state import Mute, ViewState
from viewer.steer import steered_state
from viewer.study import CameraOffset, EdgePlace, Place, Study, Vantage
from viewer.window.playable import SUBJECT, wish_of

VIEW = Vantage(
    "flow",
    at_secs=2.5,
    input_id="clean-1",
    theme="light",
    offset=CameraOffset(azimuth_deg=20.0, zoom=1.4, shift=(0.1, 0.0)),
    study=Study(opacity=0.7, scope="net", isolated=("conv", "relu")),
)


@pytest.fixture(scope="module")
def bundle(tiny_bundle_path: Path) -> Bundle:
    return read_bundle(tiny_bundle_path)


def test_a_view_is_text_or_a_file_with_it(tmp_path: Path) -> None:
    assert read_view(VIEW.to_json()) == VIEW
    (tmp_path / "view.json").write_text(VIEW.to_json(), "utf-8")
    assert read_view(str(tmp_path / "view.json")) == VIEW


@pytest.mark.parametrize("text", ['{"scene": 3}', "{", "no-such-file.json"])
def test_what_is_no_view_is_one_line(text: str) -> None:
    with pytest.raises(KerascopeError) as told:
        read_view(text)
    assert "\n" not in str(told.value)


def test_what_a_step_scene_is_about_is_written_down_and_asked_for_again(bundle: Bundle) -> None:
    view = replace(VIEW, layer="conv", channel=2, at=(3, 1), language="zh", lesson="class.toml")
    assert Vantage.from_json(view.to_json()) == view
    options = options_of(view, bundle, (160, 90))
    assert (options.layer, options.channel, options.at) == ("conv", 2, (3, 1))
    assert (options.language, options.lesson) == ("zh", Path("class.toml"))
    wish = wish_of(view, (160, 90))
    assert {name: getattr(wish, name) for name in SUBJECT} == {name: getattr(view, name) for name in SUBJECT}
    with pytest.raises(KerascopeError, match="no such layer"):
        check_view(replace(view, layer="nowhere"), bundle.manifest)


def test_what_is_pointed_at_is_dressed_and_steered_as_well(bundle: Bundle) -> None:
    chosen = scene("flow")
    layout = chosen.lay_out(bundle, SceneOptions())
    plain = chosen.build(bundle, layout, SceneOptions())
    assert viewed(plain, VIEW, layout, bundle).pointed is None

    def pointed(t_secs: float, at_px: tuple[float, float]) -> ViewState | None:
        return with_changes(plain.state_at(t_secs), about=(1, 2)) if at_px[0] > 100 else None

    stepped = with_changes(plain, stops_secs=(1.0, 2.0), pointed=pointed)
    seen = viewed(stepped, VIEW, layout, bundle)
    assert seen.stops_secs == (1.0, 2.0)
    assert seen.pointed is not None
    assert seen.pointed(1.0, (50.0, 0.0)) is None
    assert seen.pointed(1.0, (200.0, 0.0)) == with_changes(seen.state_at(1.0), about=(1, 2))


def test_other_arguments_win_over_the_view() -> None:
    assert chosen_view(VIEW.to_json(), theme="dark", input_id=None) == replace(VIEW, theme="dark")
    assert chosen_view(VIEW.to_json(), scene="structure") == replace(VIEW, scene="structure", at_secs=0.0)
    assert chosen_view(None, scene="flow", at_secs=1.0) == Vantage("flow", at_secs=1.0)


def test_every_moment_is_dressed_and_steered(bundle: Bundle) -> None:
    options = options_of(VIEW, bundle, (160, 90))
    assert options == SceneOptions((160, 90), "light", "clean-1")
    chosen = scene("flow")
    layout = chosen.lay_out(bundle, options)
    plain = chosen.build(bundle, layout, options)
    seen = viewed(plain, VIEW, layout, bundle)
    for t_secs in (0.0, 1.7, 4.0):
        assert seen.state_at(t_secs) == steered_state(dressed(plain.state_at(t_secs), VIEW.study, layout), VIEW.offset)
    assert seen.state_at(1.0) != plain.state_at(1.0)
    assert viewed(plain, Vantage("flow"), layout, bundle).state_at(1.0) == plain.state_at(1.0)


FOREIGN = Study(
    pinned=Place("nowhere"),
    pinned_edge=EdgePlace("conv", 0, "nowhere", 0),
    isolated=("conv", "nowhere"),
    opened=("nowhere",),
    muted=(Mute("nowhere"), Mute("conv", 0, target="nowhere"), Mute("conv", 1)),
)


def test_what_is_foreign_is_left_out_or_refused(bundle: Bundle) -> None:
    assert native(FOREIGN, bundle.manifest) == Study(isolated=("conv",), muted=(Mute("conv", 1),))
    assert native(VIEW.study, bundle.manifest) == VIEW.study
    check_view(VIEW, bundle.manifest)
    for view in (replace(VIEW, study=FOREIGN), replace(VIEW, input_id="?"), replace(VIEW, checkpoint_id="?")):
        with pytest.raises(KerascopeError, match="of another bundle"):
            check_view(view, bundle.manifest)


@pytest.mark.gl
def test_a_frame_of_a_view_is_drawn_by_the_command(bundle: Bundle, tmp_path: Path) -> None:
    argv = ["frame", str(bundle.path), "--view", VIEW.to_json(), "--size", "320x180", "--out"]
    assert kerascope.main([*argv, str(tmp_path / "view.png")]) == 0
    assert kerascope.main([*argv, str(tmp_path / "dark.png"), "--theme", "dark"]) == 0
    plain = ["frame", str(bundle.path), "--scene", "flow", "--at-secs", "2.5", "--input", "clean-1", "--theme", "light"]
    assert kerascope.main([*plain, "--size", "320x180", "--out", str(tmp_path / "plain.png")]) == 0
    view, dark, bare = (
        np.asarray(Image.open(tmp_path / f"{name}.png")).astype(int) for name in ("view", "dark", "plain")
    )
    assert np.abs(view - bare).max() > 60, "the view is another picture than the scene's own"
    assert dark.mean() < 90 < view.mean()


def test_a_view_that_cannot_be_drawn_is_one_line(bundle: Bundle, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    out = ["--out", str(tmp_path / "f.png")]
    for view in ([], ["--view", "{"], ["--view", replace(VIEW, input_id="nobody").to_json()]):
        assert kerascope.main(["frame", str(bundle.path), *view, *out]) == 1
        told = capsys.readouterr().err
        assert told.count("\n") == 1
        assert "unexpected" not in told
    assert not list(tmp_path.iterdir())
