"""How a plan is written down: the record from a finding, and what it says in words."""
