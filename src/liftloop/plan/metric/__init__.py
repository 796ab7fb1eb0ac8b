"""The built-in metrics, as data."""
