"""Alibaba.com's open platform as its server sees it, written from the reference.

::

    door       every way a call may come in, and what answers it
    guard      parameters wherever they travel, signatures of each generation, tokens, the list of addresses
    envelope   what answers and refusals look like
    switches   what the reference leaves open
    tokens     codes and tokens
    orders     heads by time, and one order whole
    products   products, searches and shelves as they are shown
    shelf      what changes them
    dialect    all of it as one simulator

Whoever plays the buyers counts in đồng; the platform shows dollars, at ``DONG_A_DOLLAR``. Amounts that are
whole cents at that rate come back as they were.
"""

DONG_A_DOLLAR = 25_000
