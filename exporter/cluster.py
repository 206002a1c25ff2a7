"""Work on many machines, or on several processes of this one: a Dask cluster, opened for as long as a block lasts."""

from __future__ import annotations

import contextlib
import json
import logging
import platform
import re
import signal
import socket
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any

from exporter.bundle.errors import KerascopeError
from exporter.telling import untold

LOCAL = "local:"
"""How a cluster of processes of this machine is named: `local:N`."""
COMPUTING = ("kerascope", "keras", "numpy", "tensorflow")
"""Packages of which all workers must have the same versions, so that they find the same."""
DRAWING = ("kerascope", "numpy", "vispy")
"""The same for frames."""
_MOST_LOCAL = 256
_PATIENCE_SECS = 5
_LOGS = ("distributed", "tornado", "asyncio", "bokeh")
_LARGEST_FILE_BYTES = 2**20
_ADDRESS = re.compile(r"(?P<protocol>tcp|tls|ucx|ws|wss)://(?P<host>[^/:\s]+|\[[0-9a-fA-F:]+\]):(?P<port>\d{1,5})/?")
_FORM = "local:N, HOST:PORT, tcp://HOST:PORT, or the path of a scheduler file"
_SETTINGS = {
    "distributed.comm.timeouts.connect": f"{_PATIENCE_SECS}s",
    "distributed.scheduler.allowed-failures": 3,
    # Dask's own leaves one thread each to the libraries of a worker: then sums may have other bits than in the parent.
    "distributed.nanny.pre-spawn-environ": {"MALLOC_TRIM_THRESHOLD_": "65536"},
}


@contextlib.contextmanager
def opened_cluster(
    text: str, *, same: Sequence[str] = COMPUTING, tell: Callable[[str], None] = untold
) -> Iterator[Any]:
    """The `distributed.Client` of a cluster, for as long as the block lasts; nothing is logged meanwhile.

    Parameters
    ----------
    text : `local:N` for N processes of this machine with one thread each, which end with the block; else the address
        of a scheduler that runs, or the path of its scheduler file.
    same : packages of which every worker must have the version that this process has.
    tell : hears it where the processors are of different kinds, as these round sums differently.

    Raises
    ------
    KerascopeError
        Dask is missing, the cluster is not there or has no workers, or they have other versions.
    """
    dask, distributed = dask_packages()
    count = _local_count(text)
    with _silence(), dask.config.set(_SETTINGS):
        opened = _connected(distributed, text) if count is None else _started(distributed, count)
        with opened as client:
            if count is None:
                _check_workers(client, same, tell)
            yield client


def dask_packages() -> tuple[Any, Any]:
    """The packages `dask` and `distributed`; raises KerascopeError where they are missing."""
    try:
        import dask  # noqa: PLC0415 - an optional dependency
        import distributed  # noqa: PLC0415
    except ImportError as error:
        raise KerascopeError("a cluster needs Dask", got=error, remedy="pip install 'kerascope[dask]'") from error
    return dask, distributed


def _local_count(text: str) -> int | None:
    """How many processes of this machine are meant; `None`: a cluster that runs."""
    if not text.startswith(LOCAL):
        return None
    count = text.removeprefix(LOCAL)
    if not count.isdecimal() or not 1 <= int(count) <= _MOST_LOCAL:
        raise KerascopeError("so many workers cannot be had", expected=f"local:1 to local:{_MOST_LOCAL}", got=text)
    return int(count)


@contextlib.contextmanager
def _started(distributed: Any, count: int) -> Iterator[Any]:
    with tempfile.TemporaryDirectory(prefix="kerascope-", ignore_cleanup_errors=True) as folder:
        try:
            with _uninterrupted():
                cluster = distributed.LocalCluster(
                    n_workers=count,
                    threads_per_worker=1,
                    processes=True,
                    host="127.0.0.1",
                    dashboard_address="127.0.0.1:0",
                    memory_limit=0,
                    silence_logs=logging.CRITICAL,
                    local_directory=folder,
                )
        except (OSError, RuntimeError, TimeoutError) as error:
            raise KerascopeError("the workers cannot be started", got=error) from error
        with cluster, distributed.Client(cluster) as client:
            yield client


