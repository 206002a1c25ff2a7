"""The examples in docstrings do what they say."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
WITH_EXAMPLES = [
    path.relative_to(ROOT)
    for room in ("exporter", "viewer", "scenes")
    for path in sorted((ROOT / room).rglob("*.py"))
    if ">>> " in path.read_text(encoding="utf-8")
]


def marks(path: Path) -> list[pytest.MarkDecorator]:
    return [pytest.mark.tf] if path.parts[0] == "exporter" and path.parts[1] != "bundle" else []


@pytest.mark.parametrize("path", [pytest.param(path, marks=marks(path), id=path.as_posix()) for path in WITH_EXAMPLES])
def test_examples(path: Path) -> None:
    module = importlib.import_module(".".join(path.with_suffix("").parts))
    # Without those that have none: for each that it runs, doctest looks at every file it has ever read.
    examples = [found for found in doctest.DocTestFinder().find(module) if found.examples]
    assert examples
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    for each in examples:
        runner.run(each)
    assert runner.summarize(verbose=False).failed == 0
