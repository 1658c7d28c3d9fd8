"""How the script comes onto a site of each kind, and events out of a shop: steps and code to copy, made for one application.

Only what was tried stands here: `tests/surfaces/dashboard/test_install_guides.py` and
`tests/browser/test_dashboard_install.py` run the code.
"""

import json
from urllib.parse import urlsplit

from msgspec import Struct

from tidings.records.application import Application


class Step(Struct, frozen=True):
    """A sentence on what to do, and the code that belongs to it."""

    words: str
    code: str = ""


class Guide(Struct, frozen=True):
    """One way. `id`: its name in addresses. `after`: what else to know, in a sentence or two."""

    id: str
    name: str
    steps: tuple[Step, ...]
    after: str = ""


class Snippet(Struct, frozen=True):
    """What guides are made of. `tag`: the script tag; `url`: its address; `pinned`: the address that never changes."""

    tag: str
    url: str
    base_url: str
    client_id: str
    pinned: str
    integrity: str


def site_guides(snippet: Snippet) -> tuple[Guide, ...]:
    """Every kind of site."""
    return (
        Guide(
            "html",
            "Plain HTML",
            (
                Step("Paste the snippet into each page, or into the template that all share, before </head>."),
                Step("Publish, and look below whether it is there."),
            ),
            "It waits until the page has loaded, so it does not matter where it stands.",
        ),
        Guide(
            "wordpress",
            "WordPress",
            (
                Step(
                    "Put this at the end of your child theme's functions.php, or into a plug-in for code snippets:",
                    _wordpress(snippet),
                ),
                Step(
                    "Without PHP: a plug-in for headers and footers, or a “Custom HTML” block in a block theme's footer, "
                    "takes the snippet itself:",
                    snippet.tag,
                ),
                Step("Empty the cache of a caching plug-in, and exempt the script from its “delay JavaScript”."),
            ),
            "The visual editor shows a pasted snippet as text and does not run it: “Is it installed?” tells of that.",
        ),
        Guide(
            "shopify",
            "Shopify",
            (
                Step(
                    "In the code of your theme, open layout/theme.liquid and paste this snippet before </head>:", snippet.tag
                ),
                Step(
                    "Where visitors have to agree first, paste this in its place. It asks for nothing, and shows nothing, "
                    "before Shopify's banner reports that analytics are allowed:",
                    _shopify(snippet),
                ),
            ),
            "While the shop is behind its password page, “Is it installed?” sees only that page, and says so.",
        ),
        Guide(
            "tag-manager",
            "Google Tag Manager",
            (
                Step("Make a new tag of the kind “Custom HTML” with this in it, and the trigger “All Pages”:", snippet.tag),
                Step("Submit and publish the container."),
                Step(
                    "Where visitors have to agree first, let your consent tool's trigger fire the snippet. Attributes such "
                    "as data-consent may be lost in a tag manager: the setting “consent” under Advanced is not."
                ),
            ),
            "What a tag manager puts in does not stand in the page's HTML: “Is it installed?” then tells how to see it.",
        ),
        Guide(
            "react",
            "React",
            (
                Step(
                    "With an index.html of your own (Vite, for one), paste the snippet there, before </head>:", snippet.tag
                ),
                Step("Without one, load it from the outermost component:", _react(snippet)),
            ),
            "It is one widget however often the component is mounted, and it follows changes of the address by itself.",
        ),
        Guide(
            "next",
            "Next.js",
            (Step("With the App Router, in app/layout.js:", _next(snippet)),),
            "It is loaded once, and stays through changes of the page.",
        ),
        Guide(
            "strict",
            "Strict policies",
            (
                Step(
                    "A Content-Security-Policy has to let the script in, and the counting out:",
                    f"script-src {snippet.base_url}; connect-src {snippet.base_url}",
                ),
                Step(
                    "With integrity: this snippet loads one version, which never changes. You take a new one when you like:",
                    f'<script async crossorigin src="{snippet.pinned}"\n  integrity="{snippet.integrity}"\n'
                    f'  data-client-id="{snippet.client_id}"></script>',
                ),
            ),
            "Style policies and Trusted Types need no change. Pictures come from where your events say (img-src).",
        ),
    )


