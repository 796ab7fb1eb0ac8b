"""The routes of the management API, a module for each part of the app."""
