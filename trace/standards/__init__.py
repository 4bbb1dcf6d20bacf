"""Rules that would hold without a computer: codes, their check digits, times, events, hashes.

One code a module, with the same verbs as everywhere::

    compact(text)    the bare spelling, nothing checked
    validate(text)   the bare spelling, or a Fault that says what was expected and what was got
    is_valid(text)   True or False
    format(text)     as people read it

Nothing here touches a database, a request or the clock.
"""
