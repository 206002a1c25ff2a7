"""What all tests share: the tiny bundle, the demo (run once in the suite), and what a missing GL driver means."""

from __future__ import annotations

import functools
import gc
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import small_demo
from hypothesis import settings
from made_sculpture import add_made_sculptures
from rival_attacks import add_rivals
from tiny_bundle import make_tiny_bundle

from exporter.lean import claim_process

ROOT = Path(__file__).parents[1]
TIMINGS = pytest.StashKey[list[str]]()


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def tiny_bundle_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small bundle that nobody may change."""
    return make_tiny_bundle(tmp_path_factory.mktemp("tiny") / "tiny.bundle")


@pytest.fixture(scope="session")
def sculpted_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small bundle with all that any scene needs: a sculpture of its first and its last checkpoint, a second
    attack, and an attack that two checkpoints see. Nobody may change it.
    """
    path = add_rivals(make_tiny_bundle(tmp_path_factory.mktemp("sculpted") / "sculpted.bundle"))
    return add_made_sculptures(path, (("picture", 1), ("conv", 4), ("scores", 3)), {"000": 0.7, "002": 4.0})


@pytest.fixture(scope="session")
def timings(request: pytest.FixtureRequest) -> list[str]:
    """Lines that are printed after the run: what was measured, and is not asserted."""
    return request.config.stash.setdefault(TIMINGS, [])


@pytest.fixture(scope="session")
def demo_dir(tmp_path_factory: pytest.TempPathFactory, timings: list[str]) -> Path:
    """What `kerascope demo --no-window` wrote, run as a person runs it but for the size of the recordings."""
    out = tmp_path_factory.mktemp("demo") / "kerascope-demo"
    began_secs = time.perf_counter()
    command = [sys.executable, small_demo.__file__, "--no-window", "--out", str(out)]
    paths = os.pathsep.join((str(ROOT), str(ROOT / "tests/support")))
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
        cwd=out.parent,
        env={**os.environ, "PYTHONPATH": paths},
    )
    timings.append(f"kerascope demo --no-window, with small recordings: {time.perf_counter() - began_secs:.0f} s")
    assert done.returncode == 0, done.stderr[-4000:]
    (out / "stdout.txt").write_text(done.stdout, encoding="utf-8")
    (out / "stderr.txt").write_text(done.stderr, encoding="utf-8")
    return out


@functools.cache
def gl_problem() -> str:
    """Why nothing can be drawn, or nothing. Asked in a process of its own, as a driver may end the one that asks."""
    command = [sys.executable, "-m", "kerascope", "doctor"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=ROOT)
    return "" if done.returncode == 0 else (done.stdout + done.stderr).strip().splitlines()[-1]


THOROUGH = (
    "tests/exporter/attacks/test_foolbox_attacks.py::test_near_a_linear_border",
    "tests/exporter/attacks/test_foolbox_attacks.py::test_the_same_seed",
    "tests/exporter/capture/test_blocks.py::test_the_blocks_of_published_models",
    "tests/exporter/embedding/test_digits.py",
    "tests/exporter/embedding/test_methods.py::test_umap",
    "tests/exporter/importance/test_pruning_digits.py",
    "tests/exporter/surveying/test_killed.py",
    "tests/exporter/surveying/test_on_processes.py",
    "tests/exporter/test_applications.py",
    "tests/exporter/test_quiet.py::test_an_export",
    "tests/exporter/test_shared_work.py::test_a_cluster_that_is_lost_on_the_way_is_told[scheduler]",
    "tests/exporter/test_streaming.py",
    "tests/exporter/test_training.py",
    "tests/exporter/test_zoo.py",
    "tests/interop/test_kills.py",
    "tests/interop/test_model_glbs.py",
    "tests/scenes/test_record_budget.py",
    "tests/viewer/test_mesa.py",
    "tests/viewer/window/test_mishaps.py",
)
"""What takes two minutes of two processors and guards what hardly changes: `make thorough` runs it."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--thorough", action="store_true", help="run what takes long and guards what hardly changes, too")
    parser.addoption("--bless", action="store_true", help="write the reference pictures of tests/images anew")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--thorough") and all("::" not in str(asked) for asked in config.args):
        left_out = [item for item in items if item.nodeid.startswith(THOROUGH)]
        items[:] = [item for item in items if not item.nodeid.startswith(THOROUGH)]
        config.hook.pytest_deselected(items=left_out)
    gc.freeze()  # tests that were found stay until the end, and are many
    # Ten seconds, also for those who run one test that needs none of it.
    if "tensorflow" in sys.modules:
        raise pytest.UsageError("a test module imports TensorFlow when it is collected: import it inside the tests")
    # A benchmark that is skipped by its own fixture has made all the others already: sets, models and demos.
    skipped = pytest.mark.skip(reason="benchmarks are run by `make bench`")
    for item in items:
        if config.getoption("benchmark_skip") and item.nodeid.startswith("tests/bench/"):
            item.add_marker(skipped)
        if "demo_dir" in getattr(item, "fixturenames", ()):
            for mark in (pytest.mark.slow, pytest.mark.gl, pytest.mark.tf):
                item.add_marker(mark)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("tf") and "tensorflow" not in sys.modules:
        # A plain import after this process has drawn would end it: TensorFlow and Mesa's driver each bring an LLVM.
        claim_process("tests")
        import exporter.backend  # noqa: F401

        # What TensorFlow has made stays until the end: looked through again and again it takes a tenth of the time.
        gc.freeze()
    if item.get_closest_marker("gl") and gl_problem():
        # A machine that must prove the drawing may not skip it.
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(gl_problem())


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With `pytest -n`, tests that share what takes long to make stay together."""
    from side_by_side import RoomScheduling

    return RoomScheduling(config, log)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["timings"] = session.config.stash.get(TIMINGS, [])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take what a process measured along to the one that prints it."""
    node.config.stash.setdefault(TIMINGS, []).extend(getattr(node, "workeroutput", {}).get("timings", []))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for line in config.stash.get(TIMINGS, []):
        terminalreporter.write_line(f"measured: {line}")


# Machines share their processors among many jobs: a slow example is no finding.
settings.register_profile("house", max_examples=40, deadline=None, derandomize=True)
settings.register_profile("fast", settings.get_profile("house"), max_examples=8)
settings.load_profile("house")
