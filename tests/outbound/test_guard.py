"""Which URLs may be saved and called: spellings, ports, names, and what DNS says when it is asked."""

from __future__ import annotations

import threading
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.outbound.receivers import resolves_to
from tests.outbound.test_addresses import REFUSED

from tidings.outbound.guard import LONGEST_URL, Guard, Refusal, Unresolved

GUARD = Guard()
# the rows of bad_inputs.jsonl that name an address
HOSTILE = {
    "WH-001": "http://127.0.0.1/",
    "WH-002": "http://localhost/",
    "WH-006": "http://0/",
    "WH-007": "http://127.1/",
    "WH-008": "http://2130706433/",
    "WH-009": "http://0x7f.0.0.1/",
    "WH-010": "http://0x7f000001/",
    "WH-011": "http://0177.0.0.1/",
    "WH-012": "http://\u2460\u2461\u2466.\u24ea.\u24ea.\u2460/",
    "WH-013": "http://[::ffff:127.0.0.1]/",
    "WH-017": "http://[2002:7f00:1::]/",
    "WH-018": "http://[2001:0:4136:e378:8000:63bf:80ff:fffe]/",
    "WH-019": "http://[fec0::1]/",
    "WH-021": "http://[fd00:ec2::254]/",
    "WH-024": "http://192.168.1.1/",
    "WH-025": "http://169.254.169.254/latest/meta-data/",
    "WH-027": "http://100.64.0.1/",
    "WH-028": "http://192.0.0.192/",
    "WH-030": "http://192.88.99.1/",
    "WH-031": "http://224.0.0.1/",
    "WH-033": "http://240.0.0.1/",
    "WH-035": "http://127.0.0.1.nip.io/",
    "WH-036": "file:///etc/passwd",
    "WH-037": "gopher://127.0.0.1:6379/_FLUSHALL",
    "WH-039": "dict://127.0.0.1:11211/",
    "WH-042": "https://user:pass@shop.example/",
    "WH-045": "https://shop.example:99999/",
    "WH-046": "http://[::1",
    "WH-047": "https://shop.example/\r\nX-Injected: 1",
    "WH-048": "https://shop.example/ hook",
    "WH-049": "https://" + "a" * 300 + ".example/",
}


def refusal(url: str, guard: Guard = GUARD) -> str:
    with pytest.raises(Refusal) as refused:
        guard.check_url(url)
    assert refused.value.reason.endswith(".")
    return refused.value.reason


@pytest.mark.parametrize("row", HOSTILE)
def test_hostile_urls_are_refused_before_any_network(row: str) -> None:
    refusal(HOSTILE[row])


@pytest.mark.parametrize("address", REFUSED.split())
def test_special_addresses_are_refused_in_the_url(address: str) -> None:
    assert "may not be called" in refusal(f"http://[{address}]/" if ":" in address else f"http://{address}/")


@pytest.mark.parametrize("address", REFUSED.split())
def test_special_addresses_are_refused_behind_a_name(address: str) -> None:
    with pytest.raises(Refusal, match=r"shop\.example leads to"):
        Guard(resolve=resolves_to(address)).resolve("https://shop.example/")


LOOPBACK_SPELLINGS = """
    127.1 127.0.1 2130706433 017700000001 0x7f000001 0x7f.1 0X7F.0.0.1 0177.0.0.1 0x7f.0x0.0x0.0x1 127.0.0.1. 127.000.000.001
    4294967296 127.0.0.256 1.2.3.4.5 0x 0 00 ①②⑦.⓪.⓪.① １２７.０.０.１ 127。0。0。1 127．0．0．1 127｡0｡0｡1 ⑫7.0.0.1
    localhost LOCALHOST localhost. lOcAlHoSt a.localhost ｌocalhost [::1] [0:0:0:0:0:0:0:1] [::ffff:7f00:1]
    [::ffff:127.0.0.1] [::127.0.0.1] [::] [0:0:0:0:0:ffff:127.0.0.1]
    [fe80::1%25eth0] [fe80::1%eth0] [::1%25lo]
    [64:ff9b::127.0.0.1] 127.0.0.1.nip.io a.10.0.0.1.nip.io 127.0.0.1%2f %31%32%37.0.0.1 127.0.0.1%00.example 127.0.0.1%0d%0a
"""


@pytest.mark.parametrize("host", LOOPBACK_SPELLINGS.split())
@pytest.mark.parametrize("scheme", ["http", "HTTPS"])
def test_every_spelling_of_this_machine_is_refused(host: str, scheme: str) -> None:
    refusal(f"{scheme}://{host}/")


