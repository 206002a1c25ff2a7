"""What a legend says beside its strips, column by column."""

from __future__ import annotations

from scenes.gltf.notes import legend_notes
from scenes.panels.legends import TOP_PX
from viewer.colour import PALETTES
from viewer.state import Bar, Camera, Hud, Ramp, ViewState, Words

STRIP = Hud(
    ramps=(Ramp((96.0, TOP_PX + 16.0, 300.0, 16.0)),),
    words=(Words("activation", (96.0, TOP_PX)), Words("+1", (396.0, TOP_PX + 60.0), anchor="right")),
)
STRANDS = Hud(
    bars=(Bar((620.0, TOP_PX - 9.0, 30.0, 5.0), "adds"), Bar((740.0, TOP_PX - 9.0, 30.0, 5.0), "copies")),
    words=(
        Words("strands", (500.0, TOP_PX)),
        Words("adds", (658.0, TOP_PX)),
        Words("copies", (778.0, TOP_PX)),
        Words("strongest 3 of 9", (500.0, TOP_PX + 27.0)),
    ),
)
SCALE = Hud(words=(Words("99th percentile,", (1000.0, TOP_PX)), Words("clipped", (1000.0, TOP_PX + 27.0))))
TITLE = Hud(words=(Words("a title", (96.0, 70.0), part="title"),))


def of(hud: Hud) -> list[dict[str, object]]:
    return legend_notes(ViewState(Camera(), (), hud=hud))


def code(role: str) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in PALETTES["dark"].roles[role])  # type: ignore[index]


def test_columns_keep_their_lines_and_signs_their_colours() -> None:
    assert of(TITLE + SCALE + STRIP + STRANDS) == [
        {
            "lines": ["strands", "strongest 3 of 9"],
            "signs": [{"name": "adds", "colour": code("adds")}, {"name": "copies", "colour": code("copies")}],
        },
        {"lines": ["99th percentile,", "clipped"], "signs": []},
    ]


def test_a_strip_alone_has_no_notes() -> None:
    assert of(TITLE + STRIP) == []
    assert of(Hud()) == []
