"""ViettelPost's partner API, by addresses in words: it finds provinces and communes itself.

::

    adapter    the Carrier Protocol, one method a line
    choices    what is left open
    gateway    calls in, ``data`` out
    errors     refusals, and what they mean to us
    discretion what a carrier's words may not repeat
    tokens     the account's two logins
    shipments  price, booking, cancelling, tracking, printing
    statuses   its codes and what they mean to us
    pushes     who sent a push, and what it says
"""
