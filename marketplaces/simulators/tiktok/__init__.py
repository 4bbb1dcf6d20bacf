"""TikTok Shop Partner API as its server sees it, written from the reference.

::

    guard       application, signature, time, token, cipher: who may come in
    envelope    ``code``, ``message``, ``data``
    routes      paths with their versions, and what a wrong one is answered
    tokens      codes and tokens at the host of their own
    consent     the page where a seller agrees
    orders      search and details: a row for each unit
    aftersales  cancellations and returns
    diary       when an order's own word changed, and what was taken back of it
    products    reading products, categories, warehouses; pictures
    shelf       new products, texts, prices, stocks, on and off
    reviews     what TikTok looks at before buyers see it
    subscriptions  which pushes a shop wants
    dialect     all of it as one simulator
"""
