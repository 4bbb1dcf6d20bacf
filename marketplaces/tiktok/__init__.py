"""TikTok Shop Partner API, version 202309 and later, as local sellers in Vietnam see it.

::

    adapter     the Marketplace Protocol, one method a line
    signing     what is signed of a call and of a push, byte for byte
    paths       every call's path; its version may be chosen
    gateway     signed calls in, the ``data`` object out; which cipher a shop has
    errors      TikTok's error numbers and what they mean to us
    tokens      authorization link, code, rotating refresh token
    orders      windows, pages, single orders
    sources     the three lists that tell of a change: orders, cancellations, returns
    lines       rows of one unit as lines; the status table
    listings    what the shop has
    offers      making listings look like our offers
    pushes      TikTok's hints
"""
