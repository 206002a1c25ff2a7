"""Legends and labels say by what scale, shared by what and clipped where a frame is coloured: that very frame."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from net_scenes import NET_SCENES

from exporter.bundle import Bundle
from scenes.options import SceneOptions
from scenes.registry import scene
from viewer.drift import flat_of
from viewer.labels import frame_labels, scale_text, scale_texts
from viewer.layout import Layout
from viewer.scopes import Colouring, Scales, scales_of
from viewer.state import NetView, Words
from viewer.wording import filled


@pytest.mark.parametrize("name", NET_SCENES)
@pytest.mark.parametrize("percentile", [99.0, 92.5])
def test_every_legend_says_the_percentile_of_the_frame(tiny_bundle: Bundle, name: str, percentile: float) -> None:
    options = SceneOptions()
    layout = scene(name).lay_out(tiny_bundle, options)
    timeline = scene(name).build(tiny_bundle, layout, options)
    state = replace(timeline.state_at(timeline.duration_secs / 2), clip_percentile=percentile)
    said = " ".join(line.text for line in flat_of(state, 16 / 9).words)
    assert f"{percentile:g}th percentile" in said
    assert "{" not in said
    other = "99th" if percentile != 99.0 else "92.5th"
    assert other not in said


@pytest.mark.parametrize(("scope", "words"), [("layer", "of its layer"), ("net", "whole net"), ("unit", "of its map")])
def test_the_scope_is_said(tiny_bundle: Bundle, scope: str, words: str) -> None:
    options = SceneOptions()
    layout = scene("flow").lay_out(tiny_bundle, options)
    state = replace(scene("flow").build(tiny_bundle, layout, options).state_at(1.0), scope=scope)  # type: ignore[arg-type]
    assert words in " ".join(line.text for line in flat_of(state, 16 / 9).words)


def test_words_of_files_keep_their_braces() -> None:
    plain = Words("a {percentile} of {own}", (0.0, 0.0))
    assert filled(plain) == plain


def test_labels_print_the_scales_of_the_scope(tiny_bundle: Bundle, tiny_layout: Layout) -> None:
    layer, net, unit = (
        scales_of(tiny_bundle, tiny_layout, Colouring(scope=scope))  # type: ignore[arg-type]
        for scope in ("layer", "net", "unit")
    )
    maps = next(i for i, plate in enumerate(tiny_layout.plates) if plate.form.kind == "maps")
    own = unit.tiles[maps]
    assert scale_text(layer.plates[maps]) in scale_texts(tiny_layout, layer)
    shared = {net.plates[i] for i, plate in enumerate(tiny_layout.plates) if plate.form.kind in ("maps", "vector")}
    assert len(shared) == 1
    text = scale_texts(tiny_layout, unit)[maps]
    assert text == f"{scale_text(float(own.min()))} to {scale_text(float(own.max()))[1:]}"


def test_labels_dim_with_their_plates(tiny_bundle: Bundle, tiny_layout: Layout) -> None:
    options = SceneOptions()
    state = scene("structure").build(tiny_bundle, tiny_layout, options).state_at(0.0)
    count = len(tiny_layout.plates)
    emphasis = tuple(np.linspace(0.1, 1.0, count).tolist())
    scales = Scales((1.0,) * count)
    net: NetView = replace(state.nets[0], emphasis=emphasis)
    plain, dimmed = (
        frame_labels(tiny_layout, replace(state, nets=(each,)), 16 / 9, scales) for each in (state.nets[0], net)
    )
    assert [line.text for line in plain] == [line.text for line in dimmed]
    titles = {
        plate.title: value for plate, value in zip(tiny_layout.plates, emphasis, strict=True) if plate.output == 0
    }
    named = [line for line in dimmed if line.text in titles and line.text != "kernel"]
    assert named
    for line in named:
        assert line.alpha in [
            value for plate, value in zip(tiny_layout.plates, emphasis, strict=True) if plate.title == line.text
        ]
