"""A convolution scene shows stored values, their products and sums, and nothing else: at every cell that it visits."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from convolution_peer import ConvolutionPeer, channels_shown
from forward_bundle import forward_bundle
from paper_bundle import PaperBundle
from step_states import grids_of, visited, wrong

from exporter.bundle import Bundle
from scenes.options import SceneOptions
from scenes.registry import scene
from scenes.steps.convolution import convolution_of
from scenes.timeline import Timeline

WIDE = (1280, 720)


@pytest.fixture(scope="module")
def odd() -> PaperBundle:
    """Strides, dilation, groups, depthwise, one axis, own functions, behind a pool and a normalisation; not square."""
    keras = pytest.importorskip("keras")
    from keras import layers

    keras.utils.set_random_seed(5)
    given = layers.Input((11, 9, 3), name="picture")
    x = layers.Conv2D(4, (3, 2), strides=2, padding="same", activation="relu", name="strided")(given)
    x = layers.BatchNormalization(name="normal")(x)
    x = layers.Conv2D(4, 3, dilation_rate=2, padding="same", use_bias=False, name="dilated")(x)
    x = layers.AveragePooling2D(2, strides=1, name="mean")(x)
    x = layers.Conv2D(6, 2, groups=2, padding="same", name="grouped")(x)
    x = layers.DepthwiseConv2D(3, depth_multiplier=2, activation="tanh", padding="same", name="depthwise")(x)
    x = layers.SeparableConv2D(5, 2, name="separable")(x)
    line = layers.Reshape((-1, 5), name="line")(x)
    out = layers.Conv1D(3, 3, padding="causal", dilation_rate=2, name="along")(line)
    model = keras.Model(given, out)
    for each in model.layers:  # biases of nought would prove nothing
        if getattr(each, "bias", None) is not None:
            each.bias.assign(np.linspace(-0.2, 0.3, each.bias.shape[0]))
    return forward_bundle(model)


def built(bundle: Bundle, options: SceneOptions) -> Timeline:
    return scene("convolution").build(bundle, scene("convolution").lay_out(bundle, options), options)


def peer_of(bundle: Bundle, options: SceneOptions, timeline: Timeline) -> ConvolutionPeer:
    subject = convolution_of(bundle, options)
    key = subject.key.input_id, subject.key.checkpoint_id
    return ConvolutionPeer(
        bundle, key, subject.layer.name, subject.source[0], subject.channel, channels_shown(timeline)
    )


def cells_of(bundle: Bundle, options: SceneOptions, fps: float = 4.0) -> dict[tuple[int, ...], set[str]]:
    """The cells that were visited, and the tables that were seen there; all right."""
    timeline = built(bundle, options)
    return visited(timeline, peer_of(bundle, options, timeline), fps)


def pointed_cells(bundle: Bundle, options: SceneOptions, cells: tuple[int, ...]) -> int:
    """How many cells of the output show their whole working, all right, when they are pointed at: each of them."""
    timeline = built(bundle, options)
    peer, found = peer_of(bundle, options, timeline), 0
    output = next(loupe for loupe in timeline.state_at(timeline.stops_secs[0]).loupes if loupe.name == "output")
    left, top, width, height = output.box_px
    rows, columns = cells if len(cells) == 2 else (1, cells[0])
    for row, column in np.ndindex(rows, columns):
        at_px = left + (column + 0.5) * width / columns, top + (row + 0.5) * height / rows
        state = timeline.pointed and timeline.pointed(timeline.stops_secs[0], at_px)
        assert state is not None
        cell = (row, column)[-len(cells) :]
        assert state.about == cell
        assert wrong(state, peer(cell)) == []
        assert {"window 0", "kernel 0", "products 0", "sums", "result", "cell"} <= set(grids_of(state))
        found += 1
    return found


@pytest.mark.parametrize("channel", [0, 3])
def test_the_demo_shows_what_it_stored(tiny_demo: Bundle, channel: int) -> None:
    """On its way, and every cell of every channel's map that is pointed at: at the corners it reads padding."""
    options = SceneOptions(WIDE, layer="conv", channel=channel, at=(3, 2))
    seen = cells_of(tiny_demo, options)
    assert len(seen) >= 15
    assert set(seen) >= {(0, 0), (0, 1), (0, 2), (0, 3), (3, 2), (5, 5)}
    whole = {"window 0", "kernel 0", "products 0", "sums", "bias", "result", "legend grey"}
    assert all(names >= whole for names in seen.values())
    assert all("cell" in seen[cell] for cell in ((0, 0), (0, 1), (3, 2), (5, 5)))
    assert pointed_cells(tiny_demo, options, (6, 6)) == 36


