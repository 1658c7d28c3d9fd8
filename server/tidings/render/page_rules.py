"""On which addresses page rules let anything show: as browsers do it (`widget/src/page_rules.ts`), for those who ask why.

Both are held against `tests/cases/page_rules.json`.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import quote, urljoin, urlsplit

import idna

from tidings.errors import Invalid
from tidings.records.page_rule import PageRule

LIMIT = 2_048
# What an address leaves as it is; everything else in it is written with percent signs.
_PATH = "!$%&'()*+,-./:;=@[]^_|~\\"
_QUERY = "!$%&()*+,-./:;=?@[]^_`{|}~\\"
_PORTS = {"http": 80, "https": 443}
_STRIPPED = "".join(map(chr, range(0x21)))
_NEVER = re.compile(r"[\t\r\n]")
_SINGLE = re.compile(r"\.|%2e", re.IGNORECASE)
_DOUBLE = re.compile(r"(\.|%2e){2}", re.IGNORECASE)
_ESCAPES = re.compile(r"(?:%[0-9a-fA-F]{2})+")
_PERCENT = re.compile(r"%(?![0-9a-fA-F]{2})")
# What decodeURI leaves with percent signs: characters that mean something in an address.
_KEPT = frozenset(b";/?:@&=+$,#")


class Address(NamedTuple):
    """What is needed of a page's address, as browsers write it in `location`."""

    origin: str
    path: str
    search: str

    def __str__(self) -> str:
        return self.origin + self.path + self.search


class Decision(NamedTuple):
    """Whether rules let anything show at an address, and the rule that decided; None: none had to."""

    allowed: bool
    rule: PageRule | None


def address_of(written: str, site: str = "") -> Address:
    """The address that a person wrote, or a path on `site`. Raises Invalid for what no browser opens as a page."""
    text = _NEVER.sub("", written.strip(_STRIPPED))
    if len(text) > LIMIT:
        raise Invalid(f"The address is longer than {LIMIT} characters", field="url", code="too_long")
    try:
        parts = urlsplit(urljoin(site, text) if text.startswith("/") else text)
        scheme, host, port = parts.scheme.lower(), parts.hostname or "", parts.port
        if scheme not in _PORTS or not host:
            raise ValueError
        if not host.isascii():
            host = idna.encode(host, uts46=True).decode("ascii")
        elif ":" in host:
            host = f"[{host}]"
    except (ValueError, UnicodeError):
        raise Invalid("That is not the address of a page: it begins with https://", field="url") from None
    origin = f"{scheme}://{host}" + ("" if port in (None, _PORTS[scheme]) else f":{port}")
    path = quote(_without_dots(parts.path.replace("\\", "/")), safe=_PATH, errors="replace")
    search = quote(parts.query, safe=_QUERY, errors="replace")
    return Address(origin, path or "/", f"?{search}" if search else "")


def decided(rules: Iterable[PageRule], address: Address) -> Decision:
    """Where there is an "include" one of them has to match, and an "exclude" that matches always wins."""
    included = False
    for rule in rules:
        if rule.match == "exclude" and matches(rule.path, address):
            return Decision(allowed=False, rule=rule)
    for rule in rules:
        if rule.match == "include":
            included = True
            if matches(rule.path, address):
                return Decision(allowed=True, rule=rule)
    return Decision(allowed=not included, rule=None)


def matches(glob: str, address: Address) -> bool:
    """Whether one rule's glob fits: it looks at the path; with `?` at path and query, with `://` at the whole address."""
    text = (address.origin if "://" in glob else "") + address.path + (address.search if "?" in glob else "")
    return _fits(_plain(glob), _plain(text))


def _fits(glob: str, text: str) -> bool:
    pieces = glob.split("*")
    at = 0
    for place, piece in enumerate(pieces):
        # The last piece stands at the end, the first one at the start, each other one where it comes first.
        found = len(text) - len(piece) if place == len(pieces) - 1 else text.find(piece, at)
        if found < at or (place == 0 and found != 0) or not text.startswith(piece, found):
            return False
        at = found + len(piece)
    return True


def _plain(text: str) -> str:
    """As a person writes it: percent signs read, one way to end a path."""
    text = _decoded(text)
    return text if text.endswith(("*", "/")) else f"{text}/"


def _decoded(text: str) -> str:
    """JavaScript's decodeURI; what it refuses stays as it is, the whole of it."""
    if _PERCENT.search(text):
        return text
    try:
        return _ESCAPES.sub(_run, text)
    except UnicodeDecodeError:
        return text


def _run(escapes: re.Match[str]) -> str:
    """A run of percent signs as the text it stands for, without those that mean something."""
    text, begun = "", b""
    for escape in re.findall(r"%..", escapes[0]):
        byte = int(escape[1:], 16)
        if byte in _KEPT:
            text += begun.decode() + escape
            begun = b""
        else:
            begun += bytes([byte])
    return text + begun.decode()


def _without_dots(path: str) -> str:
    """A path with "." and ".." walked."""
    walked: list[str] = []
    pieces = path.split("/")
    for number, piece in enumerate(pieces):
        last = number == len(pieces) - 1
        if _DOUBLE.fullmatch(piece):
            walked = walked[:-1] if len(walked) > 1 else walked
        elif not _SINGLE.fullmatch(piece):
            walked.append(piece)
            continue
        if last:
            walked.append("")
    return "/".join(walked)
