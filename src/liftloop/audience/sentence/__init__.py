"""Whom does the sentence mean?

One line in either language and a lexicon of what is there come in; the tree, what was understood part by part,
what can be read otherwise and what was not understood go out. Rules, never a guess: nothing is silently dropped.
"""
