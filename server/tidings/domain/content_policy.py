"""Content security policies (CSP level 3) of a page: whether they let an address in, and what to add where they do not."""

import re
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Literal
from urllib.parse import SplitResult, unquote, urlsplit

from msgspec import Struct

Use = Literal["script", "connect", "image"]
# Which directive decides: the first of these that a policy has.
DECIDES: dict[Use, tuple[str, ...]] = {
    "script": ("script-src-elem", "script-src", "default-src"),
    "connect": ("connect-src", "default-src"),
    "image": ("img-src", "default-src"),
}
# What a policy in the page itself can not say.
_NOT_IN_META = frozenset({"frame-ancestors", "report-uri", "sandbox"})
_DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
_SCHEME_SOURCE = re.compile(r"([a-z][a-z0-9+.-]*):", re.ASCII | re.IGNORECASE)
_HOST_SOURCE = re.compile(
    r"(?:(?P<scheme>[a-z][a-z0-9+.-]*)://)?(?P<host>\*|(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?)"
    r"(?::(?P<port>[0-9]{1,9}|\*))?(?P<path>/[^?#]*)?(?:[?#].*)?",  # what follows the path, browsers leave out
    re.ASCII | re.IGNORECASE,
)
_HASH = re.compile(r"'(sha(?:256|384|512)-[A-Za-z0-9+/_-]+={0,2})'", re.ASCII | re.IGNORECASE)
# A page may send what it likes: what is beyond this is not looked at.
MOST_POLICIES = 32
MOST_SOURCES = 300
LONGEST = 64 * 1024


class Policy(Struct, frozen=True):
    """One policy: directives by their names in lower case, each with its values. `line`: of the page, 0 for a header's.

    `reports`: it blocks nothing and only tells what it would.
    """

    directives: dict[str, tuple[str, ...]]
    line: int = 0
    reports: bool = False

    def deciding(self, use: Use) -> str:
        """The directive that decides on a use; "" where none does, so that everything is let in."""
        return next((name for name in DECIDES[use] if name in self.directives), "")

    @property
    def forbids_scripts(self) -> bool:
        """Whether it is a sandbox in which no script runs at all."""
        return "sandbox" in self.directives and "allow-scripts" not in {one.lower() for one in self.directives["sandbox"]}


class Tag(Struct, frozen=True):
    """A script element as policies look at it: its absolute address and what it carries."""

    url: str
    nonce: str = ""
    integrity: str = ""


def from_header(value: str, *, reports: bool = False) -> list[Policy]:
    """The policies of a header: those of several headers stand in one, with commas between."""
    parts = value[:LONGEST].split(",")[:MOST_POLICIES]
    return [policy for part in parts if (policy := _parsed(part, reports=reports)).directives]


def from_meta(content: str, line: int) -> list[Policy]:
    """The policies of a `<meta http-equiv>`, in which a comma stands between policies too."""
    found = []
    for part in content[:LONGEST].split(",")[:MOST_POLICIES]:
        policy = _parsed(part, line=line)
        directives = {name: values for name, values in policy.directives.items() if name not in _NOT_IN_META}
        if directives:
            found.append(Policy(directives, line))
    return found


def _parsed(text: str, *, line: int = 0, reports: bool = False) -> Policy:
    directives: dict[str, tuple[str, ...]] = {}
    for part in text.split(";"):
        words = re.split(r"[ \t\n\f\r]+", part.strip(" \t\n\f\r"))
        name = words[0].lower()
        if name and part.isascii() and name not in directives:  # the first of a name counts
            directives[name] = tuple(islice(dict.fromkeys(words[1:]), MOST_SOURCES))
    return Policy(directives, line, reports)


def lets_script_in(policy: Policy, tag: Tag, page: str) -> bool:
    """Whether a policy lets a script element of the page's own HTML load. `page`: the page's address."""
    if policy.forbids_scripts:
        return False
    directive = policy.deciding("script")
    if not directive:
        return True
    sources = policy.directives[directive]
    if tag.nonce and f"'nonce-{tag.nonce}'" in {_with_low_keyword(source) for source in sources}:
        return True
    if _is_hashed(tag.integrity, sources):
        return True
    if "'strict-dynamic'" in _lowered(sources):
        return False  # hosts count no more
    return _is_listed(tag.url, sources, page)


def lets_in(policy: Policy, use: Use, url: str, page: str) -> bool:
    """Whether a policy lets an address in that is no script. `page`: the page's address."""
    directive = policy.deciding(use)
    return not directive or _is_listed(url, policy.directives[directive], page)


