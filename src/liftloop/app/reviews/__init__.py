"""Reviews of campaigns: counted from lake and ledger, kept as documents, sent once to whoever is named."""
