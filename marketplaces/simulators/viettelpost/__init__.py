"""ViettelPost as its server sees it, written from public pages and clients and never from our adapter.

::

    server     the real paths below ``/viettelpost``
    envelope   its answers
    accounts   two logins, tokens of a day and of a thousand days
    waybills   price, booking, cancelling, looking up, printing
    parcels    what is kept of a shipment, and its moves
    outbox     pushes: made with every move, sent where the account has an address
    courier    a page for a person who plays the postman
    door       ``POST /control/viettelpost``
"""
