"""Which callers are programs, by their own word: crawlers, link previews, monitors, browsers without a screen."""

from functools import lru_cache

from crawleruseragents import is_crawler

# The list is searched in what comes first: a longer text costs more, and names no other browser.
_READ = 512


@lru_cache(maxsize=2_048)
def is_bot(user_agent: bytes) -> bool:
    """Whether this User-Agent is on the published list of those of crawlers."""
    return bool(is_crawler(user_agent[:_READ].decode("latin-1")))
