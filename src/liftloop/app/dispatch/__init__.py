"""The process that carries the outbox out: words, channels, attempts, outcomes."""
