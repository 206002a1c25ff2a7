"""Where shards lie until a survey is whole: a hidden folder beside the bundle, from which it goes on after a kill."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any
from zipfile import BadZipFile

import numpy as np

from exporter.bundle.durable import FolderLock, write_file, writing
from exporter.bundle.errors import BundleError, KerascopeError
from exporter.surveying.plan import Plan
from exporter.surveying.result import ShardResult

_PLAN = "plan.json"
_LARGEST_PLAN_BYTES = 2**16


class WorkFolder:
    """The shards of a plan that are done, in `.NAME.bundle.survey` beside the bundle NAME.bundle.

    A context manager: nobody else writes there meanwhile. What is in it stays, unless nothing is; `remove` removes it.

    Parameters
    ----------
    bundle : the path of the bundle.
    overwrite : what another plan left there is removed.

    Raises
    ------
    KerascopeError
        another survey was begun there, another process is at it, or the folder cannot be written.
    """

    def __init__(self, bundle: Path, plan: Plan, *, overwrite: bool = False) -> None:
        self.path = bundle.with_name(f".{bundle.name}.survey")
        self._made = not self.path.parent.exists()
        with writing(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock = FolderLock(self.path)
            try:
                found = _digest_in(self.path)
                if found != plan.digest:
                    self._begin(plan, is_free=overwrite or found is None)
            except BaseException:
                self.leave()
                raise

    def _begin(self, plan: Plan, *, is_free: bool) -> None:
        if not is_free:
            remedy = "give the same command as then to go on with it, or pass --overwrite to begin anew"
            raise KerascopeError("another survey was begun for this bundle", remedy=remedy, path=self.path)
        for file in self.path.iterdir():
            file.unlink()
        write_file(self.path / _PLAN, json.dumps({"digest": plan.digest}).encode())

    def done(self, plan: Plan) -> list[int]:
        """The numbers of the shards that are there."""
        return [number for number in plan.numbers if self._file(number).is_file()]

    def put(self, number: int, result: ShardResult) -> None:
        """Keep what was found of a shard: all of it or, after a kill, nothing."""
        with writing(self.path):
            write_file(self._file(number), result.to_bytes())

    def get(self, number: int) -> ShardResult:
        """What was found of a shard. Raises `KerascopeError` where the file is damaged."""
        try:
            return ShardResult.from_bytes(self._file(number).read_bytes())
        except KerascopeError as error:
            raise _damaged(self._file(number), error) from error

    def column(self, numbers: Sequence[int], name: str) -> Iterator[np.ndarray[Any, Any]]:
        """One array of each of these shards, read when its turn comes."""
        for number in numbers:
            try:
                with np.load(self._file(number), allow_pickle=False) as file:
                    rows = file.get(name)
            except (OSError, ValueError, BadZipFile) as error:
                raise _damaged(self._file(number), error) from error
            if rows is not None:  # a shard none of whose images could be read has no pictures
                yield rows

    def remove(self) -> None:
        """Remove the folder and what is in it."""
        shutil.rmtree(self.path, ignore_errors=True)

    def leave(self) -> None:
        """Let others write there; where no shard is there, the folder goes."""
        if self.path.is_dir() and not any(self.path.glob("*.npz")):
            self.remove()
            if self._made:
                with contextlib.suppress(OSError):
                    self.path.parent.rmdir()
        self._lock.release()

    def __enter__(self) -> WorkFolder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leave()

    def _file(self, number: int) -> Path:
        return self.path / f"{number:06d}.npz"


def _digest_in(folder: Path) -> str | None:
    """The digest of the plan whose shards lie in a folder; `None`: nobody's."""
    file = folder / _PLAN
    if not file.is_file() or file.stat().st_size > _LARGEST_PLAN_BYTES:
        return None
    with contextlib.suppress(ValueError, KeyError, TypeError):
        return str(json.loads(file.read_bytes())["digest"])
    return None


def _damaged(file: Path, error: Exception) -> BundleError:
    remedy = "remove this file: the shard is done again"
    return BundleError("what was found of a shard cannot be read", got=error, remedy=remedy, path=file)
