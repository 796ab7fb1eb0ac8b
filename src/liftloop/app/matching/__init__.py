"""Who may be the same person: suggested from the lake, decided by people."""
