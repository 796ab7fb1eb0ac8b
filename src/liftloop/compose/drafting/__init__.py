"""Words by rules: what a message is for becomes drafts in several tones, in the form that its channel asks for."""
