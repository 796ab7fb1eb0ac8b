"""The use cases over HTTP: thin, typed, documented by OpenAPI."""
