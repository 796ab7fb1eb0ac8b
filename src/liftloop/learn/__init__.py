"""What do we do differently?

Logged decisions and their outcomes come in; policies and proposals go out, each with evidence.
"""
