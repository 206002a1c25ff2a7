"""A scene of a dense layer shows stored inputs and weights, their products and their sum: of every unit it visits."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dense_peer import DensePeer
from forward_bundle import forward_bundle
from paper_bundle import layer, paper_bundle
from step_states import grids_of, states_of, wrong
from tiny_bundle import make_tiny_bundle

from exporter.bundle import Bundle, KerascopeError, read_bundle
from scenes.options import SceneOptions
from scenes.panels.numbers import percent, signed
from scenes.registry import scene
from scenes.steps.dense_sums import dense_subject
from scenes.timeline import Timeline
from viewer.state import ViewState

WIDE = (1280, 720)
TINY = ("clean-0", "002")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """Maps of 3x3x4, unrolled, to three classes."""
    return read_bundle(make_tiny_bundle(tmp_path_factory.mktemp("dense") / "tiny.bundle"))


@pytest.fixture(scope="module")
def nets(request: pytest.FixtureRequest) -> dict[str, Bundle]:
    """The demo's network, a plain one with layers of other functions, and one along a sequence."""
    keras = pytest.importorskip("keras")
    from exporter.models.demo import demo_cnn

    layers = keras.layers
    keras.utils.set_random_seed(9)
    row = layers.Input((20,), name="row")
    hidden = layers.Dense(13, activation="tanh", name="hidden")(layers.Dropout(0.5, name="drop")(row))
    plain = keras.Model(row, layers.Dense(4, use_bias=False, name="out")(hidden))
    words = layers.Input((5, 6), name="words")
    along = keras.Model(words, layers.Dense(3, activation="relu", name="each")(words))
    models = {"demo": demo_cnn(), "plain": plain, "along": along}
    for model in models.values():
        for each in model.layers:  # biases of nought would prove nothing
            if getattr(each, "bias", None) is not None:
                each.bias.assign(np.linspace(-0.2, 0.3, each.bias.shape[0]))
    return {name: forward_bundle(model) for name, model in models.items()}


def built(bundle: Bundle, **options: Any) -> Timeline:
    chosen = SceneOptions(**{"size_px": WIDE, **options})
    return scene("dense").build(bundle, scene("dense").lay_out(bundle, chosen), chosen)


def cell_of(state: ViewState) -> tuple[int, ...] | None:
    """The place and the unit that a state is about."""
    return None if state.about is None or state.about_channel is None else (*state.about, state.about_channel)


def units_of(timeline: Timeline, peer: DensePeer, fps: float = 3.0) -> dict[tuple[int, ...], set[str]]:
    """The units that were visited, and the tables that were seen there; all right."""
    seen: dict[tuple[int, ...], set[str]] = {}
    for state in states_of(timeline, fps):
        cell = cell_of(state)
        if cell is not None:
            assert wrong(state, peer.expected(cell, state)) == [], cell
            seen.setdefault(cell, set()).update(grids_of(state))
    return seen


@pytest.mark.parametrize("unit", range(3))
def test_every_number_of_the_tiny_network_is_right(tiny: Bundle, unit: int) -> None:
    """Of every unit, at every frame; the sum is seen of all that are worked out."""
    seen = units_of(built(tiny, channel=unit), DensePeer(tiny, "scores", "pool", TINY))
    assert set(seen) >= {(0,), (unit,), (2,)}
    assert seen[(unit,)] >= {"weights 3", "products 0", "term product 7", "others", "bias", "sum", "result"}


@pytest.mark.tf
@pytest.mark.parametrize(
    ("net", "name", "fed", "at", "tables"),
    [
        ("demo", "dense", "pool_2", None, {"weights 9", "others", "bias", "result"}),
        ("demo", "output", "dense", None, {"weights 0", "others", "result"}),
        ("plain", "hidden", "row", None, {"others", "bias", "result"}),
        ("plain", "out", "hidden", None, {"weights 0", "others", "sum"}),
        ("along", "each", "words", (3,), {"term product 5", "bias", "result"}),
    ],
)
def test_every_number_of_other_networks_is_right(
    nets: dict[str, Bundle], net: str, name: str, fed: str, at: tuple[int, ...] | None, tables: set[str]
) -> None:
    """Maps, hidden layers, no bias, no function, places of a sequence."""
    timeline = built(nets[net], layer=name, at=at, channel=2)
    seen = units_of(timeline, DensePeer(nets[net], name, fed))
    assert seen[(*(at or ()), 2)] >= tables
    assert {place[:-1] for place in seen} == {at or ()}
    assert ("bias" in seen[(*(at or ()), 2)]) == (name != "out")


@pytest.mark.tf
@pytest.mark.slow
def test_the_red_panda_is_added_up_as_tiny_vgg_did(root: Path) -> None:
    """1,690 products make the class."""
    folder = Path(os.environ.get("KERASCOPE_DATA", root.parent / "shared" / "data")) / "tiny_vgg"
    if not folder.is_dir():
        pytest.skip("tiny_vgg is not here: set KERASCOPE_DATA to the folder that has it")
    from PIL import Image

    from exporter.models import open_model

    picture = np.asarray(Image.open(folder / "images/panda_1.jpeg").convert("RGB").resize((64, 64)), np.float32) / 255
    bundle = forward_bundle(open_model(folder / "model.json"), {"picture": picture[None]})
    seen = units_of(built(bundle), DensePeer(bundle, "output", "max_pool_2"), 3.0)
    assert seen[(7,)] >= {"weights 9", "others", "bias", "sum", "result"}
    assert (0,) in seen


