"""What the dock says of a result. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from viewer.window.asking.about import METHODS
from viewer.window.docks.pad.rows import rows_of
from viewer.window.docks.words import joined, number_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewer.inspect.samples import ScoreKind
    from viewer.live.asked import Progress

STAGES = {"paused": "paused", "cancelled": "cancelled", "refused": "not made"}
CHOSEN_CHANNEL, CHOSEN_CLASS = "the channel that answers this picture most", "the class that is predicted for it"


def progress_line(now: Progress, kind: ScoreKind, names: Sequence[str]) -> str:
    """How far it is, or what came of it."""
    if now.ask.kind == "explain":
        return _explained_line(now)
    stage = STAGES.get(now.stage, "")
    if not now.of:
        return stage or ("waiting for the worker …" if now.stage == "waiting" else "")
    loss = f"score {number_words(now.losses[-1], 4)}" if now.losses else ""
    if now.stage == "done":
        rows = rows_of(np.asarray(now.scores, np.float32), kind, names, 1)
        says = f"the network says {rows[0].name}, {rows[0].words}" if rows else ""
        return joined((f"{now.step} steps", loss, says))
    return joined((f"step {now.step} of {now.of}", loss, stage))


def _explained_line(now: Progress) -> str:
    method = METHODS[now.ask.method][0] if now.ask.method in METHODS else now.ask.method
    if now.stage == "waiting":
        return joined((method, "waiting for the worker …"))
    far = f"{now.step} of {now.of}" if now.stage == "going" and now.of > 1 else ""
    return joined((method, far or STAGES.get(now.stage, "" if now.stage == "done" else "…")))


def note_line(now: Progress, *, is_laid: bool, is_seen: bool) -> str:
    """What the person should know of it, or can do."""
    if now.words:
        return now.words
    if now.is_keeping:
        return "being written into the bundle …"
    if now.run_id:
        return f"in the bundle as {now.run_id}"
    return "the scene shows another picture than this one" if now.maps and is_laid and not is_seen else ""


def chosen_line(now: Progress) -> str:
    """Why it is about this channel or class, where nobody has said so."""
    if not now.is_chosen or now.ask.kind == "explain":
        return ""
    return CHOSEN_CLASS if now.ask.layer is None else CHOSEN_CHANNEL
