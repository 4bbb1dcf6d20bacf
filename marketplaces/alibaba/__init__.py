"""Alibaba.com (ICBU) behind the Marketplace Protocol.

::

    gateway    signed calls and their answers, over ``open_platform``
    errors     both envelopes: the gateway's code, and the business answer's ``success``
    tokens     the seller's agreement
    orders     heads by time of change, then each order's detail
    details    an order's detail -> lines in the order's own currency
    listings   products and their SKUs
    offers     making and changing them, in dollars
    pushes     hints that something changed
    adapter    all of it as one class

Written from public documentation and clients; ``docs/marketplaces/alibaba.md`` says what was verified where
and what is unknown.
"""
