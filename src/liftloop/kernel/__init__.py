"""What any program of this shape needs: ids, clock, dice, money, codecs, errors.

Nothing here knows marketing.
"""
