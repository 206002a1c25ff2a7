"""The menu of a plate offers what can be done with it."""

from __future__ import annotations

from paper_bundle import layer, paper_bundle

from exporter.bundle.schema import Group
from viewer.layout import Layout, LayoutOptions, place
from viewer.window.pick import what_can_be_asked

GROUPS = (
    Group(name="stem", kind="model", class_name="Functional", layers=("b", "c", "d"), output="d"),
    Group(name="stem/pair", kind="block", class_name="conv", layers=("b", "c"), output="c"),
)


def layout_of(fold: str | tuple[str, ...]) -> Layout:
    names = ["a", "b", "c", "d", "e", "f", "g"]
    layers = [layer(name, "conv", 16, 16, 4) for name in names]
    return place(paper_bundle(layers, groups=GROUPS), LayoutOptions(fold=fold))


def test_what_can_be_asked_of_a_plate() -> None:
    def asked(layout: Layout, title: str) -> list[tuple[str, str]]:
        plate = next(plate for plate in layout.plates if plate.title == title)
        return [(line.does, line.group) for line in what_can_be_asked(GROUPS, plate)]

    assert asked(layout_of("all"), "stem") == [("open", "stem")]
    inner = layout_of(("stem/pair",))
    assert asked(inner, "stem/pair") == [("open", "stem/pair"), ("fold", "stem")]
    plain = layout_of("none")
    assert asked(plain, "b") == [("fold", "stem/pair"), ("fold", "stem")]
    assert asked(plain, "d") == [("fold", "stem")]
    assert asked(plain, "a") == []
