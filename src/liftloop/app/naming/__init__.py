"""What things are called: codes, fields, items, reasons, and the words that sentences are read against."""
