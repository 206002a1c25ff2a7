"""Clusters: what they are called, and what is told where there is none."""

from __future__ import annotations

import socket
import threading
from pathlib import Path
from typing import Any

import pytest

from exporter import cluster
from exporter.bundle.errors import KerascopeError
from exporter.cluster import Equipment, opened_cluster

pytestmark = pytest.mark.slow


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


def test_workers_of_other_versions_and_processors(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def equipped(version: str, processor: str) -> None:
        there = Equipment({"numpy": version}, processor)
        here = Equipment({"numpy": "2"}, "avx2")
        mine = "MainThread"
        monkeypatch.setattr(
            cluster, "equipment", lambda names: here if threading.current_thread().name == mine else there
        )

    said: list[str] = []
    for version, processor in (("2", "avx2"), ("2", "avx512"), ("1", "avx2"), ("", "avx2")):
        equipped(version, processor)
        if version == "2":
            cluster._check_workers(client, ["numpy"], said.append)
            continue
        words = rf"worker tcp://.* has another numpy.*expected 2, got {version or 'none'}; install the same"
        with pytest.raises(KerascopeError, match=words):
            cluster._check_workers(client, ["numpy"], said.append)
    assert said == ["the machines have processors of different kinds: the last digits depend on who did what"]