@pytest.mark.parametrize(
    "url",
    [
        "", "x", "/hook", "//shop.example/", "https:", "https://", "https:///hook", "https:shop.example", "ftp://shop.example/",
        "file:///etc/passwd", "gopher://shop.example/", "javascript:alert(1)", "unix:///run/docker.sock", "ws://shop.example/",
        "https://u@shop.example/", "https://u:p@shop.example/", "https://@shop.example/", "https://shop.example@127.0.0.1/",
        "https://shop.example:0/", "https://shop.example:99999/", "https://shop.example:-1/", "https://shop.example:x/",
        "https://shop.example:22/", "https://shop.example:8443/", "https://[::1", "https://::1/", "https://[shop.example]/",
        "https://shop.example/ hook", " https://shop.example/", "https://shop.example/\n", "https://shop.example/\r\nX: 1",
        "https://shop.example/\t", "https://shop.example/\0", "https://shop.example\\@127.0.0.1/", "https://shop.example/\u2028",
        "https://shop.example/\x85", "https://shop\u200b.example/", "https://shop\u00ad.example/", "https://shop.example/\ud800",
        "https://" + "a" * 64 + ".example/", "https://" + "a." * 130 + "example/", "https://a..example/", "https://.example/",
        "https://-a.example/", "https://a-.example/", "https://a_b.ex ample/", "https://*.example/", "https://a,b/", "https://⁄.example/",
        "https://shop.example/" + "a" * LONGEST_URL,
    ],
)  # fmt: skip
def test_what_is_no_url_to_call_is_refused(url: str) -> None:
    refusal(url)


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("https://shop.example", "https://shop.example/"),
        ("HTTPS://Shop.Example:443/Hook?a=1&b[]=2#part", "https://shop.example/Hook?a=1&b[]=2"),
        ("http://shop.example:80?x", "http://shop.example/?x"),
        ("http://shop.example:443/", "http://shop.example:443/"),
        ("https://shop.example./", "https://shop.example/"),
        ("https://Bücher.example/ä?ü=ß", "https://xn--bcher-kva.example/%C3%A4?%C3%BC=%C3%9F"),
        ("https://xn--bcher-kva.example/%C3%A4%20", "https://xn--bcher-kva.example/%C3%A4%20"),
        ("https://ｓｈｏｐ。example/", "https://shop.example/"),
        ("https://my_hook.shop.example/", "https://my_hook.shop.example/"),
        ("https://1.1.1.1/", "https://1.1.1.1/"),
        ("https://[2606:4700:0::1111]/", "https://[2606:4700::1111]/"),
        ("https://8.8.8.8.nip.io/", "https://8.8.8.8.nip.io/"),
        ("https://v1.2.3.example/", "https://v1.2.3.example/"),
        ('https://shop.example/a"<>`{}|^', "https://shop.example/a%22%3C%3E%60%7B%7D%7C%5E"),
    ],
)
def test_a_url_has_one_normal_spelling(url: str, normal: str) -> None:
    assert GUARD.check_url(url) == normal
    assert GUARD.check_url(normal) == normal


PIECES = "http:// https:// a.example 127.0.0.1 [::1] : @ / ? # . % 0x7f 1 é 。 xn-- [ ]"


@given(st.one_of(st.text(), st.lists(st.one_of(st.sampled_from(PIECES.split()), st.text(max_size=3))).map("".join)))
def test_any_text_is_refused_or_has_a_normal_spelling(url: str) -> None:
    try:
        normal = GUARD.check_url(url)
    except Refusal:
        return
    assert GUARD.check_url(normal) == normal
    assert normal.isascii()


def test_no_address_names_an_interface() -> None:
    assert "interface" in refusal("http://[2606:4700::1%eth0]/")
    assert "interface" in refusal("http://[fe80::1%25eth0]/", Guard([ip_network("fe80::/10")]))


def test_one_bad_address_among_good_ones_refuses_all() -> None:
    for addresses in (("1.1.1.1", "127.0.0.1"), ("127.0.0.1", "1.1.1.1"), ("2606:4700::1", "1.1.1.1", "fd00::1")):
        with pytest.raises(Refusal):
            Guard(resolve=resolves_to(*addresses)).resolve("https://shop.example/")


def test_a_name_is_looked_up_once_and_its_addresses_kept_in_order() -> None:
    resolve = resolves_to("2606:4700::1", "1.1.1.1", "1.1.1.1")
    target = Guard(resolve=resolve).resolve("https://Shop.example:443/a?b#c")
    assert target.addresses == ("2606:4700::1", "1.1.1.1")
    assert (target.scheme, target.host, target.port, target.path) == ("https", "shop.example", 443, "/a?b")
    assert resolve.asked == ["shop.example"]  # type: ignore[attr-defined]


def test_an_address_in_the_url_is_not_looked_up() -> None:
    resolve = resolves_to("127.0.0.1")
    assert Guard(resolve=resolve).resolve("http://1.1.1.1/").addresses == ("1.1.1.1",)
    assert not resolve.asked  # type: ignore[attr-defined]


