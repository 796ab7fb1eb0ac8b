"""Files brought in: proposal, process, records, what was refused."""
