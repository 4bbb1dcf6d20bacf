"""Shopee Open Platform v2 as its server sees it, written from the reference.

::

    guard      signatures, time, tokens, shops: who may come in
    envelope   what answers and refusals look like
    tokens     codes and rotating tokens
    products   listings, pictures, carriers
    orders     lists, details
    consent    the page on which a seller agrees
    dialect    all of it as one simulator
"""
