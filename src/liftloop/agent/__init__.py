"""The use cases for agents, by the Model Context Protocol: each tool is one call of the management API.

So whatever bounds other callers bounds agents too: role, scopes, teams, masking, audit.
No tool starts, sends or changes what runs: they read, make drafts, and ask people for an approval.
"""
