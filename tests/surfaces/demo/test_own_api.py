"""The shop's call to the API ends: in time, in size, and with a sentence for whatever goes wrong."""

import time

import pytest
from tests.commands import free_port
from tests.outbound.receivers import receiver
from tests.surfaces.demo.conftest import StubApi

from tidings.outbound.own_api import ANSWER_BYTES, Answered, OwnApi, Unanswered

EVENT = {"first_name": "Ada", "title": "Garden twine"}


def test_an_answer_is_told_as_it_came(api: StubApi) -> None:
    call, answer = OwnApi(api.base_url + "/", "short").create_event(EVENT)
    assert call.url == f"{api.base_url}/api/v1/applications/me/events"
    assert call.headers["Authorization"] == "Token ••••••••"
    assert isinstance(answer, Answered)
    assert (answer.status, answer.body["id"], answer.replayed) == (200, 7, False)


def test_nobody_there() -> None:
    address = f"http://127.0.0.1:{free_port()}"
    assert OwnApi(address, "t").create_event(EVENT)[1] == Unanswered(f"Nothing answers at {address}.")


def test_no_answer_in_time(api: StubApi) -> None:
    api.gate.clear()
    started = time.monotonic()
    answer = OwnApi(api.base_url, "t", answer_seconds=0.3).create_event(EVENT)[1]
    assert answer == Unanswered(f"No answer from {api.base_url} within 0.3 s.")
    assert time.monotonic() - started < 3


def test_an_answer_without_end(api: StubApi) -> None:
    api.answer = b" " * (ANSWER_BYTES + 1)
    assert OwnApi(api.base_url, "t").create_event(EVENT)[1] == Unanswered("The answer is longer than 64 KiB.")


@pytest.mark.parametrize("content", [b"", b"<html>", b"[" * 9000, b"\xff"])
def test_an_answer_that_is_not_json(api: StubApi, content: bytes) -> None:
    api.status, api.answer = 502, content
    answer = OwnApi(api.base_url, "t").create_event(EVENT)[1]
    assert answer == Unanswered("The answer, status 502, is not JSON: is this Tidings?")


def test_an_answer_that_breaks_off() -> None:
    with receiver(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{}") as served:
        address = f"http://127.0.0.1:{served.port}"
        assert OwnApi(address, "t").create_event(EVENT)[1] == Unanswered(f"The answer of {address} broke off.")


def test_the_environment_s_proxy_is_not_asked(api: StubApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    assert isinstance(OwnApi(api.base_url, "t").create_event(EVENT)[1], Answered)


def test_a_redirect_is_not_followed(api: StubApi) -> None:
    api.status, api.headers = 307, {"Location": "http://127.0.0.1:9/"}
    answer = OwnApi(api.base_url, "t").create_event(EVENT)[1]
    assert isinstance(answer, Answered)
    assert answer.status == 307
