"""The one kind of error that Kerascope expects, told on one line."""

from __future__ import annotations

from pathlib import Path


def _one_line(text: object) -> str:
    return " ".join(str(text).split())


class KerascopeError(Exception):
    """An expected failure: what went wrong, what was expected, what was found, what to do, and where.

    Parameters
    ----------
    what : what went wrong, without a full stop.
    expected, got : what should have been there, and what was. Empty: not told.
    remedy : what the user can do about it. Empty: not told.
    path : the file or folder that it is about; told last, in brackets.

    ``str()`` is one line whatever the parts contain: ``what: expected X, got Y; remedy (path)``.

    >>> print(KerascopeError("bad size", expected="2", got=3, remedy="pass --size", path="a.npz"))
    bad size: expected 2, got 3; pass --size (a.npz)
    >>> print(KerascopeError("bad size"))
    bad size
    """

    def __init__(
        self,
        what: str,
        *,
        expected: object = "",
        got: object = "",
        remedy: str = "",
        path: Path | str | None = None,
    ) -> None:
        self.what = _one_line(what)
        self.expected = _one_line(expected)
        self.got = _one_line(got)
        self.remedy = _one_line(remedy)
        self.path = None if path is None else Path(path)
        super().__init__(str(self))

    def __str__(self) -> str:
        parts = [f"{word}{text}" for word, text in (("expected ", self.expected), ("got ", self.got)) if text]
        line = self.what + (": " + ", ".join(parts) if parts else "")
        line += f"; {self.remedy}" if self.remedy else ""
        return line + (f" ({_one_line(self.path)})" if self.path is not None else "")


class BundleError(KerascopeError):
    """A bundle that cannot be read, or must not be written as asked."""
