"""Refusals with Fathom's face: the sentence twice, and 422 for a value that will not do."""

from tidings.errors import Invalid, TidingsError, Unauthenticated, WrongFormat
from tidings.surfaces.plumbing import Answer, encode
from tidings.surfaces.refusals import refusal

# What can not be read at all is no bad value.
_UNREADABLE = ("malformed_json", "malformed_form", "malformed_query")
_HOW = ((b"www-authenticate", b'Bearer realm="tidings"'),)


def refuse(error: TidingsError) -> Answer:
    """The answer to a refusal."""
    answer = refusal(error, _HOW if isinstance(error, Unauthenticated) else ())
    message = "Wrong format (json or a form in UTF-8)." if isinstance(error, WrongFormat) else error.message
    status = 422 if isinstance(error, Invalid) and error.code not in _UNREADABLE else answer.status
    return Answer(status, encode({"error": message, "message": message}), answer.headers)
