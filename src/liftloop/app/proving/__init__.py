"""Plans judged in a market whose truth is known: what a planner would see of it, what it decides, what that was worth.

Nothing here plans; the study that runs is the one that plans for real shops.
"""
