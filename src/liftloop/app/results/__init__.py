"""What history says when it is asked: funnel, retention, lifetime value, attribution, return on spend."""
