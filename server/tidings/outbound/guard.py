"""Who may be called: judges a URL when it is saved, and every address behind its name when it is called."""

import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import quote, urlsplit

import idna

from tidings.outbound.addresses import Address, Network, why_refused
from tidings.outbound.lookups import Lookups, Resolve, Unresolved

__all__ = ["Guard", "Refusal", "Target", "Unresolved"]

LONGEST_URL = 2048
DEFAULT_PORTS = {"http": 80, "https": 443}
# Half surrogates, and the backslash, which some read as a slash; beside these: controls, spaces and invisible signs.
_NOT_IN_A_URL = re.compile(
    r"[\\\x00-\x20\x7f-\xa0\xad\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\ud800-\udfff]"
)
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?", re.ASCII)
# What other programs would read as a number of an IPv4 address: 127, 0177, 0x7f
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)
_SPELT_OUT = re.compile(r"(?:^|\.)([0-9]{1,3}(?:\.[0-9]{1,3}){3})\.", re.ASCII)


class Refusal(Exception):
    """The URL may not be called; `reason` is one sentence for whoever typed it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Target:
    """A URL that may be called, and where: `addresses` were judged, in order of preference; connect to these and no others.

    host: ASCII, no brackets. path: with the query, ASCII, begins with a slash.
    """

    scheme: str
    host: str
    port: int
    path: str
    addresses: tuple[str, ...]

    @property
    def authority(self) -> str:
        """What belongs into the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The URL in its one normal spelling."""
        return f"{self.scheme}://{self.authority}{self.path}"


class Guard:
    """The judge; one for a process, safe in any number of threads.

    allowed: networks of the operator's own (OUTBOUND_ALLOWED_NETWORKS) that may be called whatever they are, at any port.
    own: URLs below which this very server answers ("https://tidings.example/api"); never called, lest it calls itself. By
        http or https, as both lead there; what else lies on that host may be the owner's.
    resolve: as `socket.getaddrinfo`.
    """

    def __init__(
        self, allowed: Sequence[Network] = (), own: frozenset[str] = frozenset(), resolve: Resolve = socket.getaddrinfo
    ) -> None:
        self._allowed = tuple(allowed)
        self._own = tuple(_own_place(url) for url in own)
        self._lookups = Lookups(resolve)

    def check_url(self, url: str) -> str:
        """The URL in its normal spelling (ASCII host, no fragment), without asking the network; raises Refusal.

        An address in the URL is judged here. The addresses behind a name are judged when it is called.
        """
        return self._read(url).url

    def resolve(self, url: str, *, seconds: float = 15.0) -> Target:
        """Looks the host up, once, and judges every address of it: one that may not be called refuses all.

        Raises Refusal, or Unresolved, after `seconds` at the latest.
        """
        target = self._read(url)
        if target.addresses:
            return target
        found = self._lookups.addresses(target.host, target.port, seconds=seconds)
        for text in found:
            try:
                address = ip_address(text)
            except ValueError:
                raise Unresolved(f"{target.host} has no address that can be read.") from None
            self._judge(address, target.host, target.port)
        return Target(target.scheme, target.host, target.port, target.path, tuple(found))

    def _read(self, url: str) -> Target:
        """The parts of a URL; `addresses` is empty when the host is a name."""
        if len(url) > LONGEST_URL:
            raise Refusal(f"The URL is longer than {LONGEST_URL} characters.")
        if _NOT_IN_A_URL.search(url):
            raise Refusal("The URL has a space, a control character or a backslash in it.")
        try:
            parts = urlsplit(url)
            scheme, given, port = parts.scheme, parts.hostname, parts.port
        except ValueError:
            raise Refusal("The URL can not be read.") from None
        if scheme not in DEFAULT_PORTS:
            raise Refusal("The URL begins neither with http:// nor with https://.")
        if "@" in parts.netloc:
            raise Refusal("The URL has a user name or password in it.")
        if not given:
            raise Refusal("The URL names no host.")
        if port == 0:
            raise Refusal("Port 0 can not be called.")
        port = port or DEFAULT_PORTS[scheme]
        host, address = _host(given, literal_6=parts.netloc.startswith("["))
        if any(_is_below((host, port, parts.path), place) for place in self._own):
            raise Refusal(f"{host}{parts.path} is this server itself.")
        path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~")
        if parts.query:
            path += "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~?[]")
        if address is not None:
            self._judge(address, host, port)
            return Target(scheme, host, port, path, (str(address),))
        self._judge_name(host, port)
        return Target(scheme, host, port, path, ())

    def _judge_name(self, host: str, port: int) -> None:
        """Refuses what no look-up is needed for."""
        if host == "localhost" or host.endswith(".localhost"):
            if not any(self._is_allowed(address) for address in (IPv4Address("127.0.0.1"), IPv6Address("::1"))):
                raise Refusal(f"{host} is this machine (loopback), which may not be called.")
        elif spelt := _SPELT_OUT.search(f"{host}."):  # 127.0.0.1.nip.io: a name whose address is written in it
            try:
                address = IPv4Address(spelt[1])
            except ValueError:
                pass
            else:
                self._judge(address, host, 80)
        if port not in DEFAULT_PORTS.values() and not self._allowed:
            raise _other_port(port)

    def _judge(self, address: Address, host: str, port: int) -> None:
        """Raises Refusal unless `address` may be called at `port`. What it says names the host, not what DNS said."""
        if self._is_allowed(address):
            return
        if what := why_refused(address):
            raise Refusal(f"{host} leads to {what}, which may not be called.")
        if port not in DEFAULT_PORTS.values():
            raise _other_port(port)

    def _is_allowed(self, address: Address) -> bool:
        return any(address in network for network in self._allowed)


def _host(given: str, *, literal_6: bool) -> tuple[str, Address | None]:
    """A host in its normal spelling, and its address when it is one. Raises Refusal."""
    if literal_6:
        try:
            address = IPv6Address(given)
        except ValueError:
            raise Refusal(f"[{given}] is not an IPv6 address.") from None
        if address.scope_id:
            raise Refusal("The address names an interface of this machine.")
        return str(address), address
    try:
        # as browsers do: full-width and circled digits become digits, other full stops a "."
        host = given if given.isascii() else idna.encode(given, uts46=True).decode("ascii")
    except UnicodeError:
        raise Refusal(f"{given} is not a host name.") from None
    host = host.removesuffix(".")
    labels = host.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        try:
            return host, IPv4Address(host)
        except ValueError:
            raise Refusal(f"{given} is not four decimal numbers with dots between, as an address is written.") from None
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise Refusal(f"{given} is not a host name.")
    return host, None


def _own_place(url: str) -> tuple[str, int, str]:
    parts = urlsplit(url)
    port = parts.port or DEFAULT_PORTS[parts.scheme]
    try:
        host = _host(parts.hostname or "", literal_6="[" in parts.netloc)[0]
    except Refusal:  # an odd spelling of the operator's, such as 127.1; it is refused from others in any case
        host = parts.hostname or ""
    return host, port, parts.path.rstrip("/")


def _is_below(place: tuple[str, int, str], own: tuple[str, int, str]) -> bool:
    same_port = place[1] == own[1] or {place[1], own[1]} == set(DEFAULT_PORTS.values())
    return place[0] == own[0] and same_port and f"{place[2]}/".startswith(f"{own[2]}/")


def _other_port(port: int) -> Refusal:
    return Refusal(f"Port {port} may not be called, only 80 and 443.")
