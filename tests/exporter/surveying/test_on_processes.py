"""`kerascope survey --dask local:2` as its user runs it: what is killed on the way changes nothing about what comes."""

from __future__ import annotations

import filecmp
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

pytestmark = [pytest.mark.tf, pytest.mark.slow]
IMAGES, SHARD = 1504, 16
SHARDS = IMAGES // SHARD
COMMAND = (sys.executable, "-m", "kerascope", "survey")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model, pictures, and the survey that one process makes of them."""
    from surveyed_nets import save_mixed

    folder = tmp_path_factory.mktemp("survey")
    save_mixed(folder, IMAGES)
    with running(folder, "here.bundle", root=Path(__file__).parents[3]) as process:
        assert process.wait(timeout=300) == 0, (folder / "told.txt").read_text()
    return folder


@contextmanager
def running(folder: Path, out: str, *more: str, root: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A survey in a process group of its own; what it says is kept in `told.txt`."""
    told = folder / "told.txt"
    asked = [*COMMAND, str(folder / "mixed.keras"), "--inputs", str(folder / f"pictures{IMAGES}.npz"), "--scale", "1"]
    asked += ["--out", str(folder / out), "--shard", str(SHARD), *more]
    with told.open("wb") as words:
        process = subprocess.Popen(asked, cwd=root, stdout=words, stderr=words, start_new_session=True)
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def shards_of(folder: Path, out: str) -> int:
    return len(list((folder / f".{out}.survey").glob("*.npz")))


def until(condition: Callable[[], bool], timeout_secs: float = 120) -> None:
    end_secs = time.monotonic() + timeout_secs
    while not condition():
        assert time.monotonic() < end_secs, "it took too long"
        time.sleep(0.01)


def workers_of(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """The processes that do shards: those that have TensorFlow inside, and so are large."""
    return [child for child in psutil.Process(process.pid).children(recursive=True) if _is_worker(child)]


def _is_worker(child: psutil.Process) -> bool:
    return "spawn_main" in " ".join(child.cmdline())


def same(one: Path, other: Path) -> bool:
    names = [{path.relative_to(root) for path in root.rglob("*") if path.is_file()} for root in (one, other)]
    return names[0] == names[1] and filecmp.cmpfiles(one, other, names[0], shallow=False)[1:] == ([], [])


def test_a_worker_that_is_killed_half_way_changes_nothing(folder: Path, root: Path) -> None:
    with running(folder, "lost.bundle", "--dask", "local:2", root=root) as process:
        until(lambda: shards_of(folder, "lost.bundle") >= 5)
        killed = workers_of(process)[0]
        killed.kill()
        assert shards_of(folder, "lost.bundle") < SHARDS
        assert process.wait(timeout=300) == 0, (folder / "told.txt").read_text()
    assert same(folder / "here.bundle", folder / "lost.bundle")
    words = (folder / "told.txt").read_text()
    assert "Traceback" not in words
    assert "distributed" not in words


def test_a_parent_that_is_killed_goes_on_where_it_was_and_leaves_nobody_behind(folder: Path, root: Path) -> None:
    with running(folder, "again.bundle", "--dask", "local:2", root=root) as process:
        until(lambda: shards_of(folder, "again.bundle") >= 20)
        workers = workers_of(process)
        process.send_signal(signal.SIGKILL)
        process.wait()
        done = shards_of(folder, "again.bundle")
        assert 20 <= done < SHARDS
        assert not (folder / "again.bundle").exists()
        until(lambda: not any(each.is_running() and each.status() != psutil.STATUS_ZOMBIE for each in workers), 30)
    with running(folder, "again.bundle", root=root) as process:
        assert process.wait(timeout=300) == 0
    assert f"going on: {done} of {SHARDS} shards were there" in (folder / "told.txt").read_text()
    assert same(folder / "here.bundle", folder / "again.bundle")


def test_ctrl_c_ends_in_a_line_and_leaves_nobody_behind(folder: Path, root: Path) -> None:
    with running(folder, "left.bundle", "--dask", "local:2", root=root) as process:
        until(lambda: shards_of(folder, "left.bundle") >= 3)
        workers = workers_of(process)
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(timeout=60) == 130
        until(lambda: not any(each.is_running() and each.status() != psutil.STATUS_ZOMBIE for each in workers), 30)
    assert (folder / "told.txt").read_text().splitlines()[-1] == "kerascope: interrupted"
    assert "Traceback" not in (folder / "told.txt").read_text()
    assert shards_of(folder, "left.bundle") >= 3
