"""What do we know of them?

Facts come in; traits, windows and consents go out, true as of the moment they are read.
"""
