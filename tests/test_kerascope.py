"""The command line: what it prints where, its exit codes, and one clear line for each bad input."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import kerascope

Captured = pytest.CaptureFixture[str]
ROOT = Path(__file__).parents[1]
COMMANDS = (
    *(
        "demo",
        "export",
        "attack",
        "explain",
        "synthesise",
        "robustness",
        "transfer",
        "harden",
        "importance",
        "sculpt",
        "survey",
        "embed",
        "neighbours",
        "generate",
        "inspect",
        "validate",
        "view",
        "scenes",
    ),
    *("frame", "record", "sheet", "tables", "draw", "lesson", "convert", "doctor"),
)


def run_command(*args: object, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kerascope", *map(str, args)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **(env or {})}
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, env=environment)


def everything_under(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


# --- The door itself --------------------------------------------------------------------------------------------------


def test_help_lists_the_commands_and_imports_nothing_heavy(timings: list[str]) -> None:
    began_secs = time.perf_counter()
    done = run_command("--help")
    timings.append(f"kerascope --help: {time.perf_counter() - began_secs:.2f} s")
    assert done.returncode == 0
    assert re.findall(r"^    (\w+)\s", done.stdout, re.MULTILINE) == list(COMMANDS)
    probe = "import sys, kerascope; kerascope.main(['--help']); print(*sys.modules, file=sys.stderr)"
    loaded = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, cwd=ROOT, check=True).stderr
    assert {"argparse"} <= set(loaded.split())
    assert not {"numpy", "msgspec", "vispy", "tensorflow", "keras", "PIL"} & set(loaded.split())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str, capsys: Captured) -> None:
    assert kerascope.main([name, "--help"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"usage: kerascope {name}")
    assert "--debug" in out


def test_version(capsys: Captured) -> None:
    assert kerascope.main(["--version"]) == 0
    assert capsys.readouterr().out == f"kerascope {kerascope.__version__}\n"


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["no-such-command"],
        ["inspect"],
        ["frame", "b.bundle", "--scene", "flow"],
        ["frame", "b.bundle", "--scene", "flow", "--out", "f.png", "--size", "960"],
        ["frame", "b.bundle", "--scene", "flow", "--out", "f.png", "--at-secs", "nan"],
        ["record", "b.bundle", "--scene", "flow", "--out", "f.gif", "--fps", "many"],
        ["export", "m.keras", "--out", "b.bundle", "--inputs", "x", "--scale", "1/0"],
        ["export", "m.keras", "--out", "b.bundle", "--inputs", "x", "--dtype", "int3"],
    ],
    ids=" ".join,
)
def test_what_is_not_understood_is_usage(argv: list[str], capsys: Captured) -> None:
    assert kerascope.main(argv) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("usage: kerascope")


def test_interrupt_ends_with_one_line(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("scenes.commands.scenes", interrupted)
    assert kerascope.main(["scenes"]) == 130
    assert capsys.readouterr().err == "kerascope: interrupted\n"


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (
            ModuleNotFoundError("No module named 'PySide6'", name="PySide6.QtCore"),
            r".*pip install 'kerascope\[window\]'",
        ),
        (OSError(28, "No space left on device"), r".*No space left on device"),
        (RuntimeError("two\nlines"), r"unexpected RuntimeError: two lines; --debug shows where"),
    ],
)
def test_any_error_is_one_line_and_debug_shows_all(
    error: Exception, line: str, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    def failing(_: object) -> None:
        raise error

    monkeypatch.setattr("scenes.commands.scenes", failing)
    assert kerascope.main(["scenes"]) == 1
    assert re.fullmatch(f"kerascope: {line}\n", capsys.readouterr().err)
    assert kerascope.main(["scenes", "--debug"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_a_reader_that_stops_reading_is_no_error(tiny_bundle_path: Path) -> None:
    command = f"{sys.executable} -m kerascope inspect {tiny_bundle_path} | true"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, cwd=ROOT, timeout=60, check=False)
    assert done.stderr == ""


# --- Reading a bundle -------------------------------------------------------------------------------------------------


def test_inspect_prints_a_table(tiny_bundle_path: Path, capsys: Captured) -> None:
    assert kerascope.main(["inspect", str(tiny_bundle_path)]) == 0
    told = capsys.readouterr()
    lines = told.out.splitlines()
    assert lines[0].split() == ["layer", "kind", "shape", "parameters", "tensors", "bytes"]
    rows = lines[1 : 1 + len(kerascope.open_bundle(tiny_bundle_path).manifest.layers)]
    assert [row.split()[0] for row in rows] == [x.name for x in kerascope.open_bundle(tiny_bundle_path).manifest.layers]
    assert told.err == ""


def test_inspect_as_json_adds_up(tiny_bundle_path: Path, capsys: Captured) -> None:
    assert kerascope.main(["inspect", str(tiny_bundle_path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert sum(layer["parameters"] for layer in told["layers"]) == told["parameters"]
    assert sum(layer["bytes"] for layer in told["layers"]) <= told["bytes"]
    assert [line.split()[0] for line in told["inputs"]] == ["clean-0", "clean-1"]
    assert "attack-1 to attack-3" in told["runs"][0]


def test_scenes_are_listed_with_a_line_each(capsys: Captured) -> None:
    assert kerascope.main(["scenes"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert {line.split()[0] for line in lines} >= {"structure", "training", "flow", "adversarial"}
    assert all(len(line.split()) > 2 for line in lines)


def test_a_sound_bundle_validates(tiny_bundle_path: Path, capsys: Captured) -> None:
    assert kerascope.main(["validate", str(tiny_bundle_path)]) == 0
    assert capsys.readouterr().out == ""


# --- Bad bundles ------------------------------------------------------------------------------------------------------


def edit_manifest(bundle: Path, edit: Callable[[dict], None]) -> None:
    manifest = json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))
    edit(manifest)
    (bundle / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def first_weight(manifest: dict) -> dict:
    return next(iter(manifest["checkpoints"][0]["weights"].values()))


def weight_file(bundle: Path) -> Path:
    return bundle / first_weight(json.loads((bundle / "manifest.json").read_text(encoding="utf-8")))["file"]


def truncate_tensors(bundle: Path) -> None:
    file = weight_file(bundle)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def truncate_manifest(bundle: Path) -> None:
    text = (bundle / "manifest.json").read_bytes()
    (bundle / "manifest.json").write_bytes(text[: len(text) // 2])


def pickle_tensors(bundle: Path) -> None:
    file = weight_file(bundle)
    with np.load(file) as archive:
        names = list(archive)
    np.savez(file, **{name: np.array([{"code": "here"}], dtype=object) for name in names})


BAD_BUNDLES: dict[str, tuple[Callable[[Path], object], str]] = {
    "truncated tensors": (truncate_tensors, r"npz"),
    "truncated manifest": (truncate_manifest, r"manifest"),
    "missing file": (lambda bundle: weight_file(bundle).unlink(), r"missing"),
    "pickled array": (pickle_tensors, r"pickle|object|dtype"),
    "name that leaves the folder": (
        lambda bundle: edit_manifest(bundle, lambda m: first_weight(m).update(file="../outside.npz")),
        r"\.\./outside\.npz",
    ),
    "shape beyond the limit": (
        lambda bundle: edit_manifest(bundle, lambda m: first_weight(m).update(shape=[2**40])),
        r"limit",
    ),
    "newer format": (lambda bundle: edit_manifest(bundle, lambda m: m.update(version=2)), r"version"),
    "no manifest": (lambda bundle: (bundle / "manifest.json").unlink(), r"manifest\.json"),
}


@pytest.fixture(params=BAD_BUNDLES)
def bad_bundle(request: pytest.FixtureRequest, tiny_bundle_path: Path, tmp_path: Path) -> tuple[Path, str]:
    """A damaged bundle, and a pattern of what must be said of it."""
    damage, pattern = BAD_BUNDLES[request.param]
    bundle = tmp_path / "bad.bundle"
    shutil.copytree(tiny_bundle_path, bundle)
    damage(bundle)
    return bundle, pattern


def assert_one_line(argv: list[object], pattern: str, capsys: Captured, folder: Path) -> None:
    """The command fails with one line that matches, prints nothing else, and leaves the folder as it was."""
    before = everything_under(folder)
    assert kerascope.main([str(arg) for arg in argv]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert re.fullmatch(r"kerascope: [^\n]+\n", told.err), told.err
    assert "unexpected" not in told.err
    assert re.search(pattern, told.err), told.err
    assert everything_under(folder) == before
    assert not [path for path in folder.rglob("*") if path.is_dir() and path.name.startswith(".")]


def test_inspect_of_a_bad_bundle_is_one_line(bad_bundle: tuple[Path, str], capsys: Captured) -> None:
    bundle, pattern = bad_bundle
    assert_one_line(["inspect", bundle], pattern, capsys, bundle.parent)


def test_validate_tells_every_problem_on_stdout(bad_bundle: tuple[Path, str], capsys: Captured) -> None:
    bundle, pattern = bad_bundle
    assert kerascope.main(["validate", str(bundle)]) == 1
    told = capsys.readouterr()
    assert re.search(pattern, told.out), told.out
    assert told.err.count("\n") == 1


@pytest.mark.gl
def test_recording_a_bad_bundle_writes_nothing(bad_bundle: tuple[Path, str], capsys: Captured) -> None:
    bundle, pattern = bad_bundle
    argv = ["record", bundle, "--scene", "training", "--out", bundle.parent / "f.gif", "--size", "160x90", "--fps", "2"]
    assert_one_line(argv, pattern, capsys, bundle.parent)


@pytest.mark.parametrize("command", ["frame f.png", "record f.gif"])
def test_unknown_scene_is_one_line(command: str, tiny_bundle_path: Path, tmp_path: Path, capsys: Captured) -> None:
    name, out = command.split()
    argv = [name, tiny_bundle_path, "--scene", "flwo", "--out", tmp_path / out]
    assert_one_line(argv, r"no such scene.*flow", capsys, tmp_path)


@pytest.mark.parametrize("out", ["f.gif", "f.mp4", "f.webp"])
def test_nothing_is_overwritten_unasked(out: str, tiny_bundle_path: Path, tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / out).write_bytes(b"dear to somebody")
    argv = ["record", tiny_bundle_path, "--scene", "structure", "--out", tmp_path / out]
    assert_one_line(argv, r"--overwrite", capsys, tmp_path)


def test_unknown_kind_of_recording_is_one_line(tiny_bundle_path: Path, tmp_path: Path, capsys: Captured) -> None:
    argv = ["record", tiny_bundle_path, "--scene", "structure", "--out", tmp_path / "f.avi"]
    assert_one_line(argv, r"\.gif", capsys, tmp_path)


@pytest.mark.parametrize("option", [["--input", "nobody"], ["--checkpoint", "999"]])
@pytest.mark.gl
def test_unknown_input_or_checkpoint_is_one_line(
    option: list[str], tiny_bundle_path: Path, tmp_path: Path, capsys: Captured
) -> None:
    argv = ["frame", tiny_bundle_path, "--scene", "flow", "--out", tmp_path / "f.png", *option]
    assert_one_line(argv, rf"no such.*{option[1]}", capsys, tmp_path)