def test_each_frame_of_a_recording_is_right(tiny_demo: Bundle) -> None:
    """At 25 frames a second, with all that moves in between."""
    seen = cells_of(tiny_demo, SceneOptions(WIDE, layer="conv", channel=2, at=(1, 4)), fps=25.0)
    assert len(seen) >= 30


@pytest.mark.tf
@pytest.mark.parametrize(
    ("layer", "cells", "shown", "more"),
    [
        ("strided", (6, 5), 3, {"before", "bias", "kernel 2"}),
        ("dilated", (6, 5), 3, {"sums"}),
        ("grouped", (5, 4), 2, {"bias"}),
        ("depthwise", (5, 4), 1, {"before"}),
        ("along", (12,), 3, {"bias"}),
    ],
)
def test_odd_layers_show_what_they_stored(
    odd: PaperBundle, layer: str, cells: tuple[int, ...], shown: int, more: set[str]
) -> None:
    """Strided, dilated, grouped, depthwise and along one axis, behind a mean pool and a normalisation."""
    at = tuple(size // 2 for size in cells)
    options = SceneOptions(WIDE, layer=layer, channel=2, at=at)
    seen = cells_of(odd, options)
    assert pointed_cells(odd, options, cells) == np.prod(cells)
    assert all(more <= names for names in seen.values())
    assert len(channels_shown(built(odd, options))) == shown
    assert ("bias" in seen[at]) == (layer != "dilated")


@pytest.mark.tf
@pytest.mark.slow
def test_the_red_panda_is_shown_as_tiny_vgg_saw_it(root: Path) -> None:
    """Pixels and weights make each cell of the first layer, ten maps each of a later one."""
    folder = Path(os.environ.get("KERASCOPE_DATA", root.parent / "shared" / "data")) / "tiny_vgg"
    if not folder.is_dir():
        pytest.skip("tiny_vgg is not here: set KERASCOPE_DATA to the folder that has it")
    from PIL import Image

    from exporter.models import open_model

    picture = np.asarray(Image.open(folder / "images/panda_1.jpeg").convert("RGB").resize((64, 64)), np.float32) / 255
    bundle = forward_bundle(open_model(folder / "model.json"), {"picture": picture[None]})
    for layer in ("conv_1_1", "conv_2_2"):
        seen = cells_of(bundle, SceneOptions(WIDE, layer=layer, channel=4, at=(20, 11)))
        assert len(seen) >= 15
        assert all("result" in names for names in seen.values())


def test_a_wrong_number_is_found(tiny_demo: Bundle) -> None:
    """What the checks would say of a scene that lies: of a value, of a table that nobody knows, of a bundle."""
    options = SceneOptions(WIDE, layer="conv", channel=1, at=(3, 2))
    timeline = built(tiny_demo, options)
    peer = peer_of(tiny_demo, options, timeline)
    state = next(state for at in timeline.stops_secs if (state := timeline.state_at(at)).about == (3, 2))
    assert wrong(state, peer((3, 2))) == []
    assert wrong(state, peer((3, 3))) != []
    kernel = grids_of(state)["kernel 0"]
    (first, *rest), *rows = kernel.values
    bent = replace(kernel, values=(((first or 0.0) + 0.01, *rest), *rows))
    others = tuple(grid for grid in state.grids if grid is not kernel)
    assert [line[:8] for line in wrong(replace(state, grids=(*others, bent)), peer((3, 2)))] == ["kernel 0"]
    strange = replace(kernel, name="kernels")
    assert "nobody knows" in wrong(replace(state, grids=(*others, strange)), peer((3, 2)))[0]


@pytest.mark.tf
def test_what_adds_up_is_exact(odd: PaperBundle) -> None:
    """The sums of the channels, those that are not shown too, and the bias make the result to the last digits."""
    options = SceneOptions((450, 800), layer="along", channel=1, at=(6,))
    timeline = built(odd, options)
    for at_secs in timeline.stops_secs:
        tables = grids_of(timeline.state_at(at_secs))
        if "result" in tables:
            assert len(tables["sums"].values) == 2  # one channel, and four others
            added = [value for name in ("sums", "bias") for row in tables[name].values for value in row]
            assert sum(value or 0.0 for value in added) == pytest.approx(tables["result"].values[0][0], rel=1e-12)
