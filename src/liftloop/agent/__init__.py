"""The use cases for agents. Empty until the app has accounts and scopes."""
