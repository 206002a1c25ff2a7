"""What surveys tell, as tables in files for other programs: CSV and Parquet, the same rows either way."""

from __future__ import annotations

from viewer.tables.registry import TABLES, table_of
from viewer.tables.write import write_table

__all__ = ["TABLES", "table_of", "write_table"]
