"""Which rules of law and of channels do words break? A table of rules, and what finds a breach of each in a text."""
