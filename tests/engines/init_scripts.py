"""Puts a script into a page on its way to the browser, so that it runs before all of the page's own, whatever its policy."""

from __future__ import annotations

import re

NONCE = "dGVzdHM"
DOCTYPE = re.compile(rb"\s*<!doctype[^>]*>", re.IGNORECASE)
HEAD = re.compile(rb"<head[^>]*>", re.IGNORECASE)


def into_page(
    script: str, status: int, headers: list[tuple[str, str]], body: bytes
) -> tuple[int, list[tuple[str, str]], bytes]:
    """The same answer with `script` in it, if it is HTML: status, headers and body in, and out.

    The element takes itself away. Its nonce is added to what the page's policy lets in; everything else of the policy
    stands as it was.
    """
    if not any(name.lower() == "content-type" and value.lower().startswith("text/html") for name, value in headers):
        return status, headers, body
    element = f"<script nonce={NONCE}>document.currentScript.remove();{as_ascii(script)}\n</script>".encode()
    place = HEAD.search(body) or DOCTYPE.match(body)
    at = place.end() if place else 0
    sent = [(name, with_nonce(value) if name.lower() == "content-security-policy" else value) for name, value in headers]
    return status, sent, body[:at] + element + body[at:]


def as_ascii(script: str) -> str:
    """The script so that neither the page's charset nor an HTML parser makes another one of it."""
    script = re.sub(
        r"</(?=script)|<!--", lambda found: found[0][0] + "\\x" + format(ord(found[0][1]), "x") + found[0][2:], script
    )
    return re.sub(r"[^\x00-\x7f]", lambda found: "".join(f"\\u{unit:04x}" for unit in _utf16(found[0])), script)


def _utf16(character: str) -> list[int]:
    data = character.encode("utf-16-be")
    return [int.from_bytes(data[at : at + 2]) for at in range(0, len(data), 2)]


def with_nonce(policy: str) -> str:
    """A Content-Security-Policy that also lets our element in."""
    directives = [directive.split() for directive in policy.split(";") if directive.strip()]
    by_name = {words[0].lower(): words for words in directives}
    own = by_name.get("script-src-elem") or by_name.get("script-src")
    if own is None and "default-src" in by_name:
        own = ["script-src", *by_name["default-src"][1:]]
        directives.append(own)
    if own and "'unsafe-inline'" not in own:
        own[:] = [word for word in own if word != "'none'"] + [f"'nonce-{NONCE}'"]
    return "; ".join(" ".join(words) for words in directives)
