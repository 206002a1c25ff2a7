"""A convolution scene beside its numbers: what it says, what it answers to a pointer, what it refuses."""

from __future__ import annotations

import re

import numpy as np
import pytest
from overlap import overlaps
from paper_bundle import layer, paper_bundle
from step_states import grids_of, table_of

from exporter.bundle import Bundle, read_bundle
from exporter.bundle.errors import KerascopeError
from scenes.options import SceneOptions
from scenes.registry import scene
from scenes.steps.convolution import convolution_of, filter_of
from scenes.steps.convolution_words import chain, told
from scenes.timeline import Timeline
from viewer.grids import MINUS
from viewer.state import ViewState

SIZES = ((1280, 720), (1024, 768), (720, 720), (450, 800))


@pytest.fixture(scope="module")
def demo(tiny_bundle_path) -> Bundle:
    return read_bundle(tiny_bundle_path)


def built(bundle: Bundle, options: SceneOptions) -> Timeline:
    return scene("convolution").build(bundle, scene("convolution").lay_out(bundle, options), options)


def caption(state: ViewState) -> str:
    return " ".join(line.text for line in state.hud.words if line.part == "caption")


def numbers_in(text: str) -> list[float]:
    found = re.findall(r"([+\u2212]?) ?(\d+\.\d+)", text)
    return [-float(size) if sign == MINUS else float(size) for sign, size in found]


def wide_paper(**more) -> Bundle:
    """Five maps of 7 x 6 go into a convolution of a stride, with its own function."""
    conv = {"class_name": "Conv2D", "variables": ("kernel", "bias"), "activation": "relu", "value": "post-activation"}
    conv |= {"kernel_size": (3, 3), "strides": (2, 2), "dilation": (1, 1), "padding": "same", "groups": 1, **more}
    rng = np.random.default_rng(4)
    x, kernel, bias = rng.normal(size=(7, 6, 5)), rng.normal(size=(3, 3, 5, 2)), np.array([0.3, -0.2])
    wide = np.pad(x, ((1, 1), (0, 1), (0, 0)))
    out = [
        [np.einsum("ijc,ijcf->f", wide[2 * r : 2 * r + 3, 2 * c : 2 * c + 3], kernel) for c in range(3)]
        for r in range(4)
    ]
    arrays = {"maps": x, "conv": np.maximum(np.array(out) + bias, 0), "conv/kernel": kernel, "conv/bias": bias}
    layers = (layer("maps", "input", 7, 6, 5), layer("conv", "conv", 4, 3, 2, **conv))
    return paper_bundle(layers, arrays={name: value.astype(np.float32) for name, value in arrays.items()})


def test_each_stage_says_its_numbers() -> None:
    """Those of the tables: the sums and the bias, their sum, what the function makes of it."""
    timeline = built(wide_paper(), SceneOptions((1280, 720), layer="conv", channel=0, at=(2, 1)))
    states = [timeline.state_at(at) for at in timeline.stops_secs if timeline.state_at(at).about == (2, 1)]
    tables = {name: table_of(grid) for name, grid in grids_of(states[-1]).items()}
    adding, after, cell = (numbers_in(caption(state)) for state in states[3:6])
    terms = [*tables["sums"].ravel(), *tables["bias"].ravel()]
    assert adding == pytest.approx([*terms, tables["before"][0, 0]], abs=0.051)
    assert after == pytest.approx([tables["before"][0, 0], tables["result"][0, 0]], abs=0.051)
    assert cell == pytest.approx([tables["cell"][0, 0]], abs=0.051)
    assert "2 of its 9" not in caption(states[0])  # this window lies inside
    assert "moves 2 places" in caption(states[0])


def test_padding_is_said_and_shown_as_nought() -> None:
    """Of the first window a row lies above the map; Keras has no column before it there."""
    timeline = built(wide_paper(), SceneOptions((1280, 720), layer="conv", channel=0, at=(0, 0)))
    state = timeline.state_at(timeline.stops_secs[0])
    assert "3 of its 9 cells lie in the padding" in caption(state)
    assert (table_of(grids_of(state)["window 0"])[0] == 0).all()


def test_of_many_channels_the_strongest_are_shown_all_along() -> None:
    """By what they add to the chosen cell; the others are one number."""
    bundle, options = wide_paper(), SceneOptions(layer="conv", channel=1, at=(2, 2))
    subject = convolution_of(bundle, options)
    every, few = filter_of(subject, 5), filter_of(subject, 2)
    sums = every.terms((2, 2)).sums
    assert set(few.channels) == set(np.argsort(-np.abs(sums))[:2])
    assert few.channels == tuple(sorted(few.channels))
    there = few.terms((1, 1))
    assert there.sums.sum() + there.others == pytest.approx(every.terms((1, 1)).sums.sum())


