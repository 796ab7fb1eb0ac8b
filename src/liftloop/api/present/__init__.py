"""From what the app knows to what the API answers."""
