"""What does the sentence say?

One line in either language comes in; metric, size, window, limits and open questions go out.
Rules over a catalogue of metrics, never a guess: what can be read in two ways is asked back.
"""
