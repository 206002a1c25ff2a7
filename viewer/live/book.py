"""All questions of a window and what has come of each, between the window and the thread that looks after a worker."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from viewer.live.asked import UNDER_WAY, Ask, Progress, map_of_message, picture_of_png

MOST_TRIES = 3
"""So often a question is asked whose worker ended over it."""
LOST = "the worker is gone; the bundle is whole, and Ctrl L shows what is in it"


@dataclass
class _Entry:
    now: Progress
    png: str = ""
    tries: int = 0
    is_new: bool = True
    is_told: bool = False
    """Whether the present worker knows of it."""


class Book:
    """Safe to use from several threads. `wake` is called when there is something new for the thread."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._lock = threading.Lock()
        self._entries: dict[int, _Entry] = {}
        self._orders: list[dict[str, Any]] = []
        self._unwanted: set[int] = set()
        self._tickets = 0

    # --- From the window ----------------------------------------------------------------------------------------------

    def ask(self, ask: Ask) -> int:
        """The ticket of a new question."""
        with self._lock:
            self._tickets += 1
            ticket = self._tickets
            self._entries[ticket] = _Entry(Progress(ticket, ask))
            self._order_job(ticket)
        self._wake()
        return ticket

    def pause(self, ticket: int) -> None:
        """Let it rest; it can go on later."""
        with self._lock:
            entry = self._entries.get(ticket)
            if entry is not None and entry.now.is_under_way:
                self._put(entry, stage="paused")
                if entry.is_told:
                    self._orders.append({"pause": ticket})
                else:
                    self._take_back(ticket)
        self._wake()

    def resume(self, ticket: int) -> None:
        """Go on with it."""
        with self._lock:
            entry = self._entries.get(ticket)
            if entry is not None and entry.now.stage == "paused":
                self._put(entry, stage="going" if entry.now.of else "waiting", words="")
                if entry.is_told:
                    self._orders.append({"resume": ticket})
                else:
                    self._order_job(ticket)
        self._wake()

    def cancel(self, ticket: int) -> None:
        """Nobody wants more of it; what has come of it stays."""
        with self._lock:
            entry = self._entries.get(ticket)
            if entry is None:
                return
            self._take_back(ticket)
            if entry.is_told:
                entry.is_told = False
                self._orders.append({"cancel": ticket})
                if entry.now.is_under_way:  # what rests takes none of the worker's time
                    self._unwanted.add(ticket)
            if entry.now.stage in (*UNDER_WAY, "paused"):
                self._put(entry, stage="cancelled")
        self._wake()

    def forget(self, ticket: int) -> None:
        """Nobody wants anything of it."""
        self.cancel(ticket)
        with self._lock:
            self._entries.pop(ticket, None)

    def keep(self, ticket: int) -> None:
        """Write what has come of it into the bundle; a worker that does not know of it any more does it again first."""
        with self._lock:
            entry = self._entries.get(ticket)
            if entry is None or not entry.now.can_be_kept:
                return
            if not entry.is_told:
                entry.png = ""
                self._order_job(ticket)
            self._put(entry, is_keeping=True, words="")
            self._orders.append({"keep": ticket})
        self._wake()

    def poll(self) -> tuple[Progress, ...]:
        """The newest of every question of which there is something new since the last time."""
        with self._lock:
            new = [entry for entry in self._entries.values() if entry.is_new]
            for entry in new:
                entry.is_new = False
            return tuple(entry.now for entry in new)

    # --- From the thread ----------------------------------------------------------------------------------------------

    @property
    def is_wanted(self) -> bool:
        """Whether a worker has anything to do."""
        with self._lock:
            return bool(self._orders) or self._is_worked_on

    @property
    def is_waited_for(self) -> bool:
        """Whether the present worker is to say something."""
        with self._lock:
            return self._is_worked_on

    @property
    def has_unwanted(self) -> bool:
        """Whether the present worker has not said yet that it stopped what was cancelled, and can be ended for that:
        one that writes into the bundle is not.
        """
        with self._lock:
            return bool(self._unwanted) and not any(entry.now.is_keeping for entry in self._entries.values())

    def orders(self) -> list[dict[str, Any]]:
        """What is to be said to the present worker now."""
        with self._lock:
            orders, self._orders = self._orders, []
            for order in orders:
                entry = self._entries.get(order.get("job", 0))
                if entry is not None:
                    entry.is_told = True
            return orders

    def hear(self, message: dict[str, Any]) -> None:
        """What a worker said of a question. Raises `EOFError` where it is no such message."""
        try:
            found = _heard(message)
        except (KeyError, TypeError, ValueError, OSError) as error:
            raise EOFError("it says what is no message") from error
        ticket = next((message[name] for name in _ABOUT if isinstance(message.get(name), int)), None)
        with self._lock:
            if "cancelled" in message:
                self._unwanted.discard(ticket or 0)
            entry = self._entries.get(ticket or 0)
            if entry is not None and entry.is_told:
                self._note(entry, message, found)

    def lose(self, words: str, *, is_final: bool, is_meant: bool = False) -> None:
        """The worker is gone: what it was at is asked again, unless that is of no use (`is_final`), or has been tried
        often. `is_meant`: it was ended for something that was cancelled, which is nobody's fault.
        """
        with self._lock:
            self._orders, self._unwanted = [], set()
            for ticket, entry in self._entries.items():
                was_told, entry.is_told = entry.is_told, False
                if entry.now.is_keeping:
                    self._put(entry, is_keeping=False, words=f"not kept: {words}" if is_final else LOST)
                if entry.now.stage not in UNDER_WAY:
                    continue
                entry.tries += was_told and not is_meant
                if is_final or entry.tries >= MOST_TRIES:
                    more = "" if is_final else f", {entry.tries} times in a row"
                    self._put(entry, stage="refused", words=f"{words}{more}")
                else:
                    self._order_job(ticket)

    # --- Inside -------------------------------------------------------------------------------------------------------

    @property
    def _is_worked_on(self) -> bool:
        entries = self._entries.values()
        return any(entry.now.stage in UNDER_WAY or entry.now.is_keeping for entry in entries)

    def _put(self, entry: _Entry, **changes: Any) -> None:
        entry.now, entry.is_new = replace(entry.now, **changes), True

    def _take_back(self, ticket: int) -> None:
        self._orders = [order for order in self._orders if not any(order.get(name) == ticket for name in _ORDERS)]

    def _order_job(self, ticket: int) -> None:
        """Ask a worker that knows nothing of it; it goes on from the last picture."""
        entry = self._entries[ticket]
        order: dict[str, Any] = {"job": ticket, **entry.now.ask.told()}
        if entry.png and entry.now.ask.kind == "synthesise":
            order |= {"init": entry.png, "first": entry.now.step}
        self._orders.append(order)

    def _note(self, entry: _Entry, message: dict[str, Any], found: dict[str, Any]) -> None:
        now = entry.now
        entry.png = message.get("picture", entry.png)
        if "loss" in message:
            found["losses"] = (*now.losses, float(message["loss"]))
        if "map" in found:
            found["maps"] = (*now.maps, found.pop("map"))
        if "begun" in message:
            found["ask"] = _said_fully(now.ask, message)
            found["is_chosen"] = now.is_chosen or found["ask"] != now.ask
            found["losses"] = now.losses[:-1] if entry.png else ()  # it begins with the last picture
        if "done" in message and message.get("class") is not None:
            found["ask"] = replace(now.ask, class_=message["class"])
        stage = found.pop("stage", None)
        if (stage == "going" and now.stage == "waiting") or stage in ("done", "refused"):
            found["stage"] = stage
        if found:
            self._put(entry, **found)


