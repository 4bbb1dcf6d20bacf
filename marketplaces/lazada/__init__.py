"""Lazada Open Platform behind the Marketplace Protocol.

::

    gateway    signed calls and their answers, over ``open_platform``
    errors     Lazada's codes -> kinds
    tokens     the seller's agreement
    orders     heads by time of change, then their rows
    lines      one row a unit -> lines; row words -> one order status
    progress   how far a reading got
    listings   products and their SKUs
    offers     making and changing them
    pushes     hints that something changed
    adapter    all of it as one class

Written from Lazada's public API definitions and guides; ``docs/marketplaces/lazada.md`` says what was
verified where and what is unknown.
"""
