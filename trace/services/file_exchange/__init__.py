"""Shops kept by files: order reports read in, goods written out into the shop's own template.

``headings`` knows what columns are called, ``cells`` reads one cell, ``layouts`` remembers which column is
what, ``cleaning`` takes a file apart and leaves everything of a buyer behind, ``telling`` makes orders of
clean rows, ``reports`` is the verb (check, take in), ``learning`` tells again, ``drops`` is the watched
folder, ``fetching``, ``remote_names`` and ``arriving`` the way into it from a server; ``templates``,
``filling`` and ``exports`` are the way out; ``day_totals`` what people read off a page as a last resort.
"""
