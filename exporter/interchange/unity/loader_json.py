"""One JSON file of a stranger, read within limits and by the tolerance of the loader's reader."""

from __future__ import annotations

import codecs
import json
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from exporter.interchange.unity.loader_report import Finding, remark, shown

MAX_FILE_BYTES = 128 * 1024 * 1024
MAX_BRACKETS = 4_000_000
MAX_QUOTES = 2_000_000
TRAILING_COMMA = re.compile(r'"(?:[^"\\]|\\.)*"|,(?=\s*[\]}])', re.DOTALL)  # words as they are, and the comma
SECS_PER_BYTE = 3.9 / 12e6  # measured once: 12 MB took the loader 3.9 s, its window frozen
BY_MARK = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class Read:
    """A file as it was read: its value (None where the loader would have stopped), size and findings."""

    value: object
    n_bytes: int = 0
    findings: tuple[Finding, ...] = ()

    @property
    def is_there(self) -> bool:
        """Whether the loader would get past reading it."""
        return not any(each.verdict == "crash" for each in self.findings)


def read_json(path: Path) -> Read:
    """The value in a file: NaN and Infinity are numbers, a byte order mark is obeyed, as the loader's reader does.

    Never raises for what is in the file: what is too large, too deep or no JSON is a finding, and its value None.
    """
    name = shown(path.name)
    try:
        size = path.stat()
        if not stat.S_ISREG(size.st_mode):
            return _failed("this is not a plain file", "", name)
        if size.st_size > MAX_FILE_BYTES:
            return _too_large(size.st_size, name)
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        return _failed("the file cannot be read", str(error.strerror), name)
    return _too_large(len(content), name) if len(content) > MAX_FILE_BYTES else _parsed(content, name)


def _parsed(content: bytes, name: str) -> Read:
    n_bytes = len(content)
    text, findings = _decoded(content, name)
    if text.count("[") + text.count("{") > MAX_BRACKETS or text.count('"') > MAX_QUOTES:
        return _failed("too many lists or words to be examined here", "", name, "write fewer samples", n_bytes)
    value, problem = _value_of(text)
    if isinstance(problem, json.JSONDecodeError):
        value, still = _value_of(TRAILING_COMMA.sub(_without_comma, text))
        if still is None:
            told = remark("a comma before a closing bracket is forgiven", remedy="take it out", file=name)
            return Read(value, n_bytes, (*findings, told))
    return Read(value, n_bytes, findings) if problem is None else _failed(*_told(problem, text, name), n_bytes)


def _value_of(text: str) -> tuple[object, Exception | None]:
    try:
        return json.loads(text, strict=False), None
    except (RecursionError, MemoryError, ValueError) as error:
        return None, error


def _without_comma(found: re.Match[str]) -> str:
    return "" if found[0] == "," else found[0]


def _told(problem: Exception, text: str, name: str) -> tuple[str, str, str, str]:
    """What is wrong, why, the file, and what to do."""
    if isinstance(problem, RecursionError):
        return "lists are nested far too deep", "", name, ""
    if isinstance(problem, MemoryError):
        return "more than fits into memory", "", name, "write fewer samples"
    if isinstance(problem, json.JSONDecodeError):
        why = f"{problem.msg} at line {problem.lineno}, column {problem.colno}"
        is_cut = problem.pos >= len(text.rstrip())
        return "the file is not plain JSON", why, name, "write the file again" + "; is it cut off?" * is_cut
    return "the file holds a number with thousands of digits", "", name, ""


def _decoded(content: bytes, name: str) -> tuple[str, tuple[Finding, ...]]:
    encoding = next((encoding for mark, encoding in BY_MARK if content.startswith(mark)), "utf-8")
    try:
        return content.decode(encoding), ()
    except UnicodeDecodeError:
        what = f"not {encoding.upper().removesuffix('-SIG')}: letters that cannot be read become question marks"
        return content.decode(encoding, errors="replace"), (remark(what, remedy="save it as UTF-8", file=name),)


def _too_large(n_bytes: int, name: str) -> Read:
    what = f"{n_bytes / 1e6:.0f} MB are more than is examined here ({MAX_FILE_BYTES / 1e6:.0f} MB)"
    why = f"the loader's window would be frozen for {n_bytes * SECS_PER_BYTE:.0f} s or more"
    return _failed(what, why, name, "choose fewer samples", n_bytes)


def _failed(what: str, why: str, name: str, remedy: str = "", n_bytes: int = 0) -> Read:
    return Read(None, n_bytes, (Finding("crash", what, why, remedy, name),))
