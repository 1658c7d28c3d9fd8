"""What a theme lacks, as far as it can be read: themes/README.md says why, `tidings theme check` says where."""

import re
from collections.abc import Iterator

import brotli

from tidings.render.css_minify import minified
from tidings.render.css_tokens import Node, Problem
from tidings.render.style_rules import Declaration, Rule, Sheet, read_sheet, split_at_commas, texts
from tidings.render.theme_hooks import asks_for_direction, is_card, strangers

# Minified and in brotli: every first visit to a shop takes it along.
SIZE_LIMIT = 1_024
# Milliseconds. The card leaves the page 200 ms after it has begun to go.
SHORTEST, LONGEST, LONGEST_EXIT = 150, 250, 200

_PHYSICAL = re.compile(
    r"(?:margin|padding|scroll-margin|scroll-padding)-(?:left|right)|border-(?:left|right)(?:-\w+)?|left|right|"
    r"border-(?:top|bottom)-(?:left|right)-radius"
)
# Shorthands for four sides; the second value is the right one, the fourth the left one.
_FOUR_SIDES = re.compile(r"margin|padding|inset|scroll-margin|scroll-padding|border-(?:width|style|color)")
_SIDE_WORDS = frozenset(
    {"text-align", "text-align-last", "float", "clear", "justify-content", "justify-items", "justify-self"}
)
_PLACE_OF_CARD = re.compile(r"position|z-index|inset(?:-.+)?|top|right|bottom|left")
# What moves without making the browser lay the page out again; and colours, which do not move.
_MOVES = frozenset({"opacity", "transform", "translate", "scale", "rotate"})
_COLOUR = re.compile(r"(?:.+-)?color|background|fill|stroke")
# Words of a transition or an animation that are no property.
_TIMING = re.compile(
    r"ease(?:-in|-out|-in-out)?|linear|step-(?:start|end)|allow-discrete|normal|none|inherit|initial|unset|revert(?:-layer)?"
)
_BASE_ONLY = frozenset({"--touch", "--inline", "--block"})


def style_problems(name: str, css: str, variables: frozenset[str]) -> list[Problem]:
    """What `theme.css` of the theme `name` lacks. `css` has passed `css_problem`; `variables`: those of `theme.toml`."""
    sheet = read_sheet(css)
    found = [*sheet.problems]
    for rule in sheet.rules:
        if not rule.keyframes:
            for selector in rule.selectors:
                found += strangers(selector, name)
        for declaration in rule.declarations:
            found += _of_declaration(declaration, rule, name)
    found += _variables(sheet, variables)
    found.sort(key=lambda problem: (problem.line, problem.column))
    return [*found, *_missing(sheet, name), *_size(css)]


def _missing(sheet: Sheet, name: str) -> Iterator[Problem]:
    conditions = " ".join(" ".join(rule.conditions) for rule in sheet.rules)
    declarations = [declaration for rule in sheet.rules for declaration in rule.declarations]
    by_function = any(place.node.type == "function" and place.node.lower_name == "light-dark"
                      for declaration in declarations for place in declaration.places())  # fmt: skip
    if not re.search(r"prefers-color-scheme\s*:\s*dark", conditions) and not by_function:
        yield Problem("it has no colours for the dark: @media (prefers-color-scheme: dark)")
    if "forced-colors" not in conditions and not any(_draws_border(rule, name) for rule in sheet.rules):
        yield Problem(
            "the card has no border: forced colours take its ground and its shadow away (border: 1px solid transparent)"
        )
    if not any("data-state" in texts(selector) for rule in sheet.rules for selector in rule.selectors):
        yield Problem('it has no exit: [data-state="leaving"]')


def _draws_border(rule: Rule, name: str) -> bool:
    on_card = any(is_card(selector, name) for selector in rule.selectors)
    return on_card and not rule.conditions and any(
        re.fullmatch(r"border(-(block|inline))?", one.name) and "none" not in texts(one.value) for one in rule.declarations
    )  # fmt: skip


def _size(css: str) -> Iterator[Problem]:
    size = len(brotli.compress(minified(css).encode(), quality=11))
    if size > SIZE_LIMIT:
        yield Problem(f"it weighs {size:,} bytes, minified and in brotli; at most {SIZE_LIMIT:,}")


def _variables(sheet: Sheet, told: frozenset[str]) -> Iterator[Problem]:
    read: dict[str, Declaration] = {}
    for declaration in (declaration for rule in sheet.rules for declaration in rule.declarations):
        for place in declaration.places():
            if place.node.type == "ident" and place.node.value.startswith("--fomo-"):
                read.setdefault(place.node.value, declaration)
    for variable in sorted(read.keys() - told):
        yield read[variable].problem(f"{variable} is read, but not in [variables] of theme.toml")
    for variable in sorted(told - read.keys()):
        yield Problem(f"{variable} is in [variables] of theme.toml, but is not read")


