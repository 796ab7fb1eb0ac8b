"""Opportunities: for whom something is worth doing now, why, and what it may bring as a range; pure, from counts.

Who is meant is the tree of an audience, so that the people behind every number can be opened and counted. What may
come of it is what such people bought in past windows, times what a contact changes: learned where past contacts were
random, else a range that is called assumed.
"""
