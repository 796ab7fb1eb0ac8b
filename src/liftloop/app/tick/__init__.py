"""The process that takes messages, folds them and commits: tracking API, log, worker."""