def event_guides(application: Application, base_url: str, tag: str) -> tuple[Guide, ...]:
    """Telling of an event, from a shop's own server. `tag`: of an event type of the application."""
    url = f"{base_url}/api/v1/applications/me/events"
    parts = urlsplit(application.url)
    event = {
        "event_type_tag": tag,
        "external_id": "order-1001",
        "first_name": "John",
        "city": "New York",
        "title": "Corvette",
        "url": f"{parts.scheme}://{parts.netloc}/corvette",
    }
    token = "The token is read from the environment: export TOKEN=…"  # noqa: S105 - there is none in it
    return (
        Guide("curl", "curl", (Step(token, _curl(url, event)),)),
        Guide("node", "Node", (Step(f"Node 18 or newer, without a package. {token}", _node(url, event)),)),
        Guide("python", "Python", (Step(f"Python 3, without a package. {token}", _python(url, event)),)),
        Guide("php", "PHP", (Step(f"PHP 7.4 or newer, without an extension. {token}", _php(url, event)),)),
    )


def _wordpress(snippet: Snippet) -> str:
    return (
        "add_action('wp_enqueue_scripts', function () {\n"
        f"    wp_enqueue_script('tidings', {_php_text(snippet.url)}, [], null, ['strategy' => 'async']);\n"
        "});"
    )


def _shopify(snippet: Snippet) -> str:
    return (
        f'<script src="{snippet.url}" async data-consent="required"></script>\n'
        "<script>\n"
        "  window.fomo = window.fomo || {q: []};\n"
        "  document.addEventListener('visitorConsentCollected', (event) => {\n"
        "    const agreed = Boolean(event.detail.analyticsAllowed);\n"
        "    if (fomo.consent) fomo.consent(agreed);\n"
        "    else fomo.q.push(['consent', agreed]);\n"
        "  });\n"
        "</script>"
    )


def _react(snippet: Snippet) -> str:
    return (
        "import { useEffect } from 'react';\n\n"
        "export function Tidings() {\n"
        "  useEffect(() => {\n"
        "    const script = document.createElement('script');\n"
        f"    script.src = {json.dumps(snippet.url)};\n"
        "    script.async = true;\n"
        "    document.head.append(script);\n"
        "    return () => script.remove();\n"
        "  }, []);\n"
        "  return null;\n"
        "}"
    )


def _next(snippet: Snippet) -> str:
    return (
        "import Script from 'next/script';\n\n"
        "export default function Layout({ children }) {\n"
        "  return (\n"
        '    <html lang="en">\n'
        "      <body>\n"
        "        {children}\n"
        f"        <Script src={json.dumps(snippet.url)} />\n"
        "      </body>\n"
        "    </html>\n"
        "  );\n"
        "}"
    )


def _curl(url: str, event: dict[str, str]) -> str:
    body = json.dumps(event, ensure_ascii=False).replace("'", "'\\''")
    return f"curl {url} \\\n  -H \"Authorization: Token $TOKEN\" -H 'Content-Type: application/json' \\\n  -d '{body}'"


def _node(url: str, event: dict[str, str]) -> str:
    return (
        f"const response = await fetch({json.dumps(url)}, {{\n"
        "  method: 'POST',\n"
        "  headers: { Authorization: `Token ${process.env.TOKEN}`, 'Content-Type': 'application/json' },\n"
        f"  body: JSON.stringify({_indented(event, '  ')}),\n"
        "});\n"
        "if (!response.ok) throw new Error(await response.text());"
    )


def _python(url: str, event: dict[str, str]) -> str:
    members = "".join(f"    {name!r}: {value!r},\n" for name, value in event.items())
    return (
        "import json\nfrom os import environ\nfrom urllib.request import Request, urlopen\n\n"
        f"event = {{\n{members}}}\n"
        "request = Request(\n"
        f"    {url!r},\n"
        "    data=json.dumps(event).encode(),\n"
        '    headers={"Authorization": f"Token {environ[\'TOKEN\']}", "Content-Type": "application/json"},\n'
        ")\n"
        "urlopen(request, timeout=10).close()"
    )


def _php(url: str, event: dict[str, str]) -> str:
    members = "".join(f"    {_php_text(name)} => {_php_text(value)},\n" for name, value in event.items())
    return (
        f"$event = [\n{members}];\n"
        f"$answer = file_get_contents({_php_text(url)}, false, stream_context_create(['http' => [\n"
        "    'method' => 'POST',\n"
        "    'header' => ['Authorization: Token ' . getenv('TOKEN'), 'Content-Type: application/json'],\n"
        "    'content' => json_encode($event),\n"
        "    'timeout' => 10,\n"
        "]]));\n"
        "if ($answer === false) {\n"
        "    error_log('The event was not taken.');\n"
        "}"
    )


def _indented(event: dict[str, str], by: str) -> str:
    return json.dumps(event, indent=2, ensure_ascii=False).replace("\n", f"\n{by}")


def _php_text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
