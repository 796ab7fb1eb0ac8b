"""The tick: fold a frame of facts through the stages and commit once.

Time and chance enter here and nowhere else.
"""
