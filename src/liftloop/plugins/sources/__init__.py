"""Places to read events from. Each resumes where it stopped."""
