"""Dashboards: tiles that count events, decisions, sends, sales and customers, saved as definitions of kind `dashboard`.

What a tile asks goes to the lake as a tally; whoever has teams gets the numbers of their own customers, and fields that
are personal are never a way to tell rows apart.
"""
