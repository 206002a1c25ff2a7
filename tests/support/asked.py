"""Waiting for what a responder says, with an end to the waiting."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from viewer.live.reply import Reply
from viewer.live.responder import Responder

Found = TypeVar("Found")


def until(look: Callable[[], Found | None], *, secs: float = 20.0) -> Found:
    """What `look` gives as soon as it is something."""
    end_secs = time.monotonic() + secs
    while time.monotonic() < end_secs:
        if found := look():
            return found
        time.sleep(0.001)
    raise AssertionError(f"nothing came of it in {secs} s")


def reply_of(responder: Responder, ticket: int, *, secs: float = 20.0) -> Reply:
    """The reply to a question; older ones are thrown away."""

    def look() -> Reply | None:
        assert responder.status.kind != "failed", responder.status.words
        found = responder.poll()
        return found if found is not None and found.ticket == ticket else None

    return until(look, secs=secs)


def wait_for(responder: Responder, *kinds: str, secs: float = 60.0) -> str:
    """The words of the status as soon as it is of one of some kinds."""
    until(lambda: responder.status.kind in kinds, secs=secs)
    return responder.status.words
