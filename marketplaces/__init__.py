"""Shops on Vietnamese marketplaces: what we send them and what they tell us.

::

    values       frozen nouns that cross the border; none has a place for a buyer's data
    interface    the Protocol every adapter fulfils, its capabilities, and its one error
    directory    name -> adapter, loaded on first use
    http         the one client: time-outs, retries, pace, size caps, redacted call records
    reading      strict readers over a marketplace's JSON
    money        amounts of other currencies as whole numbers
    progress     how far a reading got: pages that are looked through until they are still
    one_by_one   orders where a marketplace tells one at a time
    publishing   making listings look like offers: the walk that every marketplace shares
    memory       a marketplace inside the process
    agreeing     what the ways to a seller's agreement share
    shopee/      Shopee Open Platform v2
    lazada/      Lazada Open Platform
    tiki/        Tiki Open API
    sendo/       Sendo's seller API, shipped switched off
    tiktok/      TikTok Shop Partner API
    report_server/  an SFTP server with order reports of shops that are kept by files
    carriers/    who takes the parcels: no marketplaces, with a Protocol of their own
    alibaba/     Alibaba.com Open Platform (ICBU)
    open_platform/  the gateway Lazada and Alibaba.com share
    simulators/  the same marketplaces as their servers see them, verifying with code of their own

A new marketplace is one adapter (a file or a folder), one simulator, and one line in ``directory``
and in ``simulators.app``. Nothing here knows the registry.
"""