def final(timeline: Timeline, cell: tuple[int, ...]) -> ViewState:
    """The last stop at a unit."""
    states = [timeline.state_at(at) for at in timeline.stops_secs]
    return [state for state in states if cell_of(state) == cell][-1]


def words_of(state: ViewState) -> str:
    return " ".join(line.text.replace("\u00a0", " ") for line in state.hud.words)


def test_the_words_say_the_numbers(tiny: Bundle) -> None:
    """Each term with the sum so far, and at last which share of all sizes the terms carry."""
    peer, timeline = DensePeer(tiny, "scores", "pool", TINY), built(tiny, channel=1)
    p = peer.inputs((1,)) * peer.weight("kernel")[:, 1]
    ranked = np.argsort(-np.abs(p), kind="stable")[:8]
    said = " ".join(words_of(timeline.state_at(at)) for at in timeline.stops_secs)
    for number in range(1, 9):
        found = re.search(rf"Term {number}: \S+ × \S+ = (\S+)\. So far: (\S+)\.", said)
        assert found is not None
        assert found.groups() == (signed(p[ranked[number - 1]]), signed(p[ranked[:number]].sum()))
    share = np.abs(p[ranked]).sum() / np.abs(p).sum()
    assert f"The 8 largest terms carry {percent(share)} of all sizes" in words_of(final(timeline, (1,)))
    assert percent(peer.output("scores")[1]) in words_of(final(timeline, (1,)))


def test_a_wrong_number_is_found(tiny: Bundle) -> None:
    """The checks find a changed product, a changed sum, and the tables of another unit."""
    peer, state = DensePeer(tiny, "scores", "pool", TINY), final(built(tiny, channel=1), (1,))
    assert wrong(state, peer.expected((1,), state)) == []
    assert wrong(state, peer.expected((2,), state)) != []
    for name in ("term product 3", "others", "products 2"):
        grid = grids_of(state)[name]
        bent = tuple(tuple((value or 0.0) + 0.01 for value in row) for row in grid.values)
        grids = tuple(replace(each, values=bent) if each is grid else each for each in state.grids)
        changed = replace(state, grids=grids)
        assert [line.partition(":")[0] for line in wrong(changed, peer.expected((1,), changed))] == [name]


def test_the_waterfall_ends_at_the_sum(tiny: Bundle) -> None:
    """Terms, others and bias: their bars add up to the bar of the whole."""
    bars = [bar for bar in final(built(tiny, channel=0), (0,)).hud.bars if bar.role in ("adds", "subtracts", "accent")]
    *steps, whole = bars
    wide = sum(bar.box_px[2] * (1 if bar.role == "adds" else -1) for bar in steps if bar.box_px[2] > 3.0)
    total = DensePeer(tiny, "scores", "pool", TINY).expected((0,), final(built(tiny, channel=0), (0,)))["sum"]
    assert abs(wide) == pytest.approx(whole.box_px[2], abs=6.0 + 3.0 * sum(bar.box_px[2] <= 3.0 for bar in steps))
    assert (wide > 0) == (total > 0)


def test_a_unit_that_is_pointed_at_is_worked_out(tiny: Bundle) -> None:
    """And a cell of a tile tells its term."""
    timeline = built(tiny, channel=1)
    assert timeline.pointed is not None
    at_secs = timeline.stops_secs[-1]
    state = timeline.state_at(at_secs)
    peer = DensePeer(tiny, "scores", "pool", TINY)
    output = next(loupe for loupe in state.loupes if loupe.layer == "scores")
    left, top, width, height = output.box_px
    for unit in range(3):
        shown = timeline.pointed(at_secs, (left + width / 2, top + (unit + 0.5) * height / 3))
        assert shown is not None
        assert cell_of(shown) == (unit,)
        assert wrong(shown, peer.expected((unit,), shown)) == []
    tile = next(loupe for loupe in state.loupes if loupe.name == "input 2")
    left, top, width, height = tile.box_px
    shown = timeline.pointed(at_secs, (left + 0.5 * width / 3, top + 1.5 * height / 3))
    assert shown is not None
    index = np.ravel_multi_index((1, 0, 2), (3, 3, 4))
    x, w = peer.inputs((2,))[index], peer.weight("kernel")[index, 2]
    assert f"2: 1, 0: {signed(x)} × {signed(w)} = {signed(x * w)}" in words_of(shown)
    assert timeline.pointed(at_secs, (5.0, 5.0)) is None
    assert timeline.pointed(0.0, (left, top)) is None


def test_what_is_not_there_is_told(tiny: Bundle) -> None:
    """In a line: another layer or unit, a place of a vector, two units at once, a network without such a layer."""
    assert dense_subject(tiny, SceneOptions(at=(2,), layer="scores"), 8).subject.channel == 2
    cases: tuple[dict[str, Any], ...] = (
        {"layer": "conv"}, {"channel": 3}, {"at": (3,)}, {"at": (1, 1)}, {"at": (1,), "channel": 0},
    )  # fmt: skip
    for options in cases:
        with pytest.raises(KerascopeError) as caught:
            built(tiny, **options)
        assert "\n" not in str(caught.value)
    bare = paper_bundle([layer("picture", "input", 6, 6, 1), layer("pool", "pool", 3, 3, 1)])
    with pytest.raises(KerascopeError, match="no dense layer"):
        built(bare)
    lost = paper_bundle([layer("row", "input", 6), layer("out", "dense", 2)])
    with pytest.raises(KerascopeError, match="kernel"):
        built(lost)
