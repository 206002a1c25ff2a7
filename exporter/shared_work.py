"""Work in parts, done by the workers of a cluster: few parts are under way at a time, and a lost one is done again."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from exporter.bundle.errors import KerascopeError
from exporter.cluster import dask_packages

Part = TypeVar("Part")
Result = TypeVar("Result")

_GONE_SECS = 30
_AHEAD = 2


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
        what = f"{error.what} (on the worker {dask_packages()[1].get_worker().address})"
        told = {"expected": error.expected, "got": error.got, "remedy": error.remedy}
        raise KerascopeError(what, **told, path=error.path) from error


def _first_done(client: Any, futures: list[Any]) -> list[Any]:
    """Those that are done, one at least; raises KerascopeError where nobody is left to do them."""
    wait = dask_packages()[1].wait
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
    except dask_packages()[1].KilledWorker as error:
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
