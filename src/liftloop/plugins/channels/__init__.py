"""Ways to reach a person. Each declares its limits and what a repeated hand-over does."""
