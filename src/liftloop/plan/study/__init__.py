"""The study of a goal: from people, log and money to a plan, an exploration or a refusal."""
