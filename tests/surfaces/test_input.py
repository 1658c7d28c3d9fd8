"""The gate: what a body may be, and how it is refused."""

import asyncio
import contextlib
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.errors import Invalid, TooLarge, WrongFormat
from tidings.surfaces.input import BODY_LIMIT, Disconnected, check_format, form_object, json_object, read_body


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "empty"),
        (b"  ", "empty"),
        (b"[1]", "not an object"),
        (b"42", "not an object"),
        (b"null", "not an object"),
        (b'{"a":1,}', "line 1, column 8"),
        (b'{"a":\n "b" "c"}', "line 2, column 6"),
        (b'{"a":"\x01"}', "control character"),
        (b'{"a":"\xff"}', "not UTF-8 .at byte 7"),
        (b'{"a":"\xc0\xaf"}', "not UTF-8"),
        (b'\xef\xbb\xbf{"a":1}', "Expecting value"),
        (b'{"a":NaN}', "NaN"),
        (b'{"a":-Infinity}', "Infinity"),
        (b'{"a":1e400}', "too large"),
        (b'{"a":123456789012345678901}', "too large"),
        (b'{"a":1,"a":2}', "'a' twice"),
        (b'{"x":{"a":1,"b":3,"a":2}}', "'a' twice"),
        (b'{"a":"\\ud800"}', "surrogate"),
        (b'{"\\udfff":1}', "surrogate"),
        (b'{"a":["x\\u0000"]}', "NUL"),
        (b'{"a":' * 9 + b"1" + b"}" * 9, "deeper than 8"),
        (b"[" * 20_000 + b"]" * 20_000, "deeper|not an object"),
        (b'{"a":' * 20_000, "deeper|not JSON"),
    ],
)
def test_refuses(body: bytes, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        json_object(body)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a":"\\u00e9\\ud83d\\ude00"}', {"a": "é\U0001f600"}),
        ('{"a":"\u2028é"}'.encode(), {"a": "\u2028é"}),
        (b'{"a":' * 8 + b"1" + b"}" * 8, {"a": {"a": {"a": {"a": {"a": {"a": {"a": {"a": 1}}}}}}}}),
        (b'{"a":"{{{{{{{{{{"}', {"a": "{{{{{{{{{{"}),
        (b' {"a":[{"b":1},{"b":2}]} ', {"a": [{"b": 1}, {"b": 2}]}),
    ],
)
def test_takes(body: bytes, value: dict[str, Any]) -> None:
    assert json_object(body) == value


@given(st.binary(max_size=200))
def test_any_bytes_are_an_object_or_refused(body: bytes) -> None:
    with contextlib.suppress(Invalid):
        assert isinstance(json_object(body), dict)


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", 'Application/JSON;charset="UTF-8"'])
def test_json_is_taken(kind: str) -> None:
    check_format([(b"content-type", kind.encode())])


@pytest.mark.parametrize("kind", ["text/plain", "Text/Plain;charset=UTF-8", "application/json", ""])
def test_a_door_may_take_json_under_other_names(kind: str) -> None:
    kinds = ("text/plain", "application/json", "")
    check_format([(b"content-type", kind.encode())], kinds)
    check_format([], kinds)
    for other in ("text/html", "text/plain; charset=latin-1", "application/x-www-form-urlencoded"):
        with pytest.raises(WrongFormat):
            check_format([(b"content-type", other.encode())], kinds)
    with pytest.raises(WrongFormat):
        check_format([], ("text/plain",))


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [(b"content-type", b"")],
        [(b"content-type", b"text/plain")],
        [(b"content-type", b"application/json, text/html")],
        [(b"content-type", b"application/jsonp")],
        [(b"content-type", b"application/json; charset=latin-1")],
        [(b"content-type", b"application/json"), (b"content-encoding", b"gzip")],
    ],
)
def test_other_formats_are_refused(headers: list[tuple[bytes, bytes]]) -> None:
    with pytest.raises(WrongFormat):
        check_format(headers)


def read(chunks: Iterable[bytes], *, cut: bool = False) -> bytes:
    messages = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    messages[-1]["more_body"] = cut
    messages.append({"type": "http.disconnect"})
    waiting = iter(messages)

    async def receive() -> Any:
        return next(waiting)

    return asyncio.run(read_body(receive))


def test_a_body_is_read_whole_up_to_the_limit_and_no_further() -> None:
    assert read([b"a", b"b"]) == b"ab"
    assert len(read([b"x" * BODY_LIMIT])) == BODY_LIMIT
    with pytest.raises(TooLarge):
        read([b"x" * BODY_LIMIT, b"x", b"never read"])
    with pytest.raises(TooLarge):
        check_format([(b"content-length", b"65537"), (b"content-type", b"application/json")])
    with pytest.raises(Disconnected):
        read([b"a"], cut=True)


@pytest.mark.parametrize(
    ("body", "members"),
    [
        (b"", {}),
        (b"a=1&b=", {"a": "1", "b": ""}),
        (b"a", {"a": ""}),
        (b"a=1=2&b=%26%3D", {"a": "1=2", "b": "&="}),
        (b"a+b=c+d%2B", {"a b": "c d+"}),
        (b"a=%E2%82%AC", {"a": "\u20ac"}),
        (b"a=\xe2\x82\xac", {"a": "\u20ac"}),
        (b"a=%zz%", {"a": "%zz%"}),
        (b"&".join(b"a%d=" % number for number in range(100)), {f"a{number}": "" for number in range(100)}),
    ],
)
def test_forms(body: bytes, members: dict[str, str]) -> None:
    assert form_object(body) == members


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"a=%FF", "UTF-8"),
        (b"a=\xff", "UTF-8"),
        (b"%ED%A0%80=1", "UTF-8"),
        (b"a=%00", "NUL"),
        (b"%00=1", "NUL"),
        (b"a=1&%61=2", "'a' twice"),
        (b"&".join(b"a%d=" % number for number in range(101)), "more than 100"),
        (b"&" * 60_000, "more than 100"),
        (b"&", "'' twice"),
    ],
)
def test_what_is_no_form(body: bytes, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        form_object(body)


@given(st.binary(max_size=60))
def test_any_bytes_are_a_form_or_are_refused(body: bytes) -> None:
    with contextlib.suppress(Invalid):
        for name, value in form_object(body).items():
            assert "\0" not in name + value
