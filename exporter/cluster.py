"""Work on many machines, or on several processes of this one: a Dask cluster, opened for as long as a block lasts."""

from __future__ import annotations

import contextlib
import json
import logging
import re
import signal
import socket
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import metadata
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from exporter.bundle.errors import KerascopeError

Part = TypeVar("Part")
Result = TypeVar("Result")

LOCAL = "local:"
"""How a cluster of processes of this machine is named: `local:N`."""
COMPUTING = ("kerascope", "keras", "numpy", "tensorflow")
"""Packages of which all workers must have the same versions, so that they find the same."""
DRAWING = ("kerascope", "numpy", "vispy")
"""The same for frames."""
_MOST_LOCAL = 256
_PATIENCE_SECS = 5
_GONE_SECS = 30
_AHEAD = 2
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
def opened_cluster(text: str, *, same: Sequence[str] = COMPUTING) -> Iterator[Any]:
    """The `distributed.Client` of a cluster, for as long as the block lasts; nothing is logged meanwhile.

    Parameters
    ----------
    text : `local:N` for N processes of this machine with one thread each, which end with the block; else the address
        of a scheduler that runs, or the path of its scheduler file.
    same : packages of which every worker must have the version that this process has.

    Raises
    ------
    KerascopeError
        Dask is missing, the cluster is not there or has no workers, or they have other versions.
    """
    dask, distributed = _dask()
    count = _local_count(text)
    with _silence(), dask.config.set(_SETTINGS):
        opened = _connected(distributed, text) if count is None else _started(distributed, count)
        with opened as client:
            if count is None:
                _check_versions(client, same)
            yield client


def results_of(client: Any, function: Callable[[Part], Result], parts: Iterable[Part]) -> Iterator[tuple[int, Result]]:
    """The number of each part and what the function made of it, as they are done: in an order that is left to chance.

    Two parts for each worker are under way at any time, and another is handed out when one has been taken. A part whose
    worker is lost is done again by another one, up to three times.

    Parameters
    ----------
    function : one of a module, so that workers find it; parts and results can be pickled.

    Raises
    ------
    KerascopeError
        the function raises it, workers end again and again at one part, or the cluster is gone.
    """
    return _as_done(client, function, parts, {})


def in_order(client: Any, function: Callable[[Part], Result], parts: Iterable[Part]) -> Iterator[Result]:
    """What the function made of each part, in their order, each when it is asked for; otherwise as `results_of`.

    Those that are done before their turn count among the parts that are under way, so there are never more of them.
    """
    held: dict[int, Result] = {}
    turn = 0
    for number, result in _as_done(client, function, parts, held):
        held[number] = result
        while turn in held:
            yield held.pop(turn)
            turn += 1


def _as_done(
    client: Any, function: Callable[[Part], Result], parts: Iterable[Part], held: dict[int, Result]
) -> Iterator[tuple[int, Result]]:
    waiting = enumerate(parts)
    under_way: dict[Any, int] = {}
    try:
        while True:
            room = _AHEAD * max(1, len(_workers(client))) - len(under_way) - len(held)
            for number, part in islice(waiting, max(0, room)):
                under_way[client.submit(_at_work, function, part, pure=False)] = number
            if not under_way:
                return
            for future in _first_done(client, list(under_way)):
                result = _result(future)
                future.release()
                yield under_way.pop(future), result
    finally:
        with contextlib.suppress(Exception):  # the cluster may be gone
            client.cancel(list(under_way), force=True)


def _at_work(function: Callable[[Part], Result], part: Part) -> Result:
    """What a worker does; an error says which one it is of, as another machine may lack what this one has."""
    try:
        return function(part)
    except KerascopeError as error:
        what = f"{error.what} (on the worker {_dask()[1].get_worker().address})"
        told = {"expected": error.expected, "got": error.got, "remedy": error.remedy}
        raise KerascopeError(what, **told, path=error.path) from error


def _first_done(client: Any, futures: list[Any]) -> list[Any]:
    """Those that are done, one at least; raises KerascopeError where nobody is left to do them."""
    wait = _dask()[1].wait
    while True:
        try:
            return list(wait(futures, _GONE_SECS, "FIRST_COMPLETED").done)
        except TimeoutError as error:
            if not _workers(client):
                raise KerascopeError("the cluster has no workers left", remedy="start some, and try again") from error
        except Exception as error:  # distributed has a kind of its own for each way to lose a scheduler
            raise _gone(error) from error


def _result(future: Any) -> Any:
    if future.status == "cancelled":
        raise _gone(future.status)
    try:
        return future.result()
    except _dask()[1].KilledWorker as error:
        remedy = "is there memory enough on each machine? fewer workers need less"
        raise KerascopeError(
            "workers of the cluster ended one after the other at the same work", remedy=remedy
        ) from error


def _workers(client: Any) -> dict[str, int]:
    """The addresses of the workers that are there, with their numbers of threads."""
    try:
        return dict(client.nthreads())
    except Exception as error:  # as above
        raise _gone(error) from error


def _gone(error: object) -> KerascopeError:
    return KerascopeError("the cluster is gone", got=error, remedy="start it, and give the same command again")


# --- How a cluster is opened ------------------------------------------------------------------------------------------


def _dask() -> tuple[Any, Any]:
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


def _check_versions(client: Any, same: Sequence[str]) -> None:
    mine = versions(same)
    try:
        found = client.run(versions, same)
    except Exception as error:  # what a worker lacks, in whatever way it says so
        remedy = "install the same there as here"
        raise KerascopeError("the workers cannot import kerascope", got=error, remedy=remedy) from error
    for address, theirs in sorted(found.items()):
        for name, version in mine.items():
            if theirs[name] != version:
                raise KerascopeError(
                    f"the worker {address} has another {name}, and may find something else",
                    expected=version or "none",
                    got=theirs[name] or "none",
                    remedy="install the same there as here",
                )


def versions(names: Sequence[str]) -> dict[str, str]:
    """The versions of packages, empty where one is not installed."""
    found = dict.fromkeys(names, "")
    for name in names:
        with contextlib.suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return found


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Processes that begin meanwhile are not told of Ctrl-C: their parent ends them, so that none of them complains."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


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
