"""The timeline in a notebook: a button, a slider, and a playhead that goes on while the kernel is idle."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import ipywidgets

from viewer.window.playhead import FRAME_SECS, Playhead

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.window.playable import Playable

SLIDER_SECS = 0.2
"""How often the slider is moved while it plays: each time is a message to the browser."""


class Clock:
    """A playhead with its widgets (`row`); `moved` is called whenever another time is to be drawn."""

    def __init__(self, moved: Callable[[], None]) -> None:
        self._moved = moved
        self._head = Playhead(1.0)
        self._is_mine = False
        self._told_secs = 0.0
        self._ticking: asyncio.TimerHandle | None = None
        self.play = ipywidgets.ToggleButton(icon="play", tooltip="play, pause")
        self.play.layout.width = "3em"
        self.slider = ipywidgets.FloatSlider(min=0.0, max=1.0, step=FRAME_SECS, readout_format=".2f", description="s")
        self.slider.layout.width = "100%"
        self.row = ipywidgets.HBox([self.play, self.slider])
        self.play.observe(lambda change: self._toggle(change["new"]), "value")
        self.slider.observe(self._on_slider, "value")

    @property
    def at_secs(self) -> float:
        """The scene's time now."""
        return self._head.time(time.perf_counter())

    @property
    def is_playing(self) -> bool:
        """Whether time goes on."""
        return self._head.is_playing

    def show(self, playable: Playable, *, is_other: bool) -> None:
        """Another scene from its start, at rest, or the same one at the same part of its time."""
        now_secs = time.perf_counter()
        if is_other:
            self._head = Playhead(playable.duration_secs, is_seamless=playable.loops, repeats=playable.loops)
            self.play.value = False
        else:
            self._head = self._head.lasting(playable.duration_secs, playable.loops, now_secs)
        self.slider.max = self._head.last_secs
        self._move_slider()

    def go_to(self, t_secs: float) -> None:
        """Show this time."""
        self._head = self._head.moved(t_secs, time.perf_counter())
        self._move_slider()
        self._moved()

    def _toggle(self, plays: bool) -> None:
        now_secs = time.perf_counter()
        self._head = self._head.played(now_secs) if plays else self._head.paused(now_secs)
        self.play.icon = "pause" if plays else "play"
        self._move_slider()
        self._moved()
        if plays:
            self._tick_soon()

    def _on_slider(self, change: dict[str, Any]) -> None:
        if not self._is_mine:
            self._head = self._head.moved(float(change["new"]), time.perf_counter())
            self._moved()

    def _tick_soon(self) -> None:
        if self._ticking is not None:
            self._ticking.cancel()
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # outside of a kernel nobody would see it go on
            return
        self._ticking = loop.call_later(FRAME_SECS, self.tick)

    def tick(self) -> None:
        """Go on to where the clock is; at the end of a scene that does not repeat, stop."""
        now_secs = time.perf_counter()
        if self._head.is_over(now_secs):
            self.play.value = False
        if not self.is_playing:
            return
        if now_secs - self._told_secs > SLIDER_SECS:
            self._move_slider()
        self._moved()
        self._tick_soon()

    def _move_slider(self) -> None:
        self._told_secs, self._is_mine = time.perf_counter(), True
        self.slider.value = min(self.at_secs, self.slider.max)
        self._is_mine = False
