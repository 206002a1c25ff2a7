"""The keys of the window, once: the shortcuts are made of this table, and so is the help."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Binding:
    """Keys (as Qt writes them) that do the same, what they are called in the help, and what they do.

    `action` names the method of the window.
    """

    keys: tuple[str, ...]
    shown: str
    does: str
    action: str


PLAYING = (
    Binding(("Space",), "Space", "play, pause", "toggle_playing"),
    Binding((".",), ".", "next frame", "step_forward"),
    Binding((",",), ",", "frame before", "step_back"),
    Binding(("Right",), "→", "next moment of the timeline", "next_moment"),
    Binding(("Left",), "←", "moment before", "previous_moment"),
    Binding(("Home",), "Home", "to the start", "go_to_start"),
    Binding(("End",), "End", "to the end", "go_to_end"),
    Binding(("L",), "L", "repeat at the end, or stop", "toggle_repeating"),
)
CHOOSING = (
    Binding(("PgDown",), "Page ↓", "next scene", "next_scene"),
    Binding(("PgUp",), "Page ↑", "scene before", "previous_scene"),
    Binding(("Down",), "↓", "next input", "next_input"),
    Binding(("Up",), "↑", "input before", "previous_input"),
    Binding(("C",), "C", "next checkpoint", "next_checkpoint"),
    Binding(("Shift+C",), "Shift C", "checkpoint before", "previous_checkpoint"),
)
LOOKING = (
    Binding(("R",), "R", "back to the scene's own view", "reset_view"),
    Binding(("+", "="), "+", "zoom in", "zoom_in"),
    Binding(("-",), "−", "zoom out", "zoom_out"),
    Binding(("T",), "T", "dark or light", "toggle_theme"),
    Binding(("B",), "B", "show or hide the bars", "toggle_bars"),
    Binding(("F", "F11"), "F, F11", "full screen", "toggle_full_screen"),
    Binding(("S",), "S", "save the picture as PNG here", "save_picture"),
    Binding(("Shift+S",), "Shift S", "save the picture as …", "save_picture_as"),
    Binding(("H", "?", "F1"), "H, ?", "this help", "toggle_help"),
    Binding(("Esc",), "Esc", "close the help, leave full screen", "leave"),
    Binding(("Ctrl+Q",), "Ctrl Q", "close the window", "close"),
)
BINDINGS = PLAYING + CHOOSING + LOOKING

MOUSE = (
    ("drag", "turn"),
    ("right drag, Shift drag", "move"),
    ("wheel", "zoom to the pointer"),
    ("double click", "back to the scene's own view"),
)

HELP = (
    ("Timeline", tuple((binding.shown, binding.does) for binding in PLAYING)),
    ("Choice", tuple((binding.shown, binding.does) for binding in CHOOSING)),
    ("Mouse", MOUSE),
    ("View", tuple((binding.shown, binding.does) for binding in LOOKING)),
)
