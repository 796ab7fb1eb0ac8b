"""What a study makes of everybody's past: worth, stage, cycles, interests and habits.

Columns of the lake come in, sorted by person and time; traits go out. Every function is pure; money is in fen.
"""
