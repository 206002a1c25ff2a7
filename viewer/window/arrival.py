"""When a scene that plays through several inputs shows one of them. Pure."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from viewer.window.shown import keys_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewer.window.playable import Playable

SAMPLES = 8
SHORTEST_SECS = 2e-3


class Arrivals:
    """Looks a scene up by input. Only as many of its states are made as finding takes, and what was seen is kept."""

    def __init__(self, playable: Playable) -> None:
        self.playable = playable
        self._seen = {secs: self._look(secs) for secs in (playable.duration_secs * k / SAMPLES for k in range(SAMPLES))}

    @property
    def plays_through(self) -> bool:
        """Whether the scene shows more than one input."""
        return len(set(self._seen.values())) > 1

    def time_of(self, wanted: str, order: Sequence[str]) -> float | None:
        """A time at which the scene is about an input, `None` where it never is.

        `order` are inputs as the scene goes through them at least once, so that it can be found between two others.
        """
        ranks = {id_: rank for rank, id_ in enumerate(order)}
        if wanted not in ranks:
            return None
        while True:
            times = sorted(self._seen)
            found = next((secs for secs in times if self._seen[secs] == wanted), None)
            if found is not None:
                return found
            gap = next((pair for pair in pairwise(times) if self._is_between(pair, ranks, ranks[wanted])), None)
            if gap is None:
                return None
            middle = (gap[0] + gap[1]) / 2
            self._seen[middle] = self._look(middle)

    def _is_between(self, pair: tuple[float, float], ranks: dict[str, int], rank: int) -> bool:
        before, after = (ranks.get(self._seen[secs], -1) for secs in pair)
        return 0 <= before < rank < after and pair[1] - pair[0] > SHORTEST_SECS

    def _look(self, secs: float) -> str:
        keys = keys_of(self.playable.state_at(secs))
        return keys[-1].input_id if keys else ""
