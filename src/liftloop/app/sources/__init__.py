"""Where data come from: forms, databases, keys, and how good it is what comes."""
