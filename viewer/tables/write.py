"""Tables as files: CSV for whoever opens a spreadsheet, Parquet for whoever computes; or as CSV on stdout.

CSV is that of RFC 4180 in UTF-8 with a header. A number is written so that reading it gives the same 64 bits; what is
missing is an empty cell, what is no number `nan`, `inf` or `-inf`. Names come from files that anybody may have made,
and a spreadsheet takes a cell for a formula that begins with `=`, `+`, `-` or `@`: a text that begins with one of
these, or with a tab, a line's end or an apostrophe, has an apostrophe before it, so that to drop one apostrophe gives
every text back. Numbers stay numbers. Parquet has texts as they are.
"""

from __future__ import annotations

import csv
import io
import os
import sys
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from exporter.bundle.durable import sync_file, writing
from exporter.bundle.errors import KerascopeError

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.tables.table import Table, Value

STDOUT = Path("-")
BATCH_ROWS = 8192
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "'")


def write_table(table: Table, out: Path, *, overwrite: bool = False) -> int:
    """How many rows were written to `out`, a `.csv` or `.parquet` file, or `-`: CSV on stdout.

    A file is there whole or not at all. Rows are written as they come: a table may be larger than memory.

    Raises
    ------
    KerascopeError
        `out` ends in something else, is there and may not be replaced, or cannot be written.
    ModuleNotFoundError
        Parquet needs pyarrow, which is not installed.
    """
    if out == STDOUT:
        return _to_stdout(table)
    writers: dict[str, Callable[[Table, IO[bytes]], int]] = {".csv": _write_csv, ".parquet": _write_parquet}
    if out.suffix.lower() not in writers:
        raise KerascopeError("a table is a CSV or a Parquet file", expected="NAME.csv or NAME.parquet", got=out.name)
    if out.exists() and not overwrite:
        raise KerascopeError("there is something at this place already", remedy="pass --overwrite", path=out)
    partial = out.with_name(f".{out.name}-{os.getpid()}.tmp")
    with writing(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        try:
            with partial.open("xb") as stream:
                count = writers[out.suffix.lower()](table, stream)
                sync_file(stream)
            partial.replace(out)
        finally:
            partial.unlink(missing_ok=True)
    return count


def cell_of(value: Value) -> str:
    """What stands in a cell of CSV.

    >>> [cell_of(each) for each in (None, True, -3, 0.1, float("nan"), "cat", "=1+1", "'a", "")]
    ['', 'true', '-3', '0.1', 'nan', 'cat', "'=1+1", "''a", '']
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"'{value}" if value.startswith(STARTS) else value
    return repr(value)


def _write_csv(table: Table, stream: IO[bytes]) -> int:
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="", errors="replace")
    try:
        rows = csv.writer(text, lineterminator="\r\n")
        rows.writerow([name for name, _ in table.columns])
        count = 0
        for count, row in enumerate(table.rows, 1):  # noqa: B007 - how many there were
            rows.writerow(map(cell_of, row))
        text.flush()
        return count
    finally:
        text.detach()


def _to_stdout(table: Table) -> int:
    sys.stdout.flush()
    return _write_csv(table, sys.stdout.buffer)


def _write_parquet(table: Table, stream: IO[bytes]) -> int:
    import pyarrow as pa  # noqa: PLC0415 - an extra, and heavy
    import pyarrow.parquet as pq  # noqa: PLC0415 - an extra, and heavy

    types: dict[str, Any] = {"int": pa.int64(), "float": pa.float64(), "bool": pa.bool_(), "text": pa.string()}
    schema = pa.schema([(name, types[kind]) for name, kind in table.columns])
    rows, count = iter(table.rows), 0
    with pq.ParquetWriter(stream, schema) as writer:
        while batch := list(islice(rows, BATCH_ROWS)):
            columns = zip(*batch, strict=True)
            arrays = [pa.array(values, field.type) for values, field in zip(columns, schema, strict=True)]
            writer.write_batch(pa.record_batch(arrays, schema))
            count += len(batch)
    return count
