"""The rules of the house: what holds for all messages, launches and sign-ins, read whole, weighed before, gone back."""
