"""Lazada Open Platform as its server sees it, written from the reference.

::

    guard      parameters wherever they travel, time, signatures, tokens: who may come in
    envelope   what answers and refusals look like
    tokens     codes and rotating tokens, at the tokens' own host
    orders     heads, and their rows: one a unit
    payload    a product's request, in JSON or XML
    products   products and categories as they are shown
    shelf      what changes them
    dialect    all of it as one simulator

The bench keeps one number a listing, and that is the SKU's; the product's number is made from it.
"""
