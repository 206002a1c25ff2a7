"""Draws on the pad with xdotool and measures how soon the window follows: `pad_pace.py BUNDLE MODEL OUT.json`.

MODEL may be empty: numpy answers then. Run in a process of its own, on a screen without a window manager.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
import time
from pathlib import Path

from pad_driver import Painter
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from qt_wait import wait

from exporter.bundle import read_bundle
from scenes.present import Gallery
from viewer.window.application import make_window, prepare
from viewer.window.playable import Wish

MOVES, PAUSE_SECS = 240, 0.016
BEAT_MS = 5
REDRAWS = 15


def strokes_of(painter: Painter, moves: int) -> list[str]:
    """What xdotool is to do: a spiral on the sheet, at the pace of a hand."""
    sheet = painter.pad.drawn.sheet
    box = sheet.box()

    def spot(part: float) -> list[str]:
        reach, turn = 0.1 + 0.28 * part, 4 * math.pi * part
        x, y = 0.5 + reach * math.cos(turn), 0.5 + reach * math.sin(turn)
        at = sheet.mapToGlobal(QPoint(round(box.left() + x * box.width()), round(box.top() + y * box.height())))
        return ["mousemove", str(at.x()), str(at.y())]

    words = [*spot(0.0), "mousedown", "1"]
    for move in range(1, moves):
        words += [*spot(move / moves), "sleep", str(PAUSE_SECS)]
    return [*words, "mouseup", "1"]


def draw(painter: Painter, moves: int) -> None:
    """Draw, and wait until all of it is seen."""
    hand = subprocess.Popen(["xdotool", *strokes_of(painter, moves)])
    painter.until(lambda: hand.poll() is not None)
    painter.rest()


def redraws_ms(painter: Painter) -> list[float]:
    """How long the window needs for the same frame again, coarsely, from asking to showing it."""
    view, taken, seen = painter.window.view, [], []
    view.swapped.connect(lambda: seen.append(1))
    view.is_held = True
    for _ in range(REDRAWS):
        seen.clear()
        began_secs = time.perf_counter()
        view.stir()
        painter.until(lambda: seen)
        taken.append((time.perf_counter() - began_secs) * 1e3)
    view.is_held = False
    return taken


def main(bundle: str, model: str, out: str) -> None:
    prepare()
    opened = read_bundle(Path(bundle))
    window = make_window(opened, Gallery(opened), Wish("drawing"), Path(out).parent, model=model or None)
    painter = Painter(window)
    QTest.keyClick(window, Qt.Key.Key_P)
    painter.until(lambda: window.live.answers.status.kind == "ready")
    draw(painter, 20)
    wait(1500)
    shown: list[float] = []
    drawn: list[float] = []
    beats: list[float] = []
    heart = QTimer(interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
    last = [time.perf_counter()]

    def beat() -> None:
        now = time.perf_counter()
        beats.append((now - last[0]) * 1e3)
        last[0] = now

    heart.timeout.connect(beat)
    scene = window.live.scene
    scene.shown.connect(shown.append)

    def on_drawn(_: float) -> None:
        if scene._drawing is not None:
            drawn.append((time.perf_counter() - scene._drawing.began_secs) * 1e3)

    window.view.drawn.connect(on_drawn)
    heart.start()
    draw(painter, MOVES)
    heart.stop()
    facts = {"drawn_ms": list(drawn), "shown_ms": list(shown), "beats_ms": beats, "redraw_ms": redraws_ms(painter)}
    facts["status"] = window.live.answers.status.words
    window.close()
    Path(out).write_text(json.dumps(facts), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
