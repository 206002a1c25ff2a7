"""Clusters: what they are called, what is told where there is none, and work in parts. In threads of this process."""

from __future__ import annotations

import random
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from exporter import cluster
from exporter.bundle.errors import KerascopeError
from exporter.cluster import in_order, opened_cluster, results_of

WORKERS = 2
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def scheduler() -> Iterator[Any]:
    """A cluster that runs: it is reached as one on another machine is."""
    distributed = pytest.importorskip("distributed")
    told = {"processes": False, "protocol": "tcp", "host": "127.0.0.1", "dashboard_address": "127.0.0.1:0"}
    with distributed.LocalCluster(n_workers=WORKERS, threads_per_worker=1, memory_limit=0, **told) as opened:
        yield opened


@pytest.fixture(scope="module")
def client(scheduler: Any) -> Iterator[Any]:
    with opened_cluster(scheduler.scheduler_address) as opened:
        yield opened


def _slow_square(number: int) -> int:
    time.sleep(random.random() / 50)
    return number * number


def _refused(number: int) -> int:
    if number == 3:
        raise KerascopeError("no such picture", expected="one", path="a.png")
    return number


def _failed(number: int) -> int:
    return 1 // (number - 2)


@pytest.mark.parametrize("text", ["", "nowhere", "foo://there:1", "tcp://there", "there:port", "tcp://there:123456"])
def test_what_names_no_cluster(text: str) -> None:
    with (
        pytest.raises(KerascopeError, match="this names no cluster: expected local:N, HOST:PORT"),
        opened_cluster(text),
    ):
        pass


@pytest.mark.parametrize("text", ["local:", "local:0", "local:two", "local:257"])
def test_so_many_workers_cannot_be_had(text: str) -> None:
    with pytest.raises(KerascopeError, match="expected local:1 to local:256"), opened_cluster(text):
        pass


def test_nobody_is_there_or_says_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cluster, "_PATIENCE_SECS", 0.2)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        (tmp_path / "scheduler.json").write_text(f'{{"address": "tcp://{address}"}}')
        for text in (address, f"tcp://{address}", str(tmp_path / "scheduler.json")):
            with pytest.raises(KerascopeError, match=f"no cluster at tcp://{address}: got Connection refused"):
                opened_cluster(text).__enter__()
        silent.listen()
        with pytest.raises(KerascopeError, match=f"no cluster at tcp://{address}: got timed out"):
            opened_cluster(address).__enter__()
    (tmp_path / "scheduler.json").write_text("[]")
    with pytest.raises(KerascopeError, match="this names no cluster"):
        opened_cluster(str(tmp_path / "scheduler.json")).__enter__()
    assert capfd.readouterr() == ("", "")


def test_who_speaks_but_is_no_scheduler(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(cluster, "_PATIENCE_SECS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def greet() -> None:
            for _ in range(2):
                answering, _ = server.accept()
                answering.sendall(b"220 mail.example.org ready\r\n")
                answering.close()

        threading.Thread(target=greet, daemon=True).start()
        with pytest.raises(KerascopeError, match="there is no cluster at"):
            opened_cluster(f"127.0.0.1:{server.getsockname()[1]}").__enter__()
    assert capfd.readouterr() == ("", "")


def test_a_scheduler_without_workers(scheduler: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr(cluster, "_PATIENCE_SECS", 0.3)
    told = {"processes": False, "protocol": "tcp", "host": "127.0.0.1", "dashboard_address": "127.0.0.1:0"}
    with (
        distributed.LocalCluster(n_workers=0, **told) as empty,
        pytest.raises(KerascopeError, match="has no workers; start some: dask worker tcp://"),
        opened_cluster(empty.scheduler_address),
    ):
        pass


def test_workers_of_other_versions(scheduler: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "versions", _own_versions)
    with pytest.raises(KerascopeError, match=r"worker tcp://.* has another numpy.*expected 1 \(MainThread\), got 1 \("):
        opened_cluster(scheduler.scheduler_address).__enter__()


def _own_versions(names: tuple[str, ...]) -> dict[str, str]:
    return {name: f"1 ({threading.current_thread().name})" if name == "numpy" else "" for name in names}


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
