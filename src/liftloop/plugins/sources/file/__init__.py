"""Files that people drop in: CSV, TSV, .gz, Excel, Parquet. Read as columns, in batches, in bounded memory.

A file is staged once into a private DuckDB that spills to disk; nothing of it is kept after `close`.
"""

from liftloop.plugins.sources.file.assembly import JoinReport
from liftloop.plugins.sources.file.opening import ReadOptions, open_table
from liftloop.plugins.sources.file.staging import BadLine
from liftloop.plugins.sources.file.table import Batch, Table

__all__ = ["BadLine", "Batch", "JoinReport", "ReadOptions", "Table", "open_table"]