@contextlib.contextmanager
def _connected(distributed: Any, text: str) -> Iterator[Any]:
    address = _address(text)
    try:
        client = distributed.Client(address, timeout=_PATIENCE_SECS)
    except Exception as error:  # who answers is no scheduler, or one of a version that speaks otherwise
        raise _not_there(address, error) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=_PATIENCE_SECS)
        except TimeoutError as error:
            what, remedy = f"the cluster at {address} has no workers", f"start some: dask worker {address}"
            raise KerascopeError(what, remedy=remedy) from error
        yield client


def _address(text: str) -> str:
    """The address of a scheduler that somebody answers at, of an address or a scheduler file."""
    path = Path(text)
    address = _address_in(path) if path.is_file() else text if "://" in text else f"tcp://{text}"
    found = _ADDRESS.fullmatch(address)
    if not found:
        raise KerascopeError("this names no cluster", expected=_FORM, got=text or "nothing")
    try:
        place = found["host"].strip("[]"), int(found["port"])
        with socket.create_connection(place, timeout=_PATIENCE_SECS) as answering:
            if found["protocol"] == "tcp" and not answering.recv(1):  # a scheduler speaks first
                raise ConnectionAbortedError("it says nothing")
        return address
    except (OSError, OverflowError) as error:
        raise _not_there(address, error) from error


def _address_in(file: Path) -> str:
    """The address that a scheduler file holds, or nothing."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        if file.stat().st_size <= _LARGEST_FILE_BYTES:
            return str(json.loads(file.read_bytes())["address"])
    return ""


def _not_there(address: str, error: Exception) -> KerascopeError:
    got = (error.strerror if isinstance(error, OSError) else None) or error or type(error).__name__
    return KerascopeError(f"there is no cluster at {address}", got=got, remedy="start it: dask scheduler")


def _check_workers(client: Any, same: Sequence[str], tell: Callable[[str], None]) -> None:
    remedy = "install the same there as here"
    try:
        found = client.run(equipment, same)
    except Exception as error:  # what a worker lacks, in whatever way it says so
        raise KerascopeError("the workers cannot import kerascope", got=error, remedy=remedy) from error
    mine = equipment(same)
    for address, theirs in sorted(found.items()):
        for name, version in mine.versions.items():
            if (other := theirs.versions[name]) != version:
                what = f"the worker {address} has another {name}, and may find something else"
                raise KerascopeError(what, expected=version or "none", got=other or "none", remedy=remedy)
    if any(theirs.processor != mine.processor for theirs in found.values()):
        tell("the machines have processors of different kinds: the last digits depend on who did what")


@dataclass(frozen=True)
class Equipment:
    """Versions of packages, empty where one is not installed, and what the processor can do."""

    versions: Mapping[str, str]
    processor: str


def equipment(names: Sequence[str]) -> Equipment:
    """What this machine brings."""
    found = dict.fromkeys(names, "")
    for name in names:
        with contextlib.suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    abilities = platform.machine()
    with contextlib.suppress(OSError):  # there is no such file but on Linux
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        abilities += " ".join(sorted({line for line in lines if line.startswith(("flags", "Features"))}))
    return Equipment(found, abilities)


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Threads and processes that begin meanwhile are not told of Ctrl-C: their parent is, and ends them in good order.

    It is told when the block ends, if it came before.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # it would unblock the signal for those that begin after it
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Nothing is logged by what a cluster is made of, as what matters is raised."""
    names = [name for name in logging.root.manager.loggerDict if name.partition(".")[0] in _LOGS]
    before = {name: logging.getLogger(name).disabled for name in names}
    for name in names:
        logging.getLogger(name).disabled = True
    try:
        yield
    finally:
        for name, disabled in before.items():
            logging.getLogger(name).disabled = disabled
