"""Marketplaces as their servers see them, for tests, demonstrations and rehearsals.

::

    app       all simulators behind one Flask application
    control   the door for whoever plays the outside world: shops, orders, faults, clock
    asking    reading what came through that door
    seeding   shops, applications, tokens and listings
    selling   what buyers do: order, pay, complete, cancel, return
    truth     what was really sold, summed up from the simulator's own orders
    play      a page for a person who plays the buyer
    bench     one marketplace's state: shops, listings, orders, tokens, clock
    consenting  the page on which a seller agrees, by OAuth
    pushing   pushes signed over the application's number and the body
    granting  codes and tokens that are spent once
    store     documents in one SQLite file, or in memory
    calls     what a marketplace was asked, in order
    faults    429, 500, slow, cut and the rest
    dialect   what one marketplace tells these shared rooms
    shopee/   Shopee's dialect, written from its reference
    lazada/   Lazada's
    tiki/     Tiki's
    sendo/    Sendo's
    tiktok/   TikTok Shop's
    viettelpost/  a carrier, with a door of its own
    alibaba/  Alibaba.com's

Nothing here imports an adapter. Serve it on a loopback address only: the control door has no lock.
"""
