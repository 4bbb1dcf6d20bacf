"""Sendo's seller API, as far as public pages and clients show it. Shipped switched off: see ``choices``.

::

    adapter    the Marketplace Protocol, one method a line
    choices    whether it is switched on, and what is left open
    gateway    bearer calls in, ``result`` out
    errors     refusals, and what they mean to us
    tokens     the shop's two keys, a token of eight hours
    orders     the search over whole days, details, the status table
    listings   what the shop has
    offers     making listings look like our offers
    pushes     hints that nobody signs
"""
