"""URLs of events: which ones are let in, and how the campaign parameters get into a link."""

import re
from functools import lru_cache
from urllib.parse import quote_plus, urlsplit

LIMIT = 255
# Answers are remembered, a shop's products come again and again; only for URLs of at most LIMIT characters.
# Control characters, spaces, and what browsers repair in ways of their own (a backslash is a slash to them).
_NEVER = re.compile(r"[\x00-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202e\u2066-\u2069\u3000\ufeff\\<>\"`]")


def is_web_url(url: str) -> bool:
    """Whether this is an absolute http or https URL with a host, without credentials, of at most LIMIT characters."""
    return len(url) <= LIMIT and _is_web_url(url)


@lru_cache(maxsize=8_192)
def _is_web_url(url: str) -> bool:
    if _NEVER.search(url):
        return False
    if not url[:8].lower().startswith(("http://", "https://")):
        return False
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    host = parts.hostname or "."
    return "@" not in parts.netloc and not host.startswith((".", "-"))


@lru_cache(maxsize=8_192)
def campaign_link(url: str, source: str, medium: str) -> str:
    """`url` with utm_source and utm_medium set: the query kept, one that was there replaced, before the fragment.

    An empty source or medium adds nothing of its name.
    """
    address, hash_mark, fragment = url.partition("#")
    path, _, query = address.partition("?")
    chosen = [(name, value) for name, value in (("utm_source", source), ("utm_medium", medium)) if value]
    names = {name for name, _ in chosen}
    kept = [pair for pair in query.split("&") if pair and pair.partition("=")[0] not in names]
    pairs = kept + [f"{name}={quote_plus(value)}" for name, value in chosen]
    return f"{path}{'?' if pairs else ''}{'&'.join(pairs)}{hash_mark}{fragment}"
