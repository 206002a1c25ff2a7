"""Colours by class, in which what serves all alike has none, and sizes by how much something matters."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from made_sculpture import made_arrays

from exporter.bundle.schema import UnitLayer
from viewer.colour import class_colours
from viewer.sculptures.even import even_paths
from viewer.sculptures.look import NEUTRAL, look_of, matters
from viewer.sculptures.read import Drawn
from viewer.state import Theme

THEMES: tuple[Theme, ...] = ("dark", "light")


def drawn_of(arrays: Any, classes: tuple[int, ...] = (0, 1, 2)) -> Drawn:
    layers = tuple(UnitLayer(name=str(i), units=n, plane=i) for i, n in enumerate((4, 5, 3)))
    paths = even_paths(arrays["points"], arrays["starts"], 16)
    points = {"units": arrays["positions"], "placed": arrays["placed"], "paths": paths}
    chosen = {name: arrays[name] for name in ("importance", "edges", "strength")}
    return Drawn("s", "weight", layers, classes, **points, **chosen, steps=np.zeros((0, 0, 16, 3), np.float32))


@pytest.fixture(name="drawn")
def made_drawn() -> Drawn:
    return drawn_of(made_arrays([4, 5, 3], 3))


def test_units_have_the_colour_of_the_only_class_that_they_serve(drawn: Drawn) -> None:
    for theme in THEMES:
        look = look_of(drawn, theme, 0)
        np.testing.assert_allclose(look.units[-3:, :3], class_colours(3, theme), atol=1e-6)
        np.testing.assert_array_equal(look.units[-3:, 3], 1)
        assert look.edges.shape == (0, 4)


@pytest.mark.parametrize("value", [0.0, 0.4])
def test_what_serves_all_alike_has_no_class(drawn: Drawn, value: float) -> None:
    even = np.array(drawn.importance)
    even[0] = value
    look = look_of(replace(drawn, importance=even), "dark", 5)
    np.testing.assert_allclose(look.units[0, :3], NEUTRAL["dark"], atol=1e-6)
    assert look.units[0, 3] == np.float32(value)


def test_an_edge_looks_as_both_of_its_ends_and_its_strength_say(drawn: Drawn) -> None:
    look = look_of(drawn, "dark", len(drawn.edges))
    sizes = drawn.edge_importance.max(axis=1)
    full = np.percentile(sizes, 98)
    np.testing.assert_allclose(look.edges[:, 3], np.minimum(sizes / full, 1), rtol=1e-5)
    to_first = np.flatnonzero(drawn.edges[:, 1] == 9)
    np.testing.assert_allclose(
        look.edges[to_first, :3], np.tile(class_colours(1, "dark"), (len(to_first), 1)), atol=1e-6
    )


def test_columns_are_the_classes_that_they_say(drawn: Drawn) -> None:
    look = look_of(replace(drawn, classes=(7, 2, 30)), "dark", 0)
    np.testing.assert_allclose(look.units[-3:, :3], class_colours(31, "dark")[[7, 2, 30]], atol=1e-6)


def test_a_class_alone_is_measured_by_its_own_strongest(drawn: Drawn) -> None:
    units, (low, scale) = matters(drawn, 1)
    np.testing.assert_array_equal(units, drawn.importance[:, 1])
    sizes = (drawn.edge_importance[:, 1] - low) * scale
    assert np.percentile(sizes, 98) == pytest.approx(1, rel=1e-5)
    assert (sizes <= 0).mean() >= 0.5, "most recede"
    nothing = replace(drawn, importance=np.zeros_like(drawn.importance))
    assert matters(nothing, 1)[1] == (0, 0)


def test_a_sculpture_of_one_column_has_its_colour(drawn: Drawn) -> None:
    alone = replace(drawn, importance=drawn.importance[:, :1], classes=(0,))
    look = look_of(alone, "light", len(drawn.edges))
    seen = look.units[alone.importance[:, 0] > 0]
    np.testing.assert_allclose(seen[:, :3], np.tile(class_colours(1, "light"), (len(seen), 1)), atol=1e-6)
