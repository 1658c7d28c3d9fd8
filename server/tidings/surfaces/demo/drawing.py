"""What all pages of the demo share: their templates, the headers that keep them to themselves, the commands they show."""

import json
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined


def templates(folder: Path) -> Environment:
    """The templates of demo_site; `source(path)` in them is the text of a file, so that what is shown is what runs."""
    environment = Environment(
        loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals["source"] = lambda path: (folder / path).read_text("utf-8").rstrip()
    return environment


def origin_of(base_url: str) -> str:
    """The origin that the widget comes from."""
    parts = urlsplit(base_url)
    return f"{parts.scheme}://{parts.netloc}"


def own_policy(base_url: str, **changes: str) -> dict[str, str]:
    """Scripts, calls and pictures from the demo and from the widget's origin, styles from the demo, nothing else.

    `changes`: directives with `_` for `-`, in place of these or beside them.
    """
    ours = f"'self' {origin_of(base_url)}"
    policy = {
        "default-src": "'none'",
        "script-src": ours,
        "connect-src": ours,
        "img-src": ours,
        "style-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }
    return policy | {name.replace("_", "-"): value for name, value in changes.items()}


def strict_policy(base_url: str) -> dict[str, str]:
    """The least that a page with the widget can let in; no style sheet at all, not even the page's own."""
    origin = origin_of(base_url)
    return {
        "default-src": "'none'",
        "script-src": origin,
        "connect-src": origin,
        "img-src": origin,
        "style-src": "'none'",
        "form-action": "'none'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }


def page_headers(policy: Mapping[str, str]) -> dict[str, str]:
    """The headers of a page with this policy."""
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cache-Control": "no-store",
    }


def command(method: str, url: str, token_file: str, members: Mapping[str, Any]) -> str:
    """A call of the REST API, ready to paste into a terminal: the token stays in its file."""
    body = "{" + ",\n   ".join(f"{json.dumps(name)}: {_json(value)}" for name, value in members.items()) + "}"
    return (
        f"curl{'' if method == 'POST' else f' -X {method}'} \\\n"
        f'  -H "Authorization: Token $(cat {shlex.quote(token_file)})" \\\n'
        '  -H "Content-Type: application/json" \\\n'
        f"  -d {shlex.quote(body)} \\\n"
        f"  {shlex.quote(url)}"
    )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
