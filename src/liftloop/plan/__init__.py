"""What is the best we may do about a goal?

A goal and frozen history come in; options, a policy and an honest forecast go out.
"""
