"""A process that is killed at any moment leaves the bundle that was there before, or the new one, or none."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import kill_everywhere
import numpy as np
import pytest
from plain_bundle import names_in, plain_manifest, write_plain

from exporter.bundle import BundleWriter, durable, read_bundle, validate_bundle

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs fork, SIGKILL and folder locks")

SCRIPT = Path(kill_everywhere.__file__)
ENVIRONMENT = {"PYTHONPATH": f"{SCRIPT.parents[2]}:{SCRIPT.parent}", "PYTHONDONTWRITEBYTECODE": "1"}
WHOLE = "manifest.json weights weights/000.npz |"
ENDS = {
    "create": WHOLE,
    "overwrite": WHOLE,
    "append": f"derived derived/m.npz {WHOLE.removesuffix(' |')} weights/001.npz |",
}


def kills(*arguments: str) -> list[tuple[str, str]]:
    """For each kill, what a reader finds, and what the folder holds after the same command has been run again."""
    run = subprocess.run(
        [sys.executable, SCRIPT, *arguments], env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return [(found, end) for found, end in (line.split("\t") for line in run.stdout.splitlines())]


def expect_whole(outcomes: list[tuple[str, str]], command: str, before: str) -> None:
    found = [state for state, _ in outcomes]
    assert set(found) == {before, "new"}
    assert found == sorted(found, key=["none", "old", "new"].index), "a later kill finds an earlier state"
    assert {end for _, end in outcomes} == {ENDS[command]}


def test_a_kill_at_one_line_in_ten_leaves_a_whole_bundle(tmp_path: Path) -> None:
    outcomes = kills("overwrite", "10", str(tmp_path))
    assert len(outcomes) > 10
    expect_whole(outcomes, "overwrite", "old")


@pytest.mark.slow
@pytest.mark.parametrize(("command", "before"), [("create", "none"), ("overwrite", "old"), ("append", "old")])
def test_a_kill_at_any_line_leaves_a_whole_bundle(tmp_path: Path, command: str, before: str) -> None:
    outcomes = kills(command, "1", str(tmp_path))
    assert len(outcomes) > 100
    expect_whole(outcomes, command, before)


@pytest.mark.slow
def test_where_names_cannot_be_exchanged_the_old_bundle_comes_back_with_the_next_run(tmp_path: Path) -> None:
    outcomes = kills("overwrite", "1", str(tmp_path), "no-exchange")
    assert {state for state, _ in outcomes} == {"none", "old", "new"}
    assert [state for state, _ in outcomes].count("none") < 5
    assert {end for _, end in outcomes} == {WHOLE}


def test_an_old_bundle_that_was_set_aside_gets_its_name_back(tmp_path: Path) -> None:
    path = write_plain(tmp_path / "x.bundle", {"k": np.arange(5)})
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    path.rename(tmp_path / f".x.bundle.old-{gone.pid}-0123abcd")
    with BundleWriter.append(path):
        assert read_bundle(path).weight("000", "a", "k").shape == (5,)
    assert names_in(tmp_path)[0] == "x.bundle"


def test_only_what_dead_processes_left_is_removed(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    kept = [
        "y.bundle",
        ".x.bundle.tmp-1-0123abcd",
        f".x.bundle.tmp-{gone.pid}-mine",
        f".y.bundle.tmp-{gone.pid}-0123abcd",
    ]
    for name in (*kept, f".x.bundle.tmp-{gone.pid}-0123abcd"):
        (tmp_path / name).mkdir()
    with BundleWriter.create(tmp_path / "x.bundle") as living:
        durable.recover(tmp_path / "x.bundle")
        assert sorted(entry.name for entry in tmp_path.iterdir()) == sorted([*kept, living._folder.name])


def test_a_folder_whose_lock_is_held_is_not_stale(tmp_path: Path) -> None:
    """On a shared disk its process may live on another machine, where its number means something else."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    folder = tmp_path / f".x.bundle.tmp-{gone.pid}-0123abcd"
    folder.mkdir()
    lock = durable.FolderLock(folder)
    durable.recover(tmp_path / "x.bundle")
    assert folder.exists()
    lock.release()
    durable.recover(tmp_path / "x.bundle")
    assert not folder.exists()


LOOP = """
import sys, itertools, pathlib, numpy as np
from exporter.bundle import BundleWriter, read_bundle
from plain_bundle import plain_manifest, write_plain
path = pathlib.Path(sys.argv[1])
for count in itertools.count(1):
    write_plain(path, {"k": np.full(200_000, count)}, overwrite=True)
    for more in range(3):
        refs = {name.removeprefix("a/"): r for name, r in read_bundle(path).manifest.checkpoints[0].weights.items()}
        with BundleWriter.append(path) as writer:
            refs |= writer.write(f"weights/more-{more}.npz", {f"m{more}": np.full(100_000, count)})
            writer.commit(plain_manifest(refs))
    print(count, flush=True)
"""


@pytest.mark.slow
def test_kills_at_random_moments_leave_a_whole_bundle(tmp_path: Path) -> None:
    path = tmp_path / "x.bundle"
    seed = random.randrange(2**32)
    rng = random.Random(seed)
    for _ in range(4):
        process = subprocess.Popen([sys.executable, "-c", LOOP, path], env=ENVIRONMENT, stdout=subprocess.PIPE)
        assert process.stdout is not None
        assert process.stdout.readline() == b"1\n"
        time.sleep(rng.uniform(0, 0.05))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        assert validate_bundle(path) == [], f"seed {seed}"
        weights = read_bundle(path).manifest.checkpoints[0].weights
        counts = {int(array[0]) for array in map(read_bundle(path).load, weights.values())}
        assert len(counts) == 1, f"arrays of two exports in one bundle; seed {seed}"
    write_plain(path, {"k": np.zeros(1)}, overwrite=True)
    assert names_in(tmp_path) == ["x.bundle", "x.bundle/manifest.json", "x.bundle/weights", "x.bundle/weights/000.npz"]


def test_a_second_writer_is_told_to_wait(tmp_path: Path) -> None:
    path = write_plain(tmp_path / "x.bundle", {"k": np.arange(5)})
    refs = {"k": read_bundle(path).manifest.checkpoints[0].weights["a/k"]}
    with BundleWriter.append(path) as writer:
        for second in (lambda: BundleWriter.append(path), lambda: write_plain(path, {"k": np.ones(1)}, overwrite=True)):
            with pytest.raises(Exception, match="another process is writing to the bundle; wait until it is done"):
                second()
        writer.commit(plain_manifest({**refs, **writer.write("weights/001.npz", {"m": np.arange(2)})}))
    assert read_bundle(path).weight("000", "a", "m").shape == (2,)
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.bundle"]