def test_a_pointer_asks_for_cells_places_and_products(demo: Bundle) -> None:
    """A cell of the output, the first that reads a place of the input, one product; nothing elsewhere or on the way."""
    timeline = built(demo, SceneOptions((1280, 720), layer="conv", channel=1, at=(3, 2)))
    ask, at_secs = timeline.pointed, timeline.stops_secs[-1]
    assert ask is not None
    state = timeline.state_at(at_secs)
    left, top, width, height = next(loupe.box_px for loupe in state.loupes if loupe.name == "input 0")
    for row, column in np.ndindex(6, 6):
        told_of = ask(at_secs, (left + (column + 0.5) * width / 6, top + (row + 0.5) * height / 6))
        assert told_of is not None
        assert told_of.about == (max(row - 1, 0), max(column - 1, 0))
    left, top, width, height = grids_of(state)["kernel 0"].box_px
    product = ask(at_secs, (left + 0.5 * width, top + 0.9 * height))
    assert product is not None
    assert product.about == state.about
    tables = [table_of(grids_of(product)[f"{name} 0"])[2, 1] for name in ("window", "kernel", "products")]
    assert numbers_in(caption(product)) == pytest.approx(tables, abs=0.006)
    assert ask(at_secs, (5.0, 5.0)) is None
    assert ask(0.0, (left + 1, top + 1)) is None


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("size_px", SIZES, ids=lambda size: "x".join(map(str, size)))
def test_no_words_overlap_or_are_cut_off(demo: Bundle, size_px: tuple[int, int], language) -> None:
    """At each stage, of a grey picture and of five maps with a function of their own."""
    for bundle, channel in ((demo, 1), (wide_paper(), 0)):
        options = SceneOptions(size_px, layer="conv", channel=channel, language=language, at=(1, 1))
        layout = scene("convolution").lay_out(bundle, options)
        timeline = scene("convolution").build(bundle, layout, options)
        stops = timeline.stops_secs
        for at_secs in (0.0, stops[0], *stops[-7:]):
            assert overlaps(layout, bundle, timeline.state_at(at_secs), options.aspect) == []


def test_the_end_is_the_start(demo: Bundle) -> None:
    """It loops without a jump."""
    timeline = built(demo, SceneOptions((1280, 720), layer="conv", at=(3, 2)))
    start, end = timeline.state_at(0.0), timeline.state_at(timeline.duration_secs - 1e-9)
    assert start.hud == end.hud
    assert start.camera.zoom == pytest.approx(end.camera.zoom)
    assert all(grid.alpha == 0 for grid in (*start.grids, *end.grids))


@pytest.mark.parametrize(
    ("class_name", "says"),
    [("SeparableConv2D", "two convolutions in one"), ("Conv2DTranspose", "other way"), ("Conv3D", "blocks")],
)
def test_what_cannot_be_shown_is_refused_in_a_line(class_name: str, says: str) -> None:
    """With the reason."""
    with pytest.raises(KerascopeError, match=says) as raised:
        built(wide_paper(class_name=class_name), SceneOptions(layer="conv"))
    assert "\n" not in str(raised.value)


def test_channels_that_were_not_kept_are_told_in_a_line() -> None:
    """Where of the input only some channels are in the bundle, nothing can be computed."""
    from msgspec.structs import replace

    bundle = wide_paper()
    first, conv = bundle.manifest.layers
    kept = replace(first, outputs=(replace(first.outputs[0], stored_channels=2),))
    thin = type(bundle)(replace(bundle.manifest, layers=(kept, conv)), bundle.arrays, bundle.fill)
    with pytest.raises(KerascopeError, match="only the first 2 channels were kept") as raised:
        built(thin, SceneOptions(layer="conv"))
    assert "\n" not in str(raised.value)


def test_numbers_in_sentences() -> None:
    """Signs are true ones, and a sum reads as one writes it."""
    assert chain([0.5, -0.25, 0.0], 2) == "+0.50 \u2212 0.25 + 0.00"
    assert told(float("nan"), 2) == "nan"
    assert told(float("-inf"), 2) == f"{MINUS}\u221e"


def test_what_is_no_number_is_shown_as_such() -> None:
    """A window with a value that is none: the sum is none either, and so it is said."""
    bundle = wide_paper()
    for name in ("maps", "conv"):
        bundle.arrays[name] = bundle.arrays[name].copy()
    bundle.arrays["maps"][3, 2, 0] = bundle.arrays["conv"][1, 1, 0] = np.nan
    timeline = built(bundle, SceneOptions((1280, 720), layer="conv", channel=0, at=(1, 1)))
    states = [timeline.state_at(at) for at in timeline.stops_secs if timeline.state_at(at).about == (1, 1)]
    assert np.isnan(table_of(grids_of(states[-1])["result"])).all()
    assert "nan" in caption(states[-1])
