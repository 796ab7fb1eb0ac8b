"""Runs a plan through the real journey and gate in memory, on a sample of its people, before anybody is contacted.

Operations are rehearsed, not outcomes: who enters, who stops where and why, what runs out when, what is spent by hour.
Nothing of it is written: state is a copy that is thrown away.
"""
