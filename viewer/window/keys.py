"""The keys of the window, once: the shortcuts are made of this table, and so is the help."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Binding:
    """Keys (as Qt writes them) that do the same, what they are called in the help, and what they do.

    `action` names the method, of the window or of a part of it; `repeats` is whether a held key goes on doing it.
    """

    keys: tuple[str, ...]
    shown: str
    does: str
    action: str
    repeats: bool = False


PLAYING = (
    Binding(("Space",), "Space", "play, pause", "player.toggle"),
    Binding((".",), ".", "next frame", "player.step_forward", repeats=True),
    Binding((",",), ",", "frame before", "player.step_back", repeats=True),
    Binding(("Right",), "→", "next step of the scene, or moment", "player.forward", repeats=True),
    Binding(("Left",), "←", "step, or moment, before", "player.back", repeats=True),
    Binding(("Home",), "Home", "to the start", "player.go_to_start"),
    Binding(("End",), "End", "to the end", "player.go_to_end"),
    Binding(("L",), "L", "repeat at the end, or stop", "player.toggle_repeating"),
)
DOING = (
    Binding(("Ctrl+Z",), "Ctrl Z", "undo", "travel.undo", repeats=True),
    Binding(("Ctrl+Shift+Z", "Ctrl+Y"), "Ctrl Shift Z", "redo", "travel.redo", repeats=True),
    Binding(("Ctrl+C",), "Ctrl C", "copy the value's numpy line", "copier.copy_numpy"),
    Binding(("Ctrl+Shift+C",), "Ctrl Shift C", "copy what opens this view", "copier.copy_view"),
    Binding(("Ctrl+Alt+C",), "Ctrl Alt C", "copy what draws this picture", "copier.copy_frame"),
    Binding(("Ctrl+Shift+S",), "Ctrl Shift S", "save the value as .npy …", "copier.save_values_as"),
    Binding(("S",), "S", "save the picture as PNG here", "taker.save_picture"),
    Binding(("Shift+S",), "Shift S", "save the picture as …", "taker.save_picture_as"),
    Binding(("Ctrl+R",), "Ctrl R", "record the scene, also as page or model", "taker.record"),
    Binding(("Ctrl+O",), "Ctrl O", "open another bundle (or drop it)", "ask_bundle"),
    Binding(("Ctrl+L",), "Ctrl L", "open this bundle anew, as it is now", "mishaps.reopen"),
    Binding(("Ctrl+Shift+O",), "Ctrl Shift O", "a second one beside it (Shift drop)", "ask_beside"),
    Binding(("Ctrl+Q",), "Ctrl Q", "close the window", "close"),
)
TALKING = (
    Binding(("F5",), "F5", "present the cues from the first", "talk.start"),
    Binding(("Shift+F5",), "Shift F5", "present from the chosen cue", "talk.start_here"),
    Binding(("Ctrl+Return",), "Ctrl Enter", "add this view as a cue", "talk.add"),
)
PRESENTING = (
    Binding(("PgDown", "Right", "Down", "Space", "Return"), "Page ↓, →, Space", "next cue", "talk.next"),
    Binding(("PgUp", "Left", "Up", "Backspace"), "Page ↑, ←", "cue before", "talk.previous"),
    Binding(("Home",), "Home", "first cue", "talk.first"),
    Binding(("End",), "End", "last cue", "talk.last"),
    Binding(("B", "."), "B, .", "dark screen, and back", "talk.blank"),
    Binding(("Esc",), "Esc", "leave the talk", "talk.leave"),
)
CHOOSING = (
    Binding(("PgDown",), "Page ↓", "next scene", "chooser.next_scene"),
    Binding(("PgUp",), "Page ↑", "scene before", "chooser.previous_scene"),
    Binding(("Down",), "↓", "next input", "chooser.next_input", repeats=True),
    Binding(("Up",), "↑", "input before", "chooser.previous_input", repeats=True),
    Binding(("C",), "C", "next checkpoint", "chooser.next_checkpoint"),
    Binding(("Shift+C",), "Shift C", "checkpoint before", "chooser.previous_checkpoint"),
    Binding(("G",), "G", "fold groups of layers: auto, all, none", "chooser.next_fold"),
)
INPUTS = (
    Binding(("M",), "M", "next misclassified input", "navigator.next_wrong"),
    Binding(("Shift+M",), "Shift M", "misclassified one before", "navigator.previous_wrong"),
    Binding(("N",), "N", "smallest margin, then the next larger", "navigator.next_margin"),
    Binding(("Shift+N",), "Shift N", "back to smaller margins", "navigator.previous_margin"),
    Binding(("J",), "J", "largest shift by an attack, then the next", "navigator.next_shift"),
    Binding(("Shift+J",), "Shift J", "back to larger shifts", "navigator.previous_shift"),
    Binding(("]",), "]", "a stronger step of the attack", "navigator.stronger", repeats=True),
    Binding(("[",), "[", "a weaker step", "navigator.weaker", repeats=True),
)
LOOKING = (
    Binding(("R",), "R", "back to the scene's own view", "view.reset"),
    Binding(("+", "="), "+", "zoom in", "view.zoom_in", repeats=True),
    Binding(("-",), "−", "zoom out", "view.zoom_out", repeats=True),
    Binding(("T",), "T", "dark or light", "toggle_theme"),
    Binding(("D",), "D", "show or hide the panels", "shelf.toggle"),
    Binding(("B",), "B", "only the picture, or all", "toggle_bars"),
    Binding(("F", "F11"), "F, F11", "full screen", "toggle_full_screen"),
    Binding(("H", "?", "F1"), "H, ?", "this help", "help.toggle"),
    Binding(("Esc",), "Esc", "close the help, leave full screen", "leave"),
)
DRAWING = (
    Binding(("P",), "P", "the drawing pad, there or away", "shelf.toggle_pad"),
    Binding(("Y",), "Y", "hide the answers, or show them", "live.toggle_veil"),
    Binding(("Ctrl+V",), "Ctrl V", "paste a picture (or drop one)", "live.intake.paste"),
)
ASKING = (Binding(("A",), "A", "what does it look for? which pixels?", "shelf.toggle_asking"),)
SURVEYED = (Binding(("E",), "E", "the data set: examples of what excites a channel", "shelf.toggle_dataset"),)
BINDINGS = PLAYING + CHOOSING + INPUTS + LOOKING + DOING + TALKING + DRAWING + ASKING + SURVEYED

MOUSE = (
    ("drag", "turn"),
    ("right drag, Shift drag", "move"),
    ("wheel", "zoom to the pointer"),
    ("click", "keep it in the inspector; load an image"),
    ("double click", "fly there, open a stack; beside it: back"),
    ("right click", "what can be done there"),
)

ATTACKS = (("W", "to the layer where the attack turns"),)
PANELS = (("Ctrl 1 … 9, 0", "show or hide one panel"), ("Ctrl F", "find a layer"))


def _lines(bindings: tuple[Binding, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((binding.shown, binding.does) for binding in bindings)


HELP = (
    (("Timeline", _lines(PLAYING)), ("Choice", _lines(CHOOSING)), ("Inputs", _lines(INPUTS) + ATTACKS)),
    (("Mouse", MOUSE), ("View", _lines(LOOKING) + PANELS), ("Drawing and asking", _lines(DRAWING + ASKING + SURVEYED))),
    (("Doing", _lines(DOING)), ("A talk", _lines(TALKING)), ("While presenting", _lines(PRESENTING))),
)
"""Columns of headings, each with its keys and what they do."""
