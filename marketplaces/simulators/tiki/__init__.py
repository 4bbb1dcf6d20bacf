"""Tiki Open API as its server sees it, written from the reference.

::

    guard     bearer tokens: who may come in
    envelope  what refusals look like
    tokens    the application's own keys, answered with an access token
    orders    list and details
    wares     what a shop offers, one for each variant, and its warehouses
    products  reading products, categories, the seller
    shelf     price, stock, on and off the shelf: at once
    requests  new products and new texts: requests that are looked at
    queues    events that wait to be pulled
    clock     times without a zone
    dialect   all of it as one simulator
"""
