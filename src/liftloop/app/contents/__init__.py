"""The library of contents: what breaks which rule, who approved what, how it reads for a person."""
