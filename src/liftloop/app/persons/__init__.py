"""One person as people see them: found, told of, put together and taken apart."""
