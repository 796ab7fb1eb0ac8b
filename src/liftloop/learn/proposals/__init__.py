"""Proposals: what is answered less than expected, why as far as numbers tell, and one change to try against it."""
