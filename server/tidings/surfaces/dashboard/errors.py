"""What a refusal is as a page: its status, a heading and the sentence that it came with."""

from collections.abc import Mapping

from tidings.errors import Invalid, TidingsError, TooLarge, TooMany, Unavailable
from tidings.surfaces.dashboard.plumbing import Headers, Page
from tidings.surfaces.dashboard.refusal_words import LABELS, words
from tidings.surfaces.refusals import STATUS

HEADINGS = {
    400: "This can not be read",
    401: "Please log in",
    403: "This is not allowed",
    404: "There is nothing here",
    405: "That can not be done here",
    409: "This would contradict what is there",
    410: "This is gone",
    413: "This is too large",
    415: "This is not the format that is read here",
    429: "Slower, please",
    500: "Something went wrong on our side",
    503: "Not just now",
}


def refused(error: TidingsError) -> Page:
    """The page of a refusal."""
    headers: Headers = ()
    if isinstance(error, TooMany | Unavailable):
        headers = ((b"retry-after", str(error.retry_after).encode()),)
    if isinstance(error, TooLarge):
        # The rest of the body is not read, so the connection can not be used again.
        headers = ((b"connection", b"close"),)
    return error_page(STATUS.get(type(error), 500), error.message, headers)


def not_allowed(methods: str) -> Page:
    """The page of a method that a path does not have; `methods`: those that it has."""
    return error_page(405, "", ((b"allow", methods.encode()),))


def failed(request_id: str) -> Page:
    """The page of what we did not expect; the log has the rest under this id."""
    return error_page(500, "It has been logged. Nothing was changed.", request_id=request_id)


def error_page(status: int, sentence: str, headers: Headers = (), *, request_id: str = "") -> Page:
    """The page of a status that is none of success."""
    values = {"status": status, "heading": HEADINGS[status], "sentence": sentence, "request_id": request_id, "done": ""}
    return Page("error.html", values, status, headers)


def errors_of(error: TidingsError, labels: Mapping[str, str] = LABELS) -> dict[str, str]:
    """A refusal as a form shows it: the sentence, by the field to blame. `labels`: what the form calls its fields."""
    return {error.field or "": words(error, labels=labels)}


def status_of(error: TidingsError) -> int:
    """The status of a form's page with that refusal on it."""
    return 422 if isinstance(error, Invalid) else STATUS.get(type(error), 500)
