"""Liftloop: from a goal in plain words to measured lift, in one loop over one log of facts."""
