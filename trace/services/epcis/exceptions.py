"""The exceptions of EPCIS 2.0 that our own refusals do not say already, each with its HTTP status."""

from typing import Final

from trace.errors import NongsanError

STATUS: Final = {
    "QueryParameterException": 400,
    "QueryValidationException": 400,
    "SubscriptionControlsException": 400,
    "NoSuchNameException": 404,
    "NotAcceptableException": 406,
    "ResourceAlreadyExistsException": 409,
    "QueryTooLargeException": 413,
    "CaptureLimitExceededException": 413,
    "URITooLongException": 414,
    "UnsupportedMediaTypeException": 415,
    "ImplementationException": 501,
}


class EpcisException(NongsanError):
    """A refusal with the name the standard gives it, without ``epcisException:``."""

    def __init__(self, name: str, key: str, **params: object) -> None:
        super().__init__(key, **params)
        self.name = name
        self.status = STATUS[name]


def wrong_parameter(parameter: str, expected: str, got: object) -> EpcisException:
    """A parameter of a question that is unknown or not well written."""
    shown = str(got)[:80]
    return EpcisException(
        "QueryParameterException", "epcis.parameter", parameter=parameter, expected=expected, got=shown
    )
