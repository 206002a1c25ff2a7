"""Scenes that wait for something: there is nothing to record or to write of them yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.bundle.errors import KerascopeError

if TYPE_CHECKING:
    from pathlib import Path

    from scenes.timeline import Timeline

REMEDY = "draw one in the pad of `kerascope view` and save it in the bundle"


def check_ready(timeline: Timeline, scene: str, path: Path) -> None:
    """Raise `KerascopeError` where a scene of the bundle at `path` waits for something."""
    if timeline.waits_for:
        what = f"the scene {scene} has nothing to show yet: it waits for {timeline.waits_for}"
        raise KerascopeError(what, got="none in this bundle", remedy=REMEDY, path=path)
