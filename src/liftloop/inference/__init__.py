"""Statistics that know no marketing: cross-fitting, doubly robust estimates, sequential tests, dual allocation."""
