"""Carriers: who takes a parcel from a cooperative to a buyer. No marketplace: no listing, no order to pull.

::

    values        frozen nouns; the receiver's own are never shown by ``repr`` and live for one call
    interface     the Protocol every carrier fulfils; its one error is ``MarketplaceError``
    directory     name -> carrier, loaded on first use
    viettelpost/  ViettelPost's partner API
"""
