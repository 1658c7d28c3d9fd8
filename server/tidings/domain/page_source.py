"""Reads the HTML of somebody's page for what decides whether our script runs there. Every page ends the same way: read."""

import re
from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

from lxml import etree
from msgspec import Struct

from tidings.domain.content_policy import MOST_POLICIES, Policy, from_meta

# A page that has more of them is no page that people made; what is beyond is not looked at.
MOST_SCRIPTS = 1_000
MOST_COMMENTS = 200
LONGEST_SHOWN = 300
# Characters: of a script's address, and of the one that a page gives as its base.
LONGEST_ADDRESS = 4_096
# In these, what looks like an element is none, or is one that browsers with JavaScript do not look at.
_ASIDE = ("noscript", "template")
_SILENT = frozenset({"script", "style", "noscript", "template", "title", "textarea"})
# Where frameworks put what their JavaScript makes.
_SHELLS = frozenset({"root", "app", "__next", "__nuxt", "___gatsby", "svelte", "q-app", "main-app", "app-root"})
_TAG_BEGINS = re.compile(r"<script\b", re.IGNORECASE)


class Script(Struct, frozen=True):
    """A script element. `url`: absolute, "" where it has none. `inside`: "noscript", "template" or "".

    `line`: where its tag begins. `policies`: how many policies of the page itself stood before it.
    """

    url: str
    line: int
    attributes: Mapping[str, str]
    inside: str
    policies: int

    @property
    def shown(self) -> str:
        """The tag as one would write it."""
        written = (f'{name}="{value}"' if value else name for name, value in self.attributes.items())
        text = f"<script {' '.join(written)}></script>"
        return text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…"


class Source(Struct, frozen=True):
    """What was read. `comments`: with their lines; `letters`: how much text a visitor would read without JavaScript.

    `policies`: of the page itself, in its order. `metas`: content of the first meta element of each name, in lower case.
    """

    scripts: tuple[Script, ...]
    policies: tuple[Policy, ...]
    comments: tuple[tuple[int, str], ...]
    metas: Mapping[str, str]
    title: str
    letters: int
    is_shell: bool
    asks_password: bool


def read_source(text: str, url: str) -> Source:
    """Reads a page whose address is `url`. Time and memory grow with its length and with nothing else in it."""
    reader = _Reader(url)
    parser = etree.HTMLParser(target=reader, encoding="utf-8", huge_tree=True)
    lines = re.split(r"\r\n|\r|\n", text)
    reader.lines = lines
    for number, line in enumerate(lines, 1):
        reader.line = number
        parser.feed((line + "\n").encode("utf-8", "replace"))
    try:
        found: Source = parser.close()
    except etree.ParseError:  # nothing in it at all
        found = reader.close()
    return found


class _Reader:
    """What the parser tells of: no tree is built, whose depth and width the page would choose."""

    def __init__(self, url: str) -> None:
        self.line = 0
        self.lines: list[str] = []
        self._base = url
        self._based = False
        self._open = dict.fromkeys((*_SILENT, "head"), 0)
        self._scripts: list[Script] = []
        self._policies: list[Policy] = []
        self._comments: list[tuple[int, str]] = []
        self._metas: dict[str, str] = {}
        self._title: list[str] = []
        self._letters = 0
        self._shell = False
        self._password = False
        self._begun_on: dict[int, bool] = {}

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag in self._open:
            self._open[tag] += 1
        if tag == "script":
            self._note_script(attributes)
        elif tag == "meta":
            self._note_meta(attributes)
        elif tag == "base" and not self._based and "href" in attributes:
            self._based = True
            self._base = _joined(self._base, attributes["href"]) or self._base
        elif tag == "input" and attributes.get("type", "").lower() == "password":
            self._password = True
        self._shell = self._shell or attributes.get("id") in _SHELLS or tag in _SHELLS

    def end(self, tag: str) -> None:
        if self._open.get(tag):
            self._open[tag] -= 1

    def data(self, text: str) -> None:
        if self._open["title"] and not self._open["noscript"]:
            self._title.append(text)
        elif not any(self._open[name] for name in _SILENT):
            self._letters += len(text.strip())

    def comment(self, text: str) -> None:
        if len(self._comments) < MOST_COMMENTS:
            self._comments.append((self.line, text))

    def close(self) -> Source:
        return Source(
            scripts=tuple(self._scripts),
            policies=tuple(self._policies),
            comments=tuple(self._comments),
            metas=self._metas,
            title=" ".join("".join(self._title).split())[:LONGEST_SHOWN],
            letters=self._letters,
            is_shell=self._shell,
            asks_password=self._password,
        )

    def _note_script(self, attributes: Mapping[str, str]) -> None:
        if len(self._scripts) < MOST_SCRIPTS:
            url = _joined(self._base, attributes["src"]) if attributes.get("src", "").strip() else ""
            inside = next((name for name in _ASIDE if self._open[name]), "")
            self._scripts.append(Script(url, self._begins(), dict(attributes), inside, len(self._policies)))

    def _note_meta(self, attributes: Mapping[str, str]) -> None:
        content = attributes.get("content", "")
        name = (attributes.get("name") or attributes.get("http-equiv") or "").lower()
        self._metas.setdefault(name, content)
        aside = self._open["noscript"] or self._open["template"]
        if attributes.get("http-equiv", "").lower() == "content-security-policy" and self._open["head"] and not aside:
            self._policies += from_meta(content, self.line)[: MOST_POLICIES - len(self._policies)]

    def _begins(self) -> int:
        """The line where the tag begins that ended on this one."""
        for number in range(self.line, max(self.line - 20, 0), -1):
            if number not in self._begun_on:  # a line may be the whole page, with every script on it
                self._begun_on[number] = _TAG_BEGINS.search(self.lines[number - 1]) is not None
            if self._begun_on[number]:
                return number
        return self.line


def _joined(base: str, address: str) -> str:
    """The absolute address; "" where it is none, or longer than any that is looked at."""
    if len(address) > LONGEST_ADDRESS:
        return ""
    try:
        url = urljoin(base, "".join(address.split()))
        urlsplit(url).port  # noqa: B018 - raises for what is none
    except ValueError:
        return ""
    return url if len(url) <= LONGEST_ADDRESS else ""
