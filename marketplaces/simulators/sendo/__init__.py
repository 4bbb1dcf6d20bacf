"""Sendo's seller API as its server sees it, written from what is known of it.

::

    envelope  what answers and refusals look like
    guard     bearer tokens, of which only the last is good
    tokens    keys in, a token of eight hours out
    orders    search by days with a token for the next page, details
    products  search, details, categories
    shelf     making and changing products
    dialect   all of it as one simulator
"""
