"""Where is each person, and what comes next?

Entries and events come in; the steps of each enrolment go out, set-wise.
"""
