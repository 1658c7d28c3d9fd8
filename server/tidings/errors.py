"""What can be refused, and why; each surface gives these its own face.

    TidingsError
    ├── Invalid            a value is wrong; `field` names it
    ├── Unauthenticated    nobody we know
    ├── Forbidden          known, but not allowed
    ├── NotFound           no such record (or not this caller's)
    ├── Conflict           it would contradict what is stored
    ├── Gone               it was here and is not coming back
    ├── TooLarge           more than we read
    ├── WrongFormat        not the format that we read
    ├── TooMany            slower, please; `retry_after` seconds
    └── Unavailable        not now; `retry_after` seconds

No status codes here: those belong to the doors (`surfaces/*/errors.py`).
"""


class TidingsError(Exception):
    """A refusal with one sentence for the person who caused it.

    `code` is a stable snake_case word for programs; `field` names the member to blame, if one is.
    """

    code = "error"

    def __init__(self, message: str, *, field: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        if code is not None:
            self.code = code


class Invalid(TidingsError):
    code = "invalid_value"


class Unauthenticated(TidingsError):
    code = "token_required"


class Forbidden(TidingsError):
    code = "forbidden"


class NotFound(TidingsError):
    code = "not_found"


class Conflict(TidingsError):
    code = "conflict"


class Gone(TidingsError):
    code = "gone"


class TooLarge(TidingsError):
    code = "too_large"


class WrongFormat(TidingsError):
    code = "wrong_format"


class TooMany(TidingsError):
    """`retry_after`: whole seconds until the next try is welcome."""

    code = "too_many_requests"

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(TidingsError):
    """`retry_after`: whole seconds until the next try makes sense."""

    code = "unavailable"

    def __init__(self, message: str, *, retry_after: int = 1, code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.retry_after = retry_after
