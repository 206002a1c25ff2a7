"""What the doctor says of a folder: findings, each with a verdict of its own, and the whole."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Literal

Verdict = Literal["accepted", "scrambled", "crash"]
SEVERITY: dict[Verdict, int] = {"accepted": 0, "scrambled": 1, "crash": 2}
MAX_LINES = 120
MAX_SHOWN = 60


def shown(text: object) -> str:
    """The words of a stranger's file on one line: short, and without anything that a terminal would obey.

    >>> shown("conv0" + chr(27) + "[2J")
    'conv0?[2J'
    """
    start = str(text)[: MAX_SHOWN + 1]
    safe = "".join(each if each.isprintable() else "?" for each in start)
    return safe if len(safe) <= MAX_SHOWN else safe[: MAX_SHOWN - 1] + "…"


def times(shape: Iterable[int]) -> str:
    """A size in words.

    >>> times((28, 28, 1))
    '28 x 28 x 1'
    """
    return " x ".join(str(each) for each in shape) or "nothing"


def counted(n: int, thing: str, things: str = "") -> str:
    """A number of things in words.

    >>> counted(1, "file"), counted(2, "entry", "entries")
    ('1 file', '2 entries')
    """
    return f"{n} {thing if n == 1 else things or thing + 's'}"


@dataclass(frozen=True)
class Finding:
    """One thing that the loader does, in plain words.

    ``pool_size`` is the setting of the pool prefab that it holds for (0: as published); None: for every setting.
    ``is_remark``: accepted, but good to know. ``layer_index`` counts from 0 in the file of the structure.
    """

    verdict: Verdict
    what: str
    why: str = ""
    remedy: str = ""
    file: str = ""
    layer_index: int | None = None
    layer_name: str = ""
    pool_size: int | None = None
    is_remark: bool = False

    @property
    def place(self) -> str:
        """The layer and the file that it is about; empty for the folder."""
        layer = "" if self.layer_index is None else f"layer {self.layer_index} {self.layer_name}".rstrip()
        return ", ".join(each for each in (layer, self.file) if each)

    def line(self) -> str:
        """The finding on one line: ``verdict: place: what: why; remedy``."""
        told = self.what + (f": {self.why}" if self.why else "") + (f"; {self.remedy}" if self.remedy else "")
        return ": ".join(each for each in ("remark" if self.is_remark else self.verdict, self.place, told) if each)


def remark(what: str, *, why: str = "", remedy: str = "", file: str = "") -> Finding:
    """A finding that changes nothing."""
    return Finding("accepted", what, why, remedy, file, is_remark=True)


def worst(findings: Iterable[Finding]) -> Verdict:
    """The gravest verdict among findings; of none: accepted."""
    return max((each.verdict for each in findings), key=SEVERITY.__getitem__, default="accepted")


def merged(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings, each told once: the same thing in many files names the first one and how many more."""
    groups: dict[Finding, list[str]] = {}
    for each in findings:
        groups.setdefault(replace(each, file=""), []).append(each.file)
    return tuple(replace(each, file=_files(list(dict.fromkeys(files)))) for each, files in groups.items())


def _files(files: list[str]) -> str:
    return files[0] if len(files) == 1 else f"{files[0]} and {len(files) - 1} more"


@dataclass(frozen=True)
class Diagnosis:
    """What the loader would do with a folder.

    ``verdict`` is the one with the better setting of the pool prefab where none was asked for;
    ``verdict_by_pool_size`` has one per setting (0: as published). ``pool_size`` is the setting that ``verdict``
    holds for. ``n_samples`` is what the loader's slider offers. ``load_secs`` is an estimate.
    """

    folder: str
    verdict: Verdict
    summary: str
    findings: tuple[Finding, ...]
    pool_size: int
    verdict_by_pool_size: dict[int, Verdict] = field(hash=False)
    n_layers: int = 0
    n_epochs: int = 0
    n_samples: int = 0
    n_bytes: int = 0
    load_secs: float = 0.0

    def lines(self) -> tuple[str, ...]:
        """The summary, then one finding a line, the worst first, each layer in its order, remarks last."""
        told = sorted(
            (each for each in self.findings if each.pool_size in (None, self.pool_size)),
            key=lambda each: (each.is_remark, -SEVERITY[each.verdict]),
        )
        lines = [each.line() for each in told[:MAX_LINES]]
        if len(told) > MAX_LINES:
            lines.append(f"and {len(told) - MAX_LINES} findings more")
        return (self.summary, *lines)

    def to_json(self) -> str:
        """The whole as JSON, with every finding of every setting of the pool prefab."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False)
