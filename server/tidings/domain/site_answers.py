"""Why a site's answer is no page to look at: errors, passwords, walls against robots, addresses that may not be called."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from tidings.domain.page_source import Source
from tidings.outbound.page_fetch import NoPage, Page
from tidings.records.installation import Finding

_WALL_TITLES = re.compile(
    r"^(?:just a moment|attention required|access denied|pardon our interruption|are you a robot|security check"
    r"|checking your browser|verify(?:ing)? (?:that )?you are (?:a )?human|ddos-guard|sucuri website firewall"
    r"|request rejected)",
    re.IGNORECASE,
)
# Headers, and pieces of pages, of well-known walls.
_WALL_HEADERS = ("cf-mitigated", "x-datadome", "x-sucuri-block", "x-amzn-waf-action")
_WALL_PIECES = (
    "/cdn-cgi/challenge-platform/",
    "_Incapsula_Resource",
    "captcha-delivery.com",
    "px-captcha",
    "awsWafCookieDomainList",
)
# So much text is a page, whatever else is on it.
WALL_LETTERS = 2_000
WALL_TODO = (
    "Let this server's address in (the wall's list of allowed addresses), or open the page in a browser and type "
    "fomo.whyDisabled() into its console: an answer, be it empty, means that the script is there."
)
_TODO = {
    "refused_address": "If the site is in your own network, the operator of this server lets it in with "
    "TIDINGS_OUTBOUND_ALLOWED_NETWORKS (docs/operations.md). Visitors' browsers need no such leave.",
    "unresolved": "Is the host name written right, and does it exist already?",
    "not_connected": "Is the site up, and does its firewall let this server in?",
    "tls_failed": "Browsers would warn of this too: renew or complete the site's certificate (its whole chain).",
    "timed_out": "Try again in a minute; if it stays so, the site is too slow for visitors too, or lets robots wait.",
    "broken_off": "Try again in a minute. Some sites treat calls of programs so: then look with a browser.",
    "bad_answer": "What answers there is not a web server, or a broken one.",
    "too_many_redirects": "Give the address of the page itself, as a browser shows it in the end.",
    "bad_redirect": "Give the address of the page itself, as a browser shows it in the end.",
}


def why_no_page(found: NoPage) -> Finding:
    """Why nothing came at all."""
    return Finding("bad", found.result, found.reason, _TODO[found.result])


def on_the_way(asked: str, found: str) -> Sequence[Finding]:
    """Whether the site leads on to another host than the one that was asked for."""
    try:
        before, after = urlsplit(asked).hostname, urlsplit(found).hostname
    except ValueError:  # what was typed, or where a redirect leads, is no address
        return ()
    if before == after:
        return ()
    said = f"{before} leads on to {after}, and that is where was looked."
    return (Finding("plain", "other_host", said, "If that is the right site, put its address into the settings."),)


def not_a_page(found: Page, source: Source) -> Finding | None:
    """What keeps an answer from being the page that visitors see; None where it may be."""
    if wall := _wall(found, source):
        return wall
    status, path = found.status, urlsplit(found.url).path
    if status == 401:
        said = "The site asks for a user name and a password (401)."
        return Finding("bad", "password", said, "Look again when it is open to everybody, or check it in your browser.")
    if path.rstrip("/").endswith("/password") and source.asks_password:
        said = "The shop is still behind its password page."
        return Finding("bad", "password", said, "Open the shop (Shopify: Online Store, Preferences), then look again.")
    if status == 403:
        said = "The site refuses this server (403): a firewall, or a rule against robots."
        return Finding("bad", "refused", said, WALL_TODO)
    if status in (404, 410):
        said = f"There is no page at this address ({status})."
        return Finding("bad", "not_found", said, "Give the address of a page that is there.")
    if status == 429:
        return Finding("bad", "slower", "The site wants fewer calls (429).", "Try again in some minutes.")
    if status >= 500:
        said = f"The site has a fault of its own at this moment ({status})."
        return Finding("bad", "site_fault", said, "Try again when the site works.")
    if not 200 <= status <= 299:
        return Finding("bad", "odd_status", f"The site answers with status {status}.", "Give the address of a page itself.")
    return _not_html(found)


def _wall(found: Page, source: Source) -> Finding | None:
    named = any(name in found.headers for name in _WALL_HEADERS)
    titled = _WALL_TITLES.search(source.title) is not None
    pieces = source.letters < WALL_LETTERS and any(piece in found.text for piece in _WALL_PIECES)
    refused = found.status in (202, 401, 403, 405, 429, 503)
    if (refused and (named or titled or pieces)) or (titled and (named or pieces)):
        said = f"A wall against robots answered in place of the page (status {found.status})."
        return Finding("bad", "wall", said, WALL_TODO)
    return None


def _not_html(found: Page) -> Finding | None:
    kind = found.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in ("text/html", "application/xhtml+xml") or (not kind and found.text.lstrip()[:1] == "<"):
        if found.text.strip():
            return None
        return Finding("bad", "empty", "The page is empty.", "Give the address of a page with something on it.")
    said = f"What is at this address is {kind or 'of no named kind'}, not a page of HTML."
    return Finding("bad", "not_html", said, "Give the address of a page.")
