"""Keeping an installation: backup, restore, retention."""
