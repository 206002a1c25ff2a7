"""The tree of layers: groups become branches, every layer is there once, and a search shows what it finds."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from msgspec.structs import replace
from tiny_bundle import LAYER_NAMES, tiny_layers

from exporter.bundle import Bundle
from exporter.bundle.schema import Group, Manifest
from viewer.inspect.health import Ailment, Health
from viewer.layout import LayoutOptions, place
from viewer.window.docks.layers.glyphs import GLYPHS, SIDE, glyph_of
from viewer.window.docks.layers.health import group_badge, health_badges
from viewer.window.docks.layers.shown import fold_that_shows, shown_open
from viewer.window.docks.layers.tree import KIND_WORDS, count_words, found_rows, layer_tree, leaves

INNER = Group(name="conv_block", kind="block", class_name="block", layers=("conv", "relu"), output="relu")
OUTER = Group(name="features", kind="model", class_name="model", layers=("conv", "relu", "pool"), output="pool")


def grouped(manifest: Manifest, *groups: Group) -> Manifest:
    return replace(manifest, groups=groups)


def test_without_groups_every_layer_is_a_row_in_order(tiny_bundle: Bundle) -> None:
    rows = layer_tree(tiny_bundle.manifest)
    assert [row.name for row in rows] == list(LAYER_NAMES)
    assert all(not row.inside and row.layers == (row.name,) for row in rows)
    assert rows[1].below == "6 × 6 × 4 · 40 weights"
    assert [row.name for row in rows if row.can_open] == ["conv", "relu", "pool"], "neither pictures nor vectors"


@pytest.mark.parametrize("groups", [(INNER, OUTER), (OUTER, INNER)], ids=["inner first", "outer first"])
def test_groups_hang_in_each_other_however_they_are_listed(tiny_bundle: Bundle, groups: tuple[Group, ...]) -> None:
    rows = layer_tree(grouped(tiny_bundle.manifest, *groups))
    assert [row.name for row in rows] == ["picture", "features", "flatten", "scores"]
    features = rows[1]
    assert [row.name for row in features.inside] == ["conv_block", "pool"]
    assert [row.name for row in features.inside[0].inside] == ["conv", "relu"]
    assert (features.kind, features.layer, features.parameters) == ("group", "pool", 40)
    assert features.below == "3 × 3 × 4 · 3 layers · 40 weights", "what comes out of it"
    assert [leaf.name for leaf in leaves(rows)] == list(LAYER_NAMES), "each once"


def test_two_groups_of_the_same_layers_do_not_swallow_each_other(tiny_bundle: Bundle) -> None:
    twin = replace(OUTER, name="again")
    rows = layer_tree(grouped(tiny_bundle.manifest, OUTER, twin))
    assert [leaf.name for leaf in leaves(rows)] == list(LAYER_NAMES)


def test_rows_in_a_branch_leave_its_name_out_and_found_ones_do_not(tiny_bundle: Bundle) -> None:
    named = tuple(replace(layer, name=f"enc/{layer.name}") for layer in tiny_layers())
    names = tuple(layer.name for layer in named[1:4])
    group = Group(name="enc", kind="model", class_name="m", layers=names, output=names[-1])
    manifest = replace(tiny_bundle.manifest, layers=named, groups=(group,))
    rows = layer_tree(manifest)
    branch = next(row for row in rows if row.inside)
    assert [row.label for row in branch.inside] == ["conv", "relu", "pool"]
    assert [row.label for row in found_rows(rows, ("enc/pool", "nothing", "enc/conv"))] == ["enc/pool", "enc/conv"]


def test_a_number_alone_is_no_label(tiny_bundle: Bundle) -> None:
    named = tuple(replace(layer, name=f"conv_{at}") for at, layer in enumerate(tiny_layers()))
    names = tuple(layer.name for layer in named[1:4])
    group = Group(name="conv", kind="block", class_name="m", layers=names, output=names[-1])
    rows = layer_tree(replace(tiny_bundle.manifest, layers=named, groups=(group,)))
    assert [row.label for row in rows[1].inside] == list(names)


def test_every_kind_has_words_and_a_glyph_inside_its_square() -> None:
    assert set(KIND_WORDS) <= set(GLYPHS)
    for name, glyph in GLYPHS.items():
        points = [point for line in glyph for point in line]
        assert all(0 <= x <= SIDE and 0 <= y <= SIDE for x, y in points), name
        assert all(len(line) > 1 for line in glyph), name
    assert glyph_of("a kind of tomorrow") == GLYPHS["other"]


@pytest.mark.parametrize(("count", "words"), [(999, "999"), (1000, "1 k"), (999_999, "1 M"), (25_557_032, "25.6 M")])
def test_counts_have_three_digits_at_most(count: int, words: str) -> None:
    assert count_words(count) == words


def test_badges_say_how_many_of_how_many_are_ill() -> None:
    health = Health(
        "002",
        (
            Ailment("conv", "dead", (1, 2), 4, 20, ""),
            Ailment("conv", "duplicate", (0, 3), 4, 0, ""),
            Ailment("scores", "constant", (0, 1, 2), 3, 20, ""),
        ),
        6,
        (20, 20),
    )
    badges = health_badges(health)
    assert badges == {"conv": "2 of 4 dead, 2 of 4 duplicate", "scores": "all 3 constant"}
    assert group_badge(("conv", "relu"), badges) == "1 of 2 layers ill"
    assert group_badge(("relu", "pool"), badges) == ""


def test_a_layer_inside_folded_groups_is_shown_by_opening_just_those(tiny_bundle: Bundle) -> None:
    groups = (INNER, OUTER)
    bundle = SimpleNamespace(plates=(), manifest=grouped(tiny_bundle.manifest, *groups))
    folded = SimpleNamespace(
        plates=tuple(
            SimpleNamespace(layer=layer, group=group)
            for layer, group in (("picture", None), ("pool", "features"), ("flatten", None))
        )
    )
    assert fold_that_shows(folded, bundle.manifest.groups, "conv") == (), "both open"
    assert fold_that_shows(folded, bundle.manifest.groups, "relu") == ("conv_block",), "whose own output it is"
    assert fold_that_shows(folded, bundle.manifest.groups, "pool") is None, "the group's own output is there"
    assert fold_that_shows(folded, bundle.manifest.groups, "no such layer") is None


def test_what_shows_its_channels_is_told_from_the_layout(tiny_bundle: Bundle) -> None:
    assert shown_open(place(tiny_bundle)) == {"conv", "relu", "pool"}
    assert shown_open(place(tiny_bundle, LayoutOptions(closed=("relu",)))) == {"conv", "pool"}
    assert shown_open(None) == frozenset()
