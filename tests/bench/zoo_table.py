"""Exports and draws every model of `keras.applications` and of the zoo, and writes down what that took.

`make zoo` runs it; `make zoo ONLY='ResNet*'` does some of them. What has been done is not done again unless `--again`
says so. Frames stay in the work folder to be looked at; bundles are removed, as some are larger than 1 GB.
"""

from __future__ import annotations

import argparse
import fnmatch
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).parents[2]
SUPPORT = ROOT / "tests" / "support"
sys.path[:0] = [str(ROOT), str(SUPPORT)]

from zoo_rows import WHOLE, Row, page, read_rows, write_rows  # noqa: E402

from exporter.bundle import read_bundle  # noqa: E402

TABLE = ROOT / "exporter" / "models" / "MODELS.md"
BOUNDS: dict[str, tuple[str, ...]] = {}
"""More options of `kerascope export`, by model, for those that need them."""


@dataclass(frozen=True)
class Done:
    """How a command ended: exit code, the last line it said, wall time, the largest memory it took."""

    code: int
    said: str
    secs: float
    memory_mib: float


def run(*arguments: str | Path) -> Done:
    """Run Python with these arguments in a process of its own."""
    with tempfile.TemporaryFile("w+") as output:
        began_secs = time.perf_counter()
        paths = os.pathsep.join((str(ROOT), str(SUPPORT)))
        child = subprocess.Popen(
            [sys.executable, *map(str, arguments)],
            stdout=output, stderr=output, stdin=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": paths},
        )  # fmt: skip
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        lines = output.read().strip().splitlines()
    bytes_per_unit = 1 if sys.platform == "darwin" else 1024
    memory_mib = usage.ru_maxrss * bytes_per_unit / 2**20
    return Done(child.returncode, lines[-1] if lines else "", time.perf_counter() - began_secs, memory_mib)


def measured(name: str, group: str, work: Path) -> Row:
    """Export, check and draw one model."""
    options = BOUNDS.get(name, ())
    bundle, frame = work / f"{name}.bundle", work / f"{name}.png"
    if group == "applications":
        source = [f"applications:{name}:none", "--inputs", work / "picture.png"]
    else:
        source = [work / f"{name}.keras", "--inputs", work / f"{name}.npz", "--import", "zoo_parts"]
    row = Row(name, group, options=options)
    try:
        export = run("-m", "kerascope", "export", *source, *options, "--out", bundle, "--overwrite")
        row = replace(row, export_secs=export.secs, memory_mib=export.memory_mib)
        if export.code:
            return replace(row, result=f"export: {_told(export)}")
        manifest = read_bundle(bundle).manifest
        bundle_bytes = sum(file.stat().st_size for file in bundle.rglob("*") if file.is_file())
        row = replace(
            row, layers=len(manifest.layers), parameters=manifest.model.parameters, bundle_mb=bundle_bytes / 1e6
        )
        check = run("-m", "kerascope", "validate", bundle)
        if check.code:
            return replace(row, result=f"validate: {_told(check)}")
        drawn = run("-m", "kerascope", "frame", bundle, "--scene", "structure", "--out", frame, "--overwrite")
        return replace(row, frame_secs=drawn.secs, result=f"frame: {_told(drawn)}" if drawn.code else WHOLE)
    finally:
        shutil.rmtree(bundle, ignore_errors=True)


def _told(done: Done) -> str:
    return done.said or (f"ended by signal {-done.code}" if done.code < 0 else f"exit code {done.code}")


def tell(line: str) -> None:
    """Say how far it is."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def main(arguments: Sequence[str]) -> int:
    """0 where every model that was asked for is whole, else 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="*", metavar="PATTERN", help="models whose names fit, such as 'ResNet*'")
    parser.add_argument("--again", action="store_true", help="also those that are whole already")
    parser.add_argument("--work", type=Path, default=ROOT / ".zoo", help="folder for what is made on the way")
    chosen = parser.parse_args(arguments)
    chosen.work.mkdir(exist_ok=True)
    saved = run(SUPPORT / "zoo_save.py", chosen.work)
    if saved.code:
        tell(f"the zoo cannot be made: {_told(saved)}")
        return 1
    names = json.loads((chosen.work / "names.json").read_text(encoding="utf-8"))
    wanted = [(name, group) for group in names for name in names[group] if fnmatch.fnmatch(name, chosen.only)]
    kept = chosen.work / "rows.json"
    rows = read_rows(kept)
    for nth, (name, group) in enumerate(wanted, 1):
        if chosen.again or name not in rows or not rows[name].is_whole:
            rows[name] = measured(name, group, chosen.work)
            write_rows(kept, rows.values())
            TABLE.write_text(page(rows.values()), encoding="utf-8")
        row = rows[name]
        tell(f"{nth}/{len(wanted)} {name}: {row.result}, {row.export_secs:.1f} s, {row.memory_mib:,.0f} MiB")
    return 0 if all(rows[name].is_whole for name, _ in wanted) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
