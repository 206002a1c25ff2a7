"""The page of `make zoo` has a line for each model, sorted, and says what failed."""

from __future__ import annotations

from pathlib import Path

from zoo_rows import Row, page, read_rows, write_rows

ROWS = [
    Row("VGG16", "applications", 23, 138_357_544, 12.34, 5.6, 4321.0, 700.04),
    Row("ConvNeXtXLarge", "applications", result="export: no | memory", options=("--dtype", "float16")),
    Row("u_net", "zoo", 21, 41_290),
]


def test_each_model_has_a_line_in_order() -> None:
    lines = [line for line in page(ROWS).splitlines() if line.startswith("| ") and "layers" not in line]
    assert lines == [
        "| ConvNeXtXLarge | 0 | 0 | 0.0 | 0.0 | 0 | 0.0 | export: no / memory with `--dtype float16` |",
        "| VGG16 | 23 | 138,357,544 | 12.3 | 5.6 | 4,321 | 700.0 | whole |",
        "| u_net | 21 | 41,290 | 0.0 | 0.0 | 0 | 0.0 | whole |",
    ]


def test_what_was_measured_is_kept(tmp_path: Path) -> None:
    assert read_rows(tmp_path / "rows.json") == {}
    write_rows(tmp_path / "rows.json", ROWS)
    assert list(read_rows(tmp_path / "rows.json").values()) == ROWS
    assert [row.is_whole for row in ROWS] == [True, False, True]