def _of_declaration(declaration: Declaration, rule: Rule, theme: str) -> Iterator[Problem]:
    name = declaration.name
    for place in declaration.places():
        if place.node.type == "url" or (place.node.type == "function" and place.node.lower_name == "url"):
            yield place.problem("url() has no place in a theme: a page's policy may forbid it")
    if name.startswith("--fomo-"):
        yield declaration.problem(f"{name} is the page's to set; read it: var({name}, …)")
    if name in _BASE_ONLY:
        yield declaration.problem(f"{name} is set by base.css; read it: var({name})")
    if rule.keyframes:
        if name not in _MOVES and name != "animation-timing-function":
            yield declaration.problem(
                f"{name} in @keyframes makes the browser lay out or paint anew; move opacity and transform"
            )
        return
    if name.startswith(("animation", "transition")):
        yield from _of_motion(declaration, rule)
    if re.fullmatch(r"outline(-style|-width)?", name) and _is_nothing(declaration.value):
        yield declaration.problem("this takes the focus ring away, which base.css draws")
    if _PLACE_OF_CARD.fullmatch(name) and any(is_card(selector, theme) for selector in rule.selectors):
        yield declaration.problem(
            f"{name} of the card is base.css's; its distance from the edges is the page's (--fomo-offset)"
        )
    elif not (rule.selectors and all(asks_for_direction(selector) for selector in rule.selectors)):
        yield from _of_sides(declaration)


def _is_nothing(value: list[Node]) -> bool:
    return texts(value) == ["none"] or (len(value) == 1 and value[0].type in ("number", "dimension") and not value[0].value)


def _of_sides(declaration: Declaration) -> Iterator[Problem]:
    name = declaration.name
    if _PHYSICAL.fullmatch(name):
        yield declaration.problem(f"{name} is another side from right to left: use the logical property")
    elif name in _SIDE_WORDS and {"left", "right"} & set(texts(declaration.value)):
        yield declaration.problem(f"{name}: left or right is another side from right to left: use start or end")
    elif _FOUR_SIDES.fullmatch(name):
        values = _values(declaration.value)
        if len(values) == 4 and values[1] != values[3]:
            yield declaration.problem(f"{name} with another left than right: use {name}-inline or its like")
    elif name == "border-radius":
        for side in _split(declaration.value, "/"):
            corners = _values(side)
            # Top left, top right, bottom right, bottom left.
            full = [*corners, corners[1]] if len(corners) == 3 else (corners * 4)[:4]
            if full and (full[0] != full[1] or full[2] != full[3]):
                yield declaration.problem(
                    "border-radius with another left than right: use border-start-start-radius and its like"
                )


def _of_motion(declaration: Declaration, rule: Rule) -> Iterator[Problem]:
    name = declaration.name
    if declaration.important:
        yield declaration.problem(f"{name} with !important would move for those, too, who asked for rest")
    is_exit = any("data-state" in texts(selector) for selector in rule.selectors)
    longest = LONGEST_EXIT if is_exit else LONGEST
    for part in split_at_commas(declaration.value):
        times = [_milliseconds(node) for node in part if node.type == "dimension" and node.lower_unit in ("s", "ms")]
        if name in ("transition", "animation", "transition-duration", "animation-duration") and times and times[0]:
            total = sum(times[:2]) if is_exit and not name.endswith("duration") else times[0]
            if times[0] < SHORTEST or total > longest:
                yield declaration.problem(f"{name} takes {total:g} ms; {SHORTEST} to {longest}")
        words = texts([node for node in part if node.type == "ident"])
        if name.startswith("animation") and "infinite" in words:
            yield declaration.problem(f"{name} never ends")
        if name in ("transition", "transition-property"):
            moved = [word for word in words if not _TIMING.fullmatch(word)]
            if not moved and times and times[0]:
                moved = ["all"]
            wrong = [word for word in moved if word not in _MOVES and not _COLOUR.fullmatch(word)]
            if wrong:
                yield declaration.problem(f"{name} of {wrong[0]}: only opacity, transform and colours")


def _milliseconds(node: Node) -> float:
    return float(node.value) * (1_000 if node.lower_unit == "s" else 1)


def _values(nodes: list[Node]) -> list[str]:
    """What white space separates, as it is written."""
    parts: list[list[Node]] = [[]]
    for node in nodes:
        if node.type == "whitespace":
            parts.append([])
        elif node.type != "comment":
            parts[-1].append(node)
    return ["".join(node.serialize() for node in part) for part in parts if part]


def _split(nodes: list[Node], sign: str) -> list[list[Node]]:
    parts: list[list[Node]] = [[]]
    for node in nodes:
        if node == sign:
            parts.append([])
        else:
            parts[-1].append(node)
    return parts
