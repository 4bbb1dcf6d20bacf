"""Lazada's codes: a name or a number as text beside HTTP 200; ``"0"`` says that all went well."""

from __future__ import annotations

from marketplaces.interface import ErrorKind
from marketplaces.open_platform.codes import Codes

KINDS: dict[str, ErrorKind] = {
    "IllegalAccessToken": "expired_token",
    "IllegalRefreshToken": "relogin",
    "InvalidCode": "relogin",
    "IncompleteSignature": "setup",
    "MissingParameter": "setup",
    "SellerNotVerified": "setup",
    "ApiCallLimit": "rate_limit",
    "AppCallLimit": "quota",
    "901": "rate_limit",  # the services behind the gateway ask for less
    "998": "rate_limit",  # switched off during a campaign
    "ServiceTimeout": "unavailable",
    "16": "missing",  # no such order
    "37": "missing",  # one of the orders is not there
    "39": "missing",  # none of the orders is there
    "207": "missing",  # no such SKU
    "208": "missing",  # no such product
    "E0002": "missing",  # nothing there to take off the shelf
    # The SKU is there although a look just before did not show it: look again instead of giving up.
    "4105": "uncertain",
    "4135": "uncertain",
}
WAITS: dict[str, float] = {"901": 5.0, "998": 5.0, "AppCallLimit": 3600.0}

CODES = Codes("Lazada", KINDS, WAITS)
find_error = CODES.outer
kind_of = CODES.kind_of