_ORDERS = ("job", "pause", "resume", "cancel", "keep")
_ABOUT = ("begun", "job", "done", "refused", "paused", "cancelled", "kept", "not_kept")


def _heard(message: dict[str, Any]) -> dict[str, Any]:
    """The fields of `Progress` that a message changes."""
    found: dict[str, Any] = {}
    if "begun" in message:
        found = {"stage": "going", "of": int(message["of"]), "maps": ()}
    if "step" in message:
        found = {"step": int(message["step"]), "of": int(message["of"]), "stage": "going"}
    if message.get("picture"):
        found["picture"] = picture_of_png(message["picture"])
    if "map" in message:
        found["map"] = map_of_message(message)
    if "done" in message:
        scores = tuple(map(float, message.get("scores") or ()))
        found = {"stage": "done", "scores": scores, "words": str(message.get("problem", ""))}
    if "refused" in message:
        found = {"stage": "refused", "words": str(message["problem"])}
    if "kept" in message:
        found = {"is_keeping": False, "run_id": str(message["run"])}
    if "not_kept" in message:
        found = {"is_keeping": False, "words": str(message["problem"])}
    return found


def _said_fully(ask: Ask, message: dict[str, Any]) -> Ask:
    """The question with what the model decided."""
    if ask.kind == "explain":
        return ask
    return replace(ask, layer=message.get("layer"), channel=message.get("channel"), class_=message.get("class"))
