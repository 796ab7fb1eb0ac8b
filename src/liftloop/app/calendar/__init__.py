"""The calendar of marketing: what runs on which day, what each channel carries then, and what clashes.

Campaigns, journeys by the clock and festivals come in; days with their load against quotas, and conflicts, go out.
Nothing here is kept: everything is read anew, the past from the lake and what is to come from who was assigned.
"""
