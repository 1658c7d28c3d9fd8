"""Takes one file from a form, piece by piece into a temporary file: bounded in size, in time and in how many at once."""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath, PureWindowsPath
from typing import BinaryIO, cast

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.types import Receive, Scope

from tidings.errors import Invalid, TooLarge, Unavailable, WrongFormat
from tidings.surfaces.dashboard.forms import Form
from tidings.surfaces.input import Disconnected

FILE_LIMIT = 20 * 1024 * 1024
# Beside the file: the other fields, and what frames them.
FIELD_LIMIT = 4 * 1024
FRAME_LIMIT = 64 * 1024
PARTS_LIMIT = 20
# A browser that is told that its file is too large reads that only after it has sent all of it: so much more is thrown away.
THROWN_AWAY = 64 * 1024 * 1024
# Seconds for a whole file; and it has to keep coming (protocol.py).
UPLOAD_SECONDS = 300
AT_ONCE = 4
NAME_LIMIT = 255


class UploadForm(Form):
    """A form with a file. The file is gone when it is closed, or when nobody holds it any more."""

    def __init__(self, pairs: Iterator[tuple[str, str]], file: BinaryIO, file_name: str) -> None:
        super().__init__(pairs)
        self.file = file
        self.file_name = file_name


class _Parts:
    """What the parser finds: fields in memory, the file in its place. Raises what is refused."""

    def __init__(self, boundary: bytes, file: BinaryIO) -> None:
        self._file = file
        self._header = b""
        self._value = b""
        self._headers: dict[bytes, bytes] = {}
        self._name = ""
        self._is_file = False
        self._content = bytearray()
        self._parts = 0
        self.file_bytes = 0
        self.file_name: str | None = None
        self.fields: list[tuple[str, str]] = []
        self.ended = False
        self.parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._header_name,
                "on_header_value": self._header_value,
                "on_header_end": self._header_end,
                "on_headers_finished": self._headers_finished,
                "on_part_data": self._data,
                "on_part_end": self._end,
                "on_end": self._all,
            },
        )

    def _begin(self) -> None:
        self._parts += 1
        if self._parts > PARTS_LIMIT:
            raise Invalid(f"The form has more than {PARTS_LIMIT} parts.", code="malformed_form")
        self._header, self._value, self._headers = b"", b"", {}
        self._content = bytearray()

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        self._headers[self._header.lower()] = self._value
        self._header, self._value = b"", b""

    def _headers_finished(self) -> None:
        disposition, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        if disposition != b"form-data" or b"name" not in options:
            raise Invalid("A part of the form has no name.", code="malformed_form")
        self._name = options[b"name"].decode("utf-8", "replace")[:NAME_LIMIT]
        self._is_file = b"filename" in options
        if self._is_file:
            if self.file_name is not None or self._name != "file":
                raise Invalid("Send one file.", field="file", code="malformed_form")
            self.file_name = _file_name(options[b"filename"].decode("utf-8", "replace"))

    def _data(self, data: bytes, start: int, end: int) -> None:
        if not self._is_file:
            self._content += data[start:end]
            if len(self._content) > FIELD_LIMIT:
                raise TooLarge("A field of the form is too long.")
            return
        self.file_bytes += end - start
        if self.file_bytes <= FILE_LIMIT:
            self._file.write(data[start:end])

    def _end(self) -> None:
        if not self._is_file:
            try:
                value = bytes(self._content).decode("utf-8")
            except UnicodeDecodeError:
                raise Invalid("The form is not UTF-8.", code="malformed_form") from None
            self.fields.append((self._name, value))

    def _all(self) -> None:
        self.ended = True


# Whose files are under way: one of each user, so that one who is slow does not take everybody's place.
_under_way: set[int] = set()


@contextmanager
def _place(user_id: int) -> Iterator[None]:
    if user_id in _under_way:
        raise Unavailable("Another file of yours is on its way already. Please try again when it is there.", retry_after=60)
    if len(_under_way) >= AT_ONCE:
        raise Unavailable("Several files are being sent already. Please try again in a minute.", retry_after=60)
    _under_way.add(user_id)
    try:
        yield
    finally:
        _under_way.discard(user_id)


async def read_upload(scope: Scope, receive: Receive) -> UploadForm:
    """The form with its file. Raises WrongFormat, Invalid, TooLarge, Unavailable and Disconnected.

    To be called for somebody who is logged in and may send files: only then is so much let in. `scope` says who it is.
    """
    boundary = _boundary(scope)
    with _place(scope["tidings.user_id"]):
        let_in = scope.get("tidings.let_in")
        if let_in is not None:
            let_in(scope, FILE_LIMIT + THROWN_AWAY, UPLOAD_SECONDS)
        file = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115 - the form's, which outlives this
        try:
            parts = _Parts(boundary, file)
            await _read(parts, receive)
            if not parts.ended:
                raise Invalid("The form breaks off.", code="malformed_form")
            if parts.file_bytes > FILE_LIMIT:
                raise TooLarge(f"The file is larger than {FILE_LIMIT >> 20} MiB. Send it in parts.")
            return UploadForm(iter(parts.fields), file, parts.file_name or "")
        except BaseException:
            file.close()
            raise


async def _read(parts: _Parts, receive: Receive) -> None:
    total = 0
    refusal: Invalid | TooLarge | None = None
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        body: bytes = message.get("body", b"")
        more = message.get("more_body", False)
        total += len(body)
        if total > FILE_LIMIT + THROWN_AWAY - FRAME_LIMIT:
            raise refusal or TooLarge(f"The file is larger than {FILE_LIMIT >> 20} MiB. Send it in parts.")
        if refusal is None and body:
            try:
                # The disk may be slow: not where everybody's requests are taken.
                await asyncio.to_thread(parts.parser.write, body)
            except MultipartParseError:
                refusal = Invalid("The form can not be read.", code="malformed_form")
            except (Invalid, TooLarge) as error:
                refusal = error
    if refusal is not None:
        raise refusal


def _boundary(scope: Scope) -> bytes:
    headers = dict(scope["headers"])
    if headers.get(b"content-encoding", b"identity").strip().lower() not in (b"", b"identity"):
        raise WrongFormat("A compressed body is not read.")
    kind, options = parse_options_header(headers.get(b"content-type", b""))
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data":
        raise WrongFormat("This page takes a form with a file (multipart/form-data).")
    if not 1 <= len(boundary) <= 70:
        raise Invalid("The form has no boundary that can be used.", code="malformed_form")
    return boundary


def _file_name(sent: str) -> str:
    """The last part of what a browser calls the file, without what can not be shown."""
    name = PureWindowsPath(PurePosixPath(sent).name).name
    return "".join(letter for letter in name if letter.isprintable())[:NAME_LIMIT]
