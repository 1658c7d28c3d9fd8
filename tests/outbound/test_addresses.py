"""The judge of addresses, beside a second one that was written from the registries in another way."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tidings.outbound.addresses import Address, why_refused

REFUSED = (
    "0.0.0.0 0.255.255.255 10.0.0.0 10.255.255.255 100.64.0.0 100.127.255.255 100.100.100.200 127.0.0.1 127.255.255.255 "
    "168.63.129.16 169.254.0.0 169.254.169.254 169.254.255.255 172.16.0.0 172.31.255.255 192.0.0.0 192.0.0.9 192.0.0.192 "
    "192.0.0.255 192.0.2.1 192.88.99.0 192.88.99.1 192.88.99.255 192.168.0.0 192.168.255.255 198.18.0.0 198.19.255.255 "
    "198.51.100.7 203.0.113.7 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 "
    ":: ::1 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::ffff:0:127.0.0.1 64:ff9b::7f00:1 64:ff9b::808:808 "
    "64:ff9b:1::a00:1 100::1 100:0:0:1::1 2001::1 2001:0:4136:e378:8000:63bf:80ff:fffe 2001:2::1 2001:1::1 2001:10::1 "
    "2001:20::1 2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff 2001:db8::1 2002:7f00:1:: 2002:808:808::1 3fff::1 3fff:fff::1 "
    "5f00::1 4000::1 fc00::1 fd00:ec2::254 fd20:ce::254 fe80::1 fe80::a9fe:a9fe febf::1 fec0::1 feff::1 ff02::1 ff0e::1 "
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 1::1 1fff::1"
)
PUBLIC = (
    "1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 168.63.129.15 "
    "168.63.129.17 169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.0 192.0.3.0 192.88.98.255 "
    "192.88.100.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 223.255.255.255 "
    "2000:: 2001:200::1 2001:4860:4860::8888 2001:db7:: 2001:db9:: 2003::1 2606:4700::1111 2a00:1450::1 3ffe:ffff::1 "
    "3fff:1000::"
)


def spoken_of_by_bits(address: Address) -> bool:
    """Whether an address is an ordinary one, from its octets: nothing in common with the judge but the registries."""
    octet = address.packed
    if len(octet) == 4:
        a, b, c, d = octet
        if a in (0, 10, 127) or a >= 224:
            return False
        second = {
            100: 64 <= b < 128,
            169: b == 254,
            172: b // 16 == 1,
            198: b in (18, 19) or (b, c) == (51, 100),
            192: b == 168 or (b == 0 and c in (0, 2)) or (b, c) == (88, 99),
            203: (b, c) == (0, 113),
            168: (b, c, d) == (63, 129, 16),
        }
        return not second.get(a, False)
    text = address.exploded
    if text[0] not in "23":
        return False
    if text.startswith("2001:"):
        return int(text[5:9], 16) >= 0x200 and text[5:9] != "0db8"
    return not text.startswith(("2002:", "3fff:0"))


@pytest.mark.parametrize("text", REFUSED.split())
def test_special_addresses_are_refused(text: str) -> None:
    assert why_refused(ip_address(text))


@pytest.mark.parametrize("text", PUBLIC.split())
def test_public_addresses_are_not(text: str) -> None:
    assert why_refused(ip_address(text)) is None


@given(st.one_of(st.ip_addresses(), st.integers(0, 2**32 - 1).map(IPv4Address), st.integers(0, 2**128 - 1).map(IPv6Address)))
@example(IPv6Address("3fff:1000::"))
@example(IPv6Address("3fff:fff:ffff::"))
@example(IPv4Address("192.88.99.7"))
def test_two_judges_agree(address: Address) -> None:
    assert (why_refused(address) is None) == spoken_of_by_bits(address)


@given(st.ip_addresses())
def test_what_python_calls_special_is_never_called(address: Address) -> None:
    special = not address.is_global or address.is_multicast or address.is_reserved or address.is_unspecified
    if special:
        assert why_refused(address)


@given(st.ip_addresses(v=4))
def test_no_ipv4_address_comes_in_the_clothes_of_ipv6(address: IPv4Address) -> None:
    number = int(address)
    dressed = {
        "mapped": 0xFFFF << 32 | number,
        "compatible": number,
        "translated": 0xFFFF << 48 | number,
        "NAT64": 0x64FF9B << 96 | number,
        "NAT64 of one's own": 0x64FF9B0001 << 80 | number,
        "6to4": 0x2002 << 112 | number << 80,
        "Teredo": 0x20010000 << 96 | number ^ 0xFFFFFFFF,
    }
    for form, value in dressed.items():
        assert why_refused(IPv6Address(value)), form
