"""ViettelPost's codes and what they mean to us.

The codes with their names are listed alike in several public clients; the meanings are our reading of
the names. A code that is not here is shown as it is.
"""

from __future__ import annotations

from marketplaces.carriers.values import Meaning

MEANINGS: dict[str, Meaning] = {
    "100": "booked",  # order made
    "101": "cancelled",  # by ViettelPost
    "102": "booked",  # waits to be handled
    "103": "booked",  # given to a post office to handle
    "104": "booked",  # given to a postman to fetch it
    "105": "picked_up",
    "106": "returning",  # the sender asks for the goods back
    "107": "cancelled",  # by the sender
    "200": "picked_up",  # taken in at the first post office
    "201": "cancelled",  # not taken in after all
    "202": "picked_up",  # its papers were amended
    "300": "in_transit",
    "301": "in_transit",
    "302": "in_transit",
    "303": "in_transit",
    "400": "in_transit",
    "401": "in_transit",
    "402": "in_transit",
    "403": "in_transit",
    "500": "out_for_delivery",
    "501": "delivered",
    "502": "returning",
    "503": "cancelled",  # on the customer's request
    "504": "returned",
    "505": "returning",  # notice of a return: a delivery may still be tried on request
    "506": "waiting",  # nobody at home
    "507": "waiting",  # the customer comes for it
    "508": "out_for_delivery",  # once more
    "509": "in_transit",  # on to another post office
    "510": "waiting",  # its postman was taken off it
    "515": "returning",  # the return was approved
    "550": "out_for_delivery",  # once more, as the sender asked
}


def meaning_of(code: str) -> Meaning:
    """What a code means; ``unmapped`` where nobody knows."""
    return MEANINGS.get(code, "unmapped")
