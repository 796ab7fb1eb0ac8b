"""What the study of a goal needs, read from lake and state."""
