"""Accounts: who may sign in, with what, as whom; their sessions and tokens, and the trail of what everybody did.

Secrets are kept as hashes (passwords by Argon2id, random tokens by SHA-256) or sealed (secrets of one-time codes);
none of them ever enters the log, an answer that is not its maker's, or the trail.
"""
