"""Which addresses are never called: everything that is not an ordinary host of the public internet.

From IANA's registries of special addresses, and what clouds put at public ones. `ipaddress.is_global` is not asked: it
says yes to 192.88.99.0/24 and to NAT64, and changes with the version of Python.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_REFUSED_4 = tuple(
    (IPv4Network(network), what)
    for network, what in (
        ("0.0.0.0/8", "this network"),
        ("10.0.0.0/8", "a private network"),
        ("100.64.0.0/10", "a provider's inner network (CGNAT)"),
        ("127.0.0.0/8", "this machine (loopback)"),
        ("168.63.129.16/32", "a cloud's inner service"),  # Azure answers its machines there
        ("169.254.0.0/16", "a link-local network"),
        ("172.16.0.0/12", "a private network"),
        ("192.0.0.0/24", "a reserved network"),  # 192.0.0.192 is Oracle's metadata service
        ("192.0.2.0/24", "a network of documentation"),
        ("192.88.99.0/24", "a 6to4 relay"),
        ("192.168.0.0/16", "a private network"),
        ("198.18.0.0/15", "a network of benchmarks"),
        ("198.51.100.0/24", "a network of documentation"),
        ("203.0.113.0/24", "a network of documentation"),
        ("224.0.0.0/4", "a multicast group"),
        ("240.0.0.0/4", "a reserved network"),
    )
)
# Only 2000::/3 is given out to hosts of the internet; what lies within it and is not one of theirs:
_GLOBAL_6 = IPv6Network("2000::/3")
_REFUSED_6 = tuple(
    (IPv6Network(network), what)
    for network, what in (
        ("2001::/23", "a reserved network (Teredo and others)"),
        ("2001:db8::/32", "a network of documentation"),
        ("2002::/16", "a 6to4 network"),
        ("3fff::/20", "a network of documentation"),
    )
)
_NAMED_6 = tuple(
    (IPv6Network(network), what)
    for network, what in (
        ("::1/128", "this machine (loopback)"),
        ("::ffff:0:0/96", "an IPv4 address in the clothes of IPv6"),
        ("64:ff9b::/32", "a NAT64 translator"),
        ("fc00::/7", "a private network"),
        ("fe80::/10", "a link-local network"),
        ("fec0::/10", "a private network"),
        ("ff00::/8", "a multicast group"),
    )
)


def why_refused(address: Address) -> str | None:
    """What kind of address it is that may not be called ("a private network"); None for one that may be."""
    if isinstance(address, IPv4Address):
        return next((what for network, what in _REFUSED_4 if address in network), None)
    if address in _GLOBAL_6:
        return next((what for network, what in _REFUSED_6 if address in network), None)
    return next((what for network, what in _NAMED_6 if address in network), "a reserved network")
