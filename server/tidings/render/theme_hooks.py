"""What there is to style in the widget (themes/README.md), and whether a selector reaches any of it."""

from collections.abc import Iterator

from tidings.render.css_tokens import Node, Problem, inside
from tidings.render.style_rules import last_compound, split_at_commas

CARD = "fomo-notification"
SIDES = ("bottom-left", "bottom-right", "top-left", "top-right")
PARTS_OF_CARD = ("container", "image-wrapper", "image", "content-wrapper", "content", "meta")
CLASSES = frozenset(
    {"customized", CARD, *(f"{CARD}-{part}" for part in PARTS_OF_CARD), *(f"{CARD}-position-{side}" for side in SIDES)}
)
IDS = frozenset({"someone-purchased", "fomo-close", "fomo-stop"})
ELEMENTS = frozenset({"section", "div", "img", "p", "small", "a", "b", "i", "br", "button"})
PARTS = frozenset({"card", "image", "message", "link", "time", "close", "stop"})
ATTRIBUTES = frozenset({"aria-hidden", "aria-label", "class", "data-state", "dir", "href", "id", "lang", "part", "type"})
# Of the attributes that have few: their values.
VALUES = {"part": PARTS, "data-state": frozenset({"leaving"}), "dir": frozenset({"ltr", "rtl"}), "id": IDS}

# Functions whose arguments are selectors again. Those of others are none: :lang(en), :nth-child(odd).
_WITH_SELECTORS = frozenset({"is", "where", "not", "has", "host"})
# Into another shadow tree, or the live region: neither is a theme's.
_ELSEWHERE = frozenset({"part", "slotted"})


def strangers(selector: list[Node], theme: str) -> Iterator[Problem]:
    """What in a selector of the theme of this name reaches nothing."""
    before = ""
    for node in selector:
        found = None
        if node.type == "ident":
            found = _of_name(node.value, before, theme)
        elif node.type == "hash":
            found = None if node.value in IDS else f"#{node.value} reaches nothing: the ids are {_listed(IDS)}"
        elif node.type == "[] block":
            found = _of_attribute([one for one in node.content if one.type != "whitespace"], theme)
        elif node.type == "function" and before.startswith(":"):
            if node.lower_name in _WITH_SELECTORS:
                for part in split_at_commas(inside(node) or []):
                    yield from strangers(part, theme)
            elif node.lower_name in _ELSEWHERE:
                found = f"::{node.name}() reaches nothing of a theme's own"
        if found:
            yield Problem(found, node.source_line, node.source_column)
        before = _sign(node, before)


def _sign(node: Node, before: str) -> str:
    """The sign that the next name belongs to: ".", ":" or "::"."""
    if node.type != "literal":
        return ""
    return "::" if node == before == ":" else str(node.value)


def _of_name(name: str, before: str, theme: str) -> str | None:
    if before == ".":
        known = {*CLASSES, f"{CARD}-{theme}"}
        return None if name in known else f".{name} reaches nothing: the classes are {_listed(known)}"
    if before.startswith(":"):
        return ":root reaches nothing here: set it on .fomo-notification" if name.lower() == "root" else None
    return None if name.lower() in ELEMENTS else f"{name} reaches nothing: the elements are {_listed(ELEMENTS)}"


def _of_attribute(content: list[Node], theme: str) -> str | None:
    name = content[0].lower_value if content and content[0].type == "ident" else ""
    if name not in ATTRIBUTES:
        return f"[{name or '?'}] reaches nothing: the attributes are {_listed(ATTRIBUTES)}"
    value = next((node.value for node in content[1:] if node.type in ("string", "ident")), None)
    if value is None:
        return None
    if name == "class":
        known = {*CLASSES, f"{CARD}-{theme}"}
        return None if any(value in one for one in known) else f'[class="{value}"] reaches nothing'
    known = set(VALUES.get(name, ()))
    return f'[{name}="{value}"] reaches nothing: its values are {_listed(known)}' if known and value not in known else None


def _listed(names: set[str] | frozenset[str]) -> str:
    return ", ".join(sorted(names))


def is_card(selector: list[Node], theme: str) -> bool:
    """Whether a selector picks the card itself, not a part of it nor what is drawn before or after it."""
    before = ""
    found = False
    for node in last_compound(selector):
        if before == "::" and node.type == "ident":
            return False
        if node.type == "ident" and before == ".":
            found = found or node.value in ("customized", CARD, f"{CARD}-{theme}") or "-position-" in node.value
        elif node.type == "hash":
            found = found or node.value == "someone-purchased"
        elif node.type == "[] block":
            names = [one for one in node.content if one.type == "ident"]
            found = found or bool(names and names[0].lower_value in ("class", "data-state"))
        elif node.type == "ident" and before != ":" and node.lower_value != "section":
            return False
        before = _sign(node, before)
    return found


def asks_for_direction(selector: list[Node]) -> bool:
    """Whether a rule is for one writing direction only: there, left is left."""
    for node in selector:
        if node.type == "function" and node.lower_name in _WITH_SELECTORS - {"not", "has"}:
            if all(asks_for_direction(part) for part in split_at_commas(inside(node) or [])):
                return True
        elif node.type == "function" and node.lower_name == "dir":
            return True
        if node.type == "[] block" and any(one.type == "ident" and one.lower_value == "dir" for one in node.content):
            return True
    return False
