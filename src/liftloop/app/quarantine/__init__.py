"""What could not be taken: kept, shown, mended, replayed."""
