"""Bundles of nothing but images made by optimisation: every scene shows them, or says in a line why not."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from synthesised_bundle import synthesised_bundle

from exporter.bundle import Bundle, KerascopeError
from exporter.bundle.limits import Limits
from scenes.present import Gallery
from scenes.registry import scene_names
from viewer.window.playable import Wish

ALWAYS = {"flow", "structure", "tour", "optimise"}
"""Scenes that need nothing but a network and one image."""


def alone(bundle: Bundle) -> Bundle:
    """The images of a bundle without its other inputs, and without statistics."""
    manifest = bundle.manifest
    inputs = tuple(replace(each, parent=None) for each in manifest.inputs if each.kind == "synthesised")
    kept = {each.id for each in inputs}
    captures = tuple(each for each in manifest.captures if each.input in kept)
    runs = tuple(run for run in manifest.runs if run.kind == "synthesise")
    return Bundle(bundle.path, replace(manifest, inputs=inputs, captures=captures, runs=runs, derived=()), Limits())


@pytest.fixture(scope="module", params=[False, True], ids=["all layers kept", "scores alone"])
def gallery(request: pytest.FixtureRequest) -> Gallery:
    return Gallery(alone(synthesised_bundle(one=request.param)))


@pytest.mark.parametrize("name", scene_names())
def test_a_scene_shows_images_alone_or_says_why_not(gallery: Gallery, name: str) -> None:
    told = ""
    try:
        made = gallery.build(Wish(name))
        made.state_at(made.duration_secs / 2)
    except KerascopeError as error:
        told = str(error)
    assert "\n" not in told
    assert not (told and name in ALWAYS), told