def wanted(policy: Policy, use: Use, source: str) -> tuple[str, str]:
    """What lets `source` in: what to do ("add to", "add"), and the words: a source, or a whole directive of its own.

    Where `default-src` decides, a directive of its own is made of it: what is added there would be let in for everything.
    """
    directive = policy.deciding(use)
    if directive != "default-src":
        return f"Add this to {directive}:", source
    kept = [one for one in policy.directives["default-src"] if one.lower() != "'none'"]
    return "Add this directive:", " ".join((DECIDES[use][-2], *kept, source)) + ";"


def has_keyword(policy: Policy, use: Use, keyword: str) -> bool:
    """Whether the directive that decides has a keyword, such as 'strict-dynamic' (with its quotes)."""
    directive = policy.deciding(use)
    return bool(directive) and keyword in _lowered(policy.directives[directive])


def has_nonce(policy: Policy) -> bool:
    """Whether scripts may be let in by a nonce."""
    directive = policy.deciding("script")
    return bool(directive) and any(source.startswith("'nonce-") for source in _lowered(policy.directives[directive]))


def source_of(url: str) -> str:
    """The origin of an address, as a policy names it: "https://tidings.example"."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _lowered(sources: Iterable[str]) -> list[str]:
    return [source.lower() for source in sources]


def _with_low_keyword(source: str) -> str:
    """A nonce itself is compared to the letter, the word before it is not."""
    return "'nonce-" + source[7:] if source[:7].lower() == "'nonce-" else source


def _is_hashed(integrity: str, sources: Sequence[str]) -> bool:
    """Whether every hash that the tag names is one that the policy lists."""
    given = [_plain_hash(word.partition("?")[0]) for word in integrity.split()]
    listed = {_plain_hash(found[1]) for source in sources if (found := _HASH.fullmatch(source))}
    return bool(given) and all(one in listed for one in given)


def _plain_hash(text: str) -> str:
    kind, _, value = text.partition("-")
    return f"{kind.lower()}-{value.replace('-', '+').replace('_', '/')}"


def _is_listed(url: str, sources: Sequence[str], page: str) -> bool:
    target, own = urlsplit(url), urlsplit(page)
    return any(_matches(source, target, own) for source in sources)


def _matches(source: str, target: SplitResult, own: SplitResult) -> bool:
    """Whether one source of a list names an address (CSP3, 6.7.2.8). `own`: the page's."""
    if source == "*":
        return target.scheme in ("http", "https", own.scheme)
    if source.lower() == "'self'":
        return _is_self(target, own)
    if found := _SCHEME_SOURCE.fullmatch(source):
        return _scheme_matches(found[1].lower(), target.scheme)
    found = _HOST_SOURCE.fullmatch(source)
    if found is None or not target.hostname:
        return False
    scheme = (found["scheme"] or own.scheme).lower()
    return (
        _scheme_matches(scheme, target.scheme)
        and _host_matches(found["host"].lower(), target.hostname)
        and _port_matches(found["port"], target.port, target.scheme)
        and _path_matches(found["path"] or "", target.path or "/")
    )


def _is_self(target: SplitResult, own: SplitResult) -> bool:
    if target.hostname != own.hostname:
        return False
    target_port, own_port = (one.port or _DEFAULT_PORTS.get(one.scheme) for one in (target, own))
    if target.scheme == own.scheme and target_port == own_port:
        return True
    both_default = (target_port, own_port) == (_DEFAULT_PORTS.get(target.scheme), _DEFAULT_PORTS.get(own.scheme))
    return (target_port == own_port or both_default) and _scheme_matches(own.scheme, target.scheme)


def _scheme_matches(listed: str, given: str) -> bool:
    """A listed scheme lets its safer sister in too. The specification would let ws stand for https; browsers do not."""
    return listed == given or (listed, given) in (("http", "https"), ("ws", "wss"))


def _host_matches(listed: str, given: str) -> bool:
    if listed == "*":
        return True
    if listed.startswith("*."):
        return given.endswith(listed[1:]) and given != listed[1:]
    return listed == given


def _port_matches(listed: str | None, given: int | None, scheme: str) -> bool:
    port = given or _DEFAULT_PORTS.get(scheme)
    if listed == "*":
        return True
    if listed is None:
        return port == _DEFAULT_PORTS.get(scheme)
    return int(listed) == port or (int(listed) == 80 and port == 443)


def _path_matches(listed: str, given: str) -> bool:
    """A path that ends with a slash is that of a folder, another one is exact."""
    if listed in ("", "/"):
        return True
    listed, given = unquote(listed), unquote(given)
    return given.startswith(listed) if listed.endswith("/") else listed == given
