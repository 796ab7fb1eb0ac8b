"""The directory of tags: who has them, where they are used, which overlap."""
