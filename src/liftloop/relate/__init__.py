"""Which human takes over? Outcomes come in; leads, tasks and tickets for people go out."""
