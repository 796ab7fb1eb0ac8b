"""What did it change?

Assignments and outcomes come in; lift with its interval goes out, assigned against assigned.
"""
