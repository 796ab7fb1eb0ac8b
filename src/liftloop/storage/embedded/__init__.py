"""The engine of one machine: SQLite for log, state and vault, DuckDB for the lake, numpy blocks in RAM."""
