"""Work in parts, done by the workers of a cluster; here they are threads of this process."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from typing import Any

import pytest

from exporter import shared_work
from exporter.bundle.errors import KerascopeError
from exporter.cluster import opened_cluster
from exporter.shared_work import in_order, results_of

WORKERS = 2
pytestmark = pytest.mark.slow


def _slow_square(number: int) -> int:
    time.sleep(random.random() / 50)
    return number * number


def _refused(number: int) -> int:
    if number == 3:
        raise KerascopeError("no such picture", expected="one", path="a.png")
    return number


def _failed(number: int) -> int:
    return 1 // (number - 2)


def test_each_part_is_done_once_and_few_are_under_way(client: Any) -> None:
    taken = 0
    handed_out: list[int] = []

    def parts() -> Iterator[int]:
        for number in range(40):
            handed_out.append(number)
            assert len(handed_out) - taken <= 2 * WORKERS, "the next is handed out when one has been taken"
            yield number

    found = {}
    for number, result in results_of(client, _slow_square, parts()):
        assert number not in found
        found[number] = result
        taken += 1
    assert found == {number: number * number for number in range(40)}
    assert list(results_of(client, _slow_square, [])) == []


def test_results_in_order_with_few_ahead(client: Any) -> None:
    taken = 0
    handed_out: list[int] = []

    def parts() -> Iterator[int]:
        for number in range(40):
            handed_out.append(number)
            assert len(handed_out) - taken <= 2 * WORKERS + 1, "those that wait for their turn count"
            yield number

    for number, result in enumerate(in_order(client, _slow_square, parts())):
        assert result == number * number
        taken += 1
    assert taken == 40


def test_an_error_ends_all_and_says_of_which_worker_it_is(client: Any) -> None:
    with pytest.raises(KerascopeError, match=r"no such picture \(on the worker tcp://.*\): expected one \(a\.png\)"):
        list(results_of(client, _refused, range(9)))
    with pytest.raises(ZeroDivisionError):
        list(in_order(client, _failed, range(9)))
    assert dict(results_of(client, _slow_square, range(4))) == {0: 0, 1: 1, 2: 4, 3: 9}, "the cluster is as before"


def test_who_stops_asking_leaves_nothing_under_way(client: Any, scheduler: Any) -> None:
    asking = results_of(client, _slow_square, range(1000))
    next(asking)
    del asking
    for _ in range(100):
        if not scheduler.scheduler.tasks:
            break
        time.sleep(0.02)
    assert not scheduler.scheduler.tasks


def _slow(number: int) -> int:
    time.sleep(0.2)
    return number


@pytest.mark.parametrize("lost", ["workers", "scheduler"])
def test_a_cluster_that_is_lost_on_the_way_is_told(lost: str, monkeypatch: pytest.MonkeyPatch) -> None:
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr(shared_work, "_GONE_SECS", 0.5)
    told = {"processes": False, "protocol": "tcp", "host": "127.0.0.1", "dashboard_address": "127.0.0.1:0"}
    with (
        distributed.LocalCluster(n_workers=1, threads_per_worker=1, memory_limit=0, **told) as opened,
        opened_cluster(opened.scheduler_address) as client,
    ):
        asking = results_of(client, _slow, range(50))
        next(asking)
        opened.scale(0) if lost == "workers" else opened.close()
        words = "the cluster has no workers left" if lost == "workers" else "the cluster is gone"
        with pytest.raises(KerascopeError, match=words):
            list(asking)
