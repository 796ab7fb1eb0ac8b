"""A file larger than the memory it may take is read all the same."""

import subprocess
import sys
from pathlib import Path

import pytest

ROWS = 4_000_000
MEMORY_MB = 256
ON_TOP_MB = 350  # Python, numpy and DuckDB themselves, one batch, and the buffers that DuckDB does not count.

_READ = f"""
import resource, sys
from pathlib import Path
from typing import NamedTuple
from liftloop.plugins.sources.file import ReadOptions, open_table

class Plan(NamedTuple):
    group_by: tuple[str, ...] = ("order_id",)
    joins: tuple[()] = ()

with open_table(Path(sys.argv[1]), ReadOptions(memory_bytes_max={MEMORY_MB} * 1024**2), Plan()) as table:
    rows = sum(len(batch.lines) for batch in table.batches())
print(rows, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.mark.long
def test_memory_is_bounded_while_orders_are_brought_together(tmp_path: Path) -> None:
    """Four million lines of orders that lie scattered are grouped within the memory allowed, by spilling."""
    path = tmp_path / "scattered.csv"
    with path.open("w") as file:
        file.write("order_id,customer_id,ordered_at,product_name,amount\n")
        for i in range(ROWS):
            order, customer, product = i * 7_919 % 1_000_003, i % 50_000, i % 997
            file.write(f"O{order:09d},C{customer:07d},2025-01-01 10:00:00,A product with number {product:05d},9.90\n")
    assert path.stat().st_size > MEMORY_MB * 1024**2
    done = subprocess.run([sys.executable, "-c", _READ, str(path)], capture_output=True, text=True, check=True)
    rows, peak_mb = map(int, done.stdout.split())
    assert rows == ROWS
    assert peak_mb < MEMORY_MB + ON_TOP_MB
