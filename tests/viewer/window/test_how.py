"""Which scenes are offered for a layer."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from paper_bundle import layer

from scenes.registry import scene_names
from viewer.state import Camera, ViewState
from viewer.window.how import OF_ONE_LAYER, ways_of
from viewer.window.playable import Playable
from viewer.window.steps import stops_about


def test_every_scene_that_is_offered_is_in_the_gallery() -> None:
    assert set(scene_names()) >= OF_ONE_LAYER


@pytest.mark.parametrize(
    ("kind", "activation", "scenes"),
    [
        ("conv", None, ["convolution"]),
        ("conv", "linear", ["convolution"]),
        ("depthwise", "relu", ["convolution", "activation"]),
        ("dense", "softmax", ["dense", "softmax"]),
        ("global_pool", None, ["pooling"]),
        ("activation", "relu", ["activation"]),
        ("activation", "softmax", ["softmax"]),
        ("reshape", None, ["flatten"]),
        ("attention", None, ["attention"]),
        ("input", None, []),
        ("dropout", None, []),
    ],
)
def test_the_scene_fits_the_kind_and_the_function_that_is_built_in(
    kind: str, activation: str | None, scenes: list[str]
) -> None:
    ways = ways_of(layer("it", kind, 4, 4, 2, activation=activation))
    assert [way.scene for way in ways] == scenes
    assert len({way.words for way in ways}) == len(ways)


@dataclass
class Told:
    """A scene that is about these cells and channels, one at each stop."""

    cells: list[tuple[tuple[int, ...] | None, int | None]]

    def playable(self) -> Playable:
        def state_at(t_secs: float) -> ViewState:
            cell, channel = self.cells[round(t_secs)]
            return ViewState(Camera(), (), about=cell, about_channel=channel)

        stops = tuple(map(float, range(len(self.cells))))
        return Playable(None, 9.0, state_at, stops_secs=stops)  # type: ignore[arg-type]


def test_the_stops_about_a_cell_are_the_last_in_a_row() -> None:
    one, two = ((0, 0), None), ((2, 3), None)
    told = Told([(None, None), two, one, one, two, two, one]).playable()
    assert stops_about(told, (2, 3)) == (4.0, 5.0)
    assert stops_about(told, (0, 0)) == (6.0,)
    assert stops_about(told, (9, 9)) == ()
    units = Told([((), 1), ((), 2), ((), 2), ((), 3)]).playable()
    assert stops_about(units, (), 2) == (1.0, 2.0)
    assert stops_about(units, ()) == (0.0, 1.0, 2.0, 3.0)
