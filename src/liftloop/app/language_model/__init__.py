"""The language model that an installation may use: how it is set, reached and asked."""
