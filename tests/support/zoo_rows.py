"""What `make zoo` knows of each model, and the page that it makes of that."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

WHOLE = "whole"
_HEAD = """# Which models have been through Kerascope

Made by `make zoo`, on software OpenGL: each model with random weights is exported with `kerascope export`, checked with
`kerascope validate`, and one frame of the scene `structure` is drawn at 960x540 with `kerascope frame`. Seconds are
those of the whole command, its start included; memory is the largest of the exporting process. Bundles hold all weights
in float32 and every layer's output, for one picture of 320x240 (which becomes what the model takes), or for three
samples of the small models, unless options are named.
"""
_COLUMNS = ("model", "layers", "parameters", "export, s", "frame, s", "memory, MiB", "bundle, MB", "result")


@dataclass(frozen=True)
class Row:
    """One model: what it is, what the commands took, and `whole` or what went wrong.

    `options` are those of `kerascope export` beside the plain ones. What was not reached is 0.
    """

    model: str
    group: str
    layers: int = 0
    parameters: int = 0
    export_secs: float = 0.0
    frame_secs: float = 0.0
    memory_mib: float = 0.0
    bundle_mb: float = 0.0
    options: tuple[str, ...] = ()
    result: str = WHOLE

    @property
    def is_whole(self) -> bool:
        """Whether the bundle is without fault and was drawn."""
        return self.result == WHOLE


def read_rows(path: Path) -> dict[str, Row]:
    """The rows in a file that `write_rows` wrote, by model; none where there is no file."""
    if not path.exists():
        return {}
    rows = json.loads(path.read_text(encoding="utf-8"))
    return {row["model"]: Row(**{**row, "options": tuple(row["options"])}) for row in rows}


def write_rows(path: Path, rows: Iterable[Row]) -> None:
    """Keep the rows, so that a run that was broken off goes on where it was."""
    path.write_text(json.dumps([asdict(row) for row in rows], indent=1), encoding="utf-8")


def page(rows: Iterable[Row]) -> str:
    """The rows as a Markdown page: a table for `keras.applications` and one for the small models, sorted by name."""
    rows = sorted(rows, key=lambda row: row.model.lower())
    parts = [_HEAD]
    for group, title in (("applications", "keras.applications"), ("zoo", "One small model of every sort")):
        lines = [_line(row) for row in rows if row.group == group]
        if lines:
            head = f"| {' | '.join(_COLUMNS)} |\n|---|{'--:|' * (len(_COLUMNS) - 2)}---|"
            parts.append(f"## {title}\n\n{head}\n" + "\n".join(lines) + "\n")
    return "\n".join(parts)


def _line(row: Row) -> str:
    result = row.result.replace("|", "/").replace("\n", " ")
    if row.options:
        result += f" with `{' '.join(row.options)}`"
    measured = (
        f"{row.layers:,}", f"{row.parameters:,}", f"{row.export_secs:.1f}", f"{row.frame_secs:.1f}",
        f"{row.memory_mib:,.0f}", f"{row.bundle_mb:,.1f}",
    )  # fmt: skip
    return f"| {row.model} | {' | '.join(measured)} | {result} |"
