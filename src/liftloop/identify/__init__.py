"""Who was it?

Identifiers come in; every fact leaves with the profile it belongs to. A merge keeps the older profile.
"""
