"""Shards done here, one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from exporter.surveying.plan import Plan
from exporter.surveying.result import ShardResult
from exporter.surveying.shard import survey_shard


def run_here(plan: Plan, numbers: Sequence[int]) -> Iterator[tuple[int, ShardResult]]:
    """Each shard when it is done, in this order."""
    for number in numbers:
        yield number, survey_shard(plan, number)
