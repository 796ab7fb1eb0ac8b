"""In which words? A template and a person come in; a rendered message or a named failure goes out."""
