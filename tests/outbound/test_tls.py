"""TLS keeps the name though the connection goes to an address: SNI, certificate, Host; and no trust without."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import trustme
from tests.outbound.receivers import LOOPBACK, Receiver, answered, head_of, receiver, resolves_to

from tidings.outbound import web_call
from tidings.outbound.guard import Guard
from tidings.outbound.web_call import Answered, NotAnswered, WebCall, call

GUARD = Guard(LOOPBACK, resolve=resolves_to("127.0.0.1"))


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def trust(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def certified(authority: trustme.CA, *names: str, **options: object) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names, **options).configure_cert(context)  # type: ignore[arg-type]
    return context


@pytest.fixture
def shop(authority: trustme.CA) -> Iterator[tuple[Receiver, list[str]]]:
    asked: list[str] = []
    context = certified(authority, "shop.example")
    context.sni_callback = lambda _socket, name, _context: asked.append(name)  # type: ignore[func-returns-value]
    with receiver(answered(), context) as served:
        yield served, asked


def failed(served: Receiver, trust: ssl.SSLContext | None, host: str = "shop.example") -> NotAnswered:
    answer = call(GUARD, WebCall("POST", served.url(host=host, scheme="https")), seconds=5, trust=trust)
    assert isinstance(answer, NotAnswered)
    assert answer.result == "tls_failed"
    assert answer.reason.startswith(f"No trusted connection with {host} (")
    return answer


def test_the_name_is_kept(shop: tuple[Receiver, list[str]], trust: ssl.SSLContext) -> None:
    served, asked = shop
    answer = call(GUARD, WebCall("POST", served.url(host="Shop.Example", scheme="https")), seconds=5, trust=trust)
    assert isinstance(answer, Answered), answer
    assert asked == ["shop.example"]
    assert head_of(served.requests[0])["host"] == f"shop.example:{served.port}"


def test_the_certificate_is_for_the_name_and_not_for_the_address(authority: trustme.CA, trust: ssl.SSLContext) -> None:
    with receiver(answered(), certified(authority, "127.0.0.1")) as served:
        assert "shop.example" in failed(served, trust).reason
        assert served.requests == []


def test_another_name(shop: tuple[Receiver, list[str]], trust: ssl.SSLContext) -> None:
    failed(shop[0], trust, "other.example")
    assert shop[0].requests == []


def test_an_address_needs_a_certificate_of_its_own(authority: trustme.CA, trust: ssl.SSLContext) -> None:
    with receiver(answered(), certified(authority, "127.0.0.1")) as served:
        answer = call(GUARD, WebCall("POST", served.url(scheme="https")), seconds=5, trust=trust)
        assert isinstance(answer, Answered)


def test_nobody_s_certificate_is_not_trusted(shop: tuple[Receiver, list[str]]) -> None:
    assert "local issuer" in failed(shop[0], None).reason
    assert shop[0].requests == []


def test_the_operator_s_own_authority_can_be_trusted(
    shop: tuple[Receiver, list[str]], authority: trustme.CA, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    path = f"{tmp_path}/ca.pem"
    authority.cert_pem.write_to_path(path)
    monkeypatch.setenv("SSL_CERT_FILE", path)
    web_call._system_trust.cache_clear()
    try:
        answer = call(GUARD, WebCall("POST", shop[0].url(host="shop.example", scheme="https")), seconds=5)
        assert isinstance(answer, Answered)
    finally:
        web_call._system_trust.cache_clear()


def test_an_expired_certificate(authority: trustme.CA, trust: ssl.SSLContext) -> None:
    first, last = datetime(2020, 1, 1, tzinfo=UTC), datetime(2021, 1, 1, tzinfo=UTC)
    old = certified(authority, "shop.example", not_before=first, not_after=last)
    with receiver(answered(), old) as served:
        assert "expired" in failed(served, trust).reason


def test_no_tls_at_all(trust: ssl.SSLContext) -> None:
    with receiver(b"HTTP/1.1 400 Bad Request\r\n\r\n") as served:
        served.play = lambda connection: connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        failed(served, trust)


def test_a_handshake_that_breaks_off(trust: ssl.SSLContext) -> None:
    with receiver(lambda connection: None) as served:
        failed(served, trust)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_an_old_version_of_tls(authority: trustme.CA, trust: ssl.SSLContext) -> None:
    context = certified(authority, "shop.example")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with receiver(answered(), context) as served:
        failed(served, trust)


def test_a_body_without_good_bye(authority: trustme.CA, trust: ssl.SSLContext) -> None:
    """A TLS connection that is cut without close_notify: the status counts, what came is told."""
    with receiver(lambda connection: None, certified(authority, "shop.example")) as served:

        def play(connection: socket.socket) -> None:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
            socket.socket(fileno=connection.detach()).close()

        served.play = play
        answer = call(GUARD, WebCall("GET", served.url(host="shop.example", scheme="https")), seconds=5, trust=trust)
        assert isinstance(answer, Answered)
        assert (answer.body, answer.cut) == (b"abc", True)


def test_many_threads_share_the_trust(shop: tuple[Receiver, list[str]], trust: ssl.SSLContext) -> None:
    answers: list[object] = []
    request = WebCall("POST", shop[0].url(host="shop.example", scheme="https"))

    def once() -> None:
        answers.append(call(GUARD, request, seconds=15, trust=trust))

    threads = [threading.Thread(target=once) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert [type(answer) for answer in answers] == [Answered] * 64
