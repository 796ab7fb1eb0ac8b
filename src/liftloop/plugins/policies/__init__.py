"""Ways to choose one option a person, with the propensity of each choice."""
