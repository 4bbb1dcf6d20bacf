"""Shopee Open Platform v2, as sellers in Vietnam see it.

::

    adapter    the Marketplace Protocol, one method a line
    signing    the byte-exact signatures of calls and pushes
    gateway    signed calls in, the ``response`` object out
    errors     Shopee's error names and what they mean to us
    tokens     authorization link, code, rotating refresh token
    orders     windows of at most 15 days, cursor pages, details, the status table
    listings   what the shop has
    offers     making listings look like our offers
    pushes     Shopee's hints
"""
