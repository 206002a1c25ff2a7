"""What came of the questions of a session, the newest first. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from viewer.state import CaptureKey

if TYPE_CHECKING:
    from viewer.live.asked import Progress
    from viewer.live.asking import Asker

MOST = 20


@dataclass(frozen=True, eq=False)
class Result:
    """A question and what has come of it so far. `number` is that of the question in this session; `asker` is who was
    asked.
    """

    number: int
    asker: Asker
    now: Progress

    @property
    def key(self) -> CaptureKey | None:
        """What the network was shown when it was asked; `None`: nothing."""
        input_id = self.now.ask.input_id
        return None if input_id is None else CaptureKey(input_id, self.asker.checkpoint_id)

    @property
    def is_closed(self) -> bool:
        """Whether nobody answers any more who knows of it."""
        return self.asker.is_closed


Results = tuple[Result, ...]


def with_new(results: Results, result: Result) -> tuple[Results, Results]:
    """The results with one more in front, and those that have no room any more: the oldest that rest."""
    every, dropped = [result, *results], []
    for each in reversed(results):
        if len(every) <= MOST:
            break
        if not each.now.is_under_way:
            every.remove(each)
            dropped.append(each)
    return tuple(every), tuple(dropped)


def with_news(results: Results, asker: Asker, news: tuple[Progress, ...]) -> Results:
    """The results with what is new of those that were asked of one asker."""
    by_ticket = {each.ticket: each for each in news}
    return tuple(
        replace(each, now=by_ticket[each.now.ticket]) if each.asker is asker and each.now.ticket in by_ticket else each
        for each in results
    )
