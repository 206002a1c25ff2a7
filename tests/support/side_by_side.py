"""How tests are shared out to processes that run side by side (`pytest -n 2`)."""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

# Where tests share what takes long to make: the demo in one room, a network that has learned in the other.
ROOMS = {
    "demo": ("tests/e2e/test_demo", "tests/e2e/test_readme", "tests/interop/test_demo"),
    "exporter": ("tests/exporter/", "tests/interop/test_model"),
}
APART = ("tests/exporter/bundle/", "tests/exporter/test_applications", "tests/exporter/test_quiet")


def unit_of(test: str) -> str:
    """What a test must stay together with: a room, or else the tests of its file."""
    rooms = [room for room, starts in ROOMS.items() if test.startswith(starts) and not test.startswith(APART)]
    return rooms[0] if rooms else test.partition("::")[0]


class RoomScheduling(LoadScopeScheduling):
    """Rooms and files stay whole, and start in the order of their names: what takes longest comes first."""

    def __init__(self, config: pytest.Config, log: Any) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)
