"""Which variant does better, where its share goes next, what may be claimed of it, and when to stop.

Counts by batch come in; shares, sentences with their evidence and alarms go out. Pure; the desk reads and writes.
"""