def test_what_is_said_does_not_tell_where_a_name_leads() -> None:
    with pytest.raises(Refusal) as refused:
        Guard(resolve=resolves_to("10.1.2.3")).resolve("https://shop.example/")
    assert "10.1" not in refused.value.reason


def test_allowed_networks_may_be_called_at_any_port() -> None:
    guard = Guard([ip_network("10.1.0.0/16"), ip_network("fd00::/8")], resolve=resolves_to("10.1.2.3", "fd00::1"))
    assert guard.check_url("http://10.1.2.3:8080/") == "http://10.1.2.3:8080/"
    assert guard.check_url("http://[fd00::1]:9/") == "http://[fd00::1]:9/"
    assert guard.resolve("http://intranet:8080/").addresses == ("10.1.2.3", "fd00::1")
    assert guard.check_url("http://10.1.2.3.nip.io/")
    for url in (
        "http://10.2.0.1/",
        "http://127.0.0.1/",
        "http://[::ffff:10.1.2.3]/",
        "http://localhost/",
        "http://1.1.1.1:8080/",
    ):
        refusal(url, guard)


def test_an_allowed_network_opens_no_port_of_others() -> None:
    guard = Guard([ip_network("10.1.0.0/16")], resolve=resolves_to("1.1.1.1"))
    assert guard.check_url("https://shop.example:8443/")  # its addresses decide
    with pytest.raises(Refusal, match="Port 8443"):
        guard.resolve("https://shop.example:8443/")


def test_localhost_may_be_allowed() -> None:
    for network in ("127.0.0.0/8", "::1"):
        assert Guard([ip_network(network)]).check_url("http://localhost:8000/")


@pytest.mark.parametrize("own", ["https://tidings.example", "http://Tidings.example.:80/", "https://tidings.example:443"])
def test_this_very_server_is_not_called(own: str) -> None:
    guard = Guard(own=frozenset({own}), resolve=resolves_to("1.1.1.1"))
    assert "this server itself" in refusal("https://TIDINGS.example./api", guard)
    refusal("http://tidings.example", guard)
    assert guard.check_url("https://other.example/")
    with pytest.raises(Refusal, match="this server itself"):
        guard.resolve("https://tidings.example/")


def test_this_very_server_is_known_by_its_port() -> None:
    loopback = [ip_network("::1"), ip_network("127.0.0.1")]
    guard = Guard(loopback, own=frozenset({"http://[::1]:8000", "http://127.0.0.1:8000", "http://127.1:8000"}))
    refusal("http://[::1]:8000/", guard)
    refusal("http://127.0.0.1:8000/", guard)
    assert guard.check_url("http://127.0.0.1:8001/")
    assert Guard(own=frozenset({"https://shop.example:8443"})).check_url("https://shop.example/")


def test_a_receiver_may_live_on_the_host_of_this_server() -> None:
    guard = Guard(own=frozenset({"https://shop.example/api", "https://shop.example/tidings/v1"}))
    for path in ("/api", "/api/v1/applications/me/events", "/tidings/v1/sites"):
        refusal(f"https://shop.example{path}", guard)
    for path in ("/", "/apiary", "/hooks/figures", "/v1/hook"):
        assert guard.check_url(f"https://shop.example{path}") == f"https://shop.example{path}"


def test_names_without_address() -> None:
    def broken(*_: object, **__: object) -> list[tuple[object, ...]]:
        raise OSError(-2, "Name or service not known")

    def odd(*_: object, **__: object) -> list[tuple[object, ...]]:
        raise UnicodeError("label too long")

    for resolve in (broken, odd, resolves_to(), resolves_to("what?")):
        with pytest.raises(Unresolved, match=r"shop\.example"):
            Guard(resolve=resolve).resolve("https://shop.example/")


def test_a_look_up_that_hangs_ends() -> None:
    gate = threading.Event()

    def hangs(*_: object, **__: object) -> list[tuple[object, ...]]:
        gate.wait(20)
        return []

    with pytest.raises(Unresolved, match=r"within 0\.1 s"):
        Guard(resolve=hangs).resolve("https://shop.example/", seconds=0.1)
    gate.set()


def test_look_ups_that_hang_are_bounded_in_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tidings.outbound.lookups.QUESTIONS_AT_ONCE", 3)
    gate, asked = threading.Event(), threading.Semaphore(0)

    def hangs(*_: object, **__: object) -> list[tuple[object, ...]]:
        asked.release()
        gate.wait(20)
        return [(0, 0, 0, "", ("1.1.1.1", 0))]

    guard = Guard(resolve=hangs)
    for _ in range(5):
        with pytest.raises(Unresolved):
            guard.resolve("https://shop.example/", seconds=0.05)
    assert [asked.acquire(timeout=0.1) for _ in range(4)] == [True, True, True, False]
    gate.set()
    assert guard.resolve("https://shop.example/").addresses == ("1.1.1.1",)  # threads come back
