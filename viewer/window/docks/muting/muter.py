"""Switches parts of the network off: computes in a thread what it says without them, and only then shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from viewer.forward.answers import unsupported
from viewer.state import CaptureKey, Mute
from viewer.window.docks.muting.answer import verdict_of
from viewer.window.docks.muting.mutes import mute_words, toggled
from viewer.window.errand import Errand

if TYPE_CHECKING:
    from viewer.study import Study
    from viewer.window.docks.muting.answer import Verdict
    from viewer.window.docks.muting.mutes import Mutes
    from viewer.window.parts import Parts


class Muter(QObject):
    """Changes the mutes of a window's study.

    `told` brings what is said of them: the prediction before and after, or that it is being computed; empty where
    nothing is muted. What the network cannot be computed without is not muted: the desk's `failed` says why.
    """

    told = Signal(str, bool)

    def __init__(self, window: Parts, parent: QObject) -> None:
        super().__init__(parent)
        self._window, self._desk = window, window.desk
        self._errand = Errand("mute", self)
        self._errand.done.connect(self._on_done)
        self._errand.failed.connect(self._on_failed)
        self._wanted: Mutes | None = None
        self._shown: tuple[tuple[CaptureKey, ...], Mutes] | None = None
        self._desk.changed.connect(self._on_study)

    def toggle(self, mute: Mute) -> None:
        """Switch something off, or on again."""
        self.want(toggled(self._now(), mute))

    def toggle_layer(self, layer: str) -> None:
        """Mute a whole layer, or let it and all that was muted of it work again."""
        now = self._now()
        rest = tuple(mute for mute in now if mute.layer != layer)
        self.want(rest if rest != now else (*now, Mute(layer)))

    def want(self, muted: Mutes) -> None:
        """Mute exactly these, once it is known what the network says then."""
        added = [mute for mute in muted if mute not in self._desk.study.muted]
        for mute in added:
            reasons = unsupported(self._desk.bundle, after=mute.target or mute.layer)
            if reasons:
                self._desk.failed.emit(f"{mute_words(mute)} cannot be muted: {reasons[0]}")
                return
        self._wanted = muted
        if muted:
            self._compute(muted)
        else:
            self._errand.drop()
            self._settle(muted)

    def refresh(self) -> None:
        """Say what the network says of what is shown now, where that is another input or checkpoint."""
        muted = self._desk.study.muted
        if muted and self._wanted is None and self._shown != (self._keys(), muted):
            self._compute(muted)

    def _now(self) -> Mutes:
        return self._desk.study.muted if self._wanted is None else self._wanted

    def _compute(self, muted: Mutes) -> None:
        bundle, keys = self._desk.bundle, self._keys()
        if not keys:
            return
        self.told.emit(f"computing the network without {_all_words(muted)} …", False)
        self._shown = keys, muted
        self._errand.ask((keys, muted), lambda: verdict_of(bundle, keys, muted))

    def _keys(self) -> tuple[CaptureKey, ...]:
        """The captures that the scene shows now."""
        state = self._window.player.state()
        nets = () if state is None else state.nets
        shown = [key for net in nets for key in (net.capture, net.toward) if key is not None]
        return tuple(dict.fromkeys(CaptureKey(key.input_id, key.checkpoint_id) for key in shown))

    def _on_done(self, asked: tuple[object, Mutes], verdict: Verdict) -> None:
        muted = asked[1]
        if verdict.stopped and muted != self._desk.study.muted:
            self._wanted = None
            self._desk.failed.emit(f"{_all_words(muted)} cannot be muted: {verdict.stopped}")
            self._on_study(self._desk.study, self._desk.study)
            return
        self._settle(muted)
        self.told.emit(verdict.words or f"cannot be computed: {verdict.stopped}", verdict.is_other)

    def _on_failed(self, _: object, line: str) -> None:
        self._wanted = self._shown = None
        self._desk.failed.emit(line)
        self.told.emit("", False)

    def _settle(self, muted: Mutes) -> None:
        self._wanted = None
        self._desk.set(muted=muted)
        if not muted:
            self._shown = None
            self.told.emit("", False)

    def _on_study(self, before: Study, after: Study) -> None:
        """Undo, a cue or a view that was read have mutes of their own."""
        if not after.muted:
            self.told.emit("", False)
        elif before.muted != after.muted:
            self.refresh()


def _all_words(muted: Mutes) -> str:
    return mute_words(muted[-1]) if len(muted) == 1 else f"{mute_words(muted[-1])} and {len(muted) - 1} more"
