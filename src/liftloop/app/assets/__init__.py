"""Pictures and documents of contents: the library of them."""
