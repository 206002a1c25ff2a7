"""Shards done by the workers of a Dask cluster: each opens the model once, and finds what is found here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from exporter.bundle.errors import KerascopeError
from exporter.shared_work import results_of
from exporter.surveying.plan import Plan, Runner
from exporter.surveying.result import ShardResult
from exporter.surveying.shard import survey_shard


def runner_on(client: Any) -> Runner:
    """What does shards on the cluster of this `distributed.Client`."""
    return partial(run_on, client)


def run_on(client: Any, plan: Plan, numbers: Sequence[int]) -> Iterator[tuple[int, ShardResult]]:
    """Each shard when it is done, whoever is first.

    Raises
    ------
    KerascopeError
        as `survey_shard` does, naming the worker; the model is not in a file; the cluster is gone.
    """
    if not plan.model:
        what, remedy = "a cluster opens the model from its file", "save it, and pass the path"
        raise KerascopeError(what, got="a model in memory", remedy=remedy)
    findable = replace(plan, model=_absolute(plan.model), bundle=plan.bundle and _absolute(plan.bundle))
    for place, content in results_of(client, _done, [_Part(findable, number) for number in numbers]):
        yield numbers[place], ShardResult.from_bytes(content)


@dataclass(frozen=True)
class _Part:
    """A shard to do."""

    plan: Plan
    number: int


def _done(part: _Part) -> bytes:
    """What a worker finds of a shard, as `ShardResult.to_bytes` has it."""
    return survey_shard(part.plan, part.number).to_bytes()


def _absolute(source: str) -> str:
    """The path of a model, or of the file after its prefix, from wherever a worker looks."""
    prefix, colon, path = source.rpartition(":")
    if colon and not Path(source).exists():
        return f"{prefix}:{Path(path).absolute()}" if Path(path).exists() else source
    return str(Path(source).absolute()) if Path(source).exists() else source
