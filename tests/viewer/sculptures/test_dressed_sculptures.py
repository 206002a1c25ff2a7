"""What a person sets of the view holds for sculptures too, and nothing falls over where there is no net."""

from __future__ import annotations

from pathlib import Path

from tiny_bundle import make_tiny_bundle

from exporter.bundle import read_bundle
from viewer.dress import dressed, marked
from viewer.inspect.pick import pick
from viewer.layout import place
from viewer.state import Camera, SculptureView, ViewState
from viewer.study import Place, Study


def test_a_study_makes_sculptures_fainter_and_leaves_all_else_of_them(tmp_path: Path) -> None:
    bundle = read_bundle(make_tiny_bundle(tmp_path / "tiny.bundle"))
    layout = place(bundle)
    view = SculptureView("s", focus=1, opacity=0.5)
    state = ViewState(Camera(), (), sculptures=(view,))
    layer = bundle.manifest.layers[1].name
    study = Study(opacity=0.5, spread=2.0, isolated=(layer,), pinned=Place(layer=layer, channel=0))
    shown = marked(dressed(state, study, layout), study, layout, bundle)
    assert shown.sculptures == (SculptureView("s", focus=1, opacity=0.25),)
    assert shown.nets == ()
    assert shown.wires == ()  # what is pinned is of a net
    assert dressed(state, Study(), layout) is state


def test_nothing_is_met_where_there_is_no_net(tmp_path: Path) -> None:
    bundle = read_bundle(make_tiny_bundle(tmp_path / "tiny.bundle"))
    state = ViewState(Camera(), (), sculptures=(SculptureView("s"),))
    assert pick(place(bundle), state, (200.0, 150.0), (400.0, 300.0)) is None
    assert pick(place(bundle), state, (200.0, 150.0), (400.0, 300.0), ()) is None
