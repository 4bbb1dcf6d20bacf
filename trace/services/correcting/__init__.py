"""Corrections of our own acts: how a lot came to be is told anew, or declared not to have taken place.

Nothing in the record is changed: the event of before stands, with a declaration beside it that it was wrong.
"""
