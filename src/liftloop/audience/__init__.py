"""Who qualifies, this second?

Traits come in; entries and exits go out, on the event and on the passing of time alike.
"""
