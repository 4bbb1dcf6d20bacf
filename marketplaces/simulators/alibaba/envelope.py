"""Two envelopes: the gateway's code, "0" when all went well, and ``success`` of the business inside it."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Response, jsonify, request

Body = dict[str, Any]


class GatewayError(Exception):
    """The gateway refuses: its code and message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message


class BusinessError(Exception):
    """The call came through, and the business inside says no; ``more`` stands beside its message."""

    def __init__(self, code: str, message: str, **more: object) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.more = more


def good(body: Body) -> Response:
    """The answer of a call; older calls wrap it in their own name unless asked not to."""
    if is_old() and request.values.get("simplify") != "true":
        name = request.values.get("method", "").replace(".", "_") + "_response"
        return jsonify({name: {**body, "request_id": _number()}})
    return jsonify(code="0", request_id=_number(), **body)


def bad(refusal: GatewayError) -> Response:
    """A refusal of the gateway."""
    if is_old():
        told = {"code": 25, "msg": refusal.message, "sub_code": refusal.code, "sub_msg": refusal.message}
        return jsonify(error_response={**told, "request_id": _number()})
    return jsonify(code=refusal.code, type="ISV", message=refusal.message, request_id=_number())


def unsuccessful(refusal: BusinessError) -> Response:
    """A refusal of the business."""
    told = {"success": False, "msg_code": refusal.code, "message": refusal.message, "trace_id": _number()}
    return good({"result": {**told, **refusal.more}})


def is_old() -> bool:
    """Whether the call came by the older gateway."""
    return request.path.endswith("/sync")


def _number() -> str:
    return secrets.token_hex(16)
