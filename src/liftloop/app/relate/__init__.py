"""The use cases around work for people: lists and cards, orders, notes, and what is told of it to others."""
