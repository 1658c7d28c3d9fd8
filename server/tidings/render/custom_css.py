"""What is let into an application's own CSS, for now: a look at the text until it is parsed as CSS."""

import re

LIMIT = 32 * 1024

_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})[ \t\r\n\f]?|(.))", re.DOTALL)
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_REFUSED = (
    (re.compile(r"</style"), "</style"),
    (re.compile(r"@import"), "@import"),
    (re.compile(r"url\((?!\s*[\"']?\s*(?:data:|#))"), "a url( that is not data:"),
    (re.compile(r"(?:image-set|image|cross-fade|src)\("), "image-set(, image(, cross-fade( or src("),
    (re.compile(r"expression\("), "expression("),
    (re.compile(r"-moz-binding"), "-moz-binding"),
    (re.compile(r"(?<![\w-])behavior\s*:"), "behavior:"),
)


def css_problem(css: str) -> str | None:
    """What of this CSS is not let in, in a few words; None when all is well.

    Nothing may be fetched from elsewhere and nothing may end the style: escapes are read as browsers read them, comments
    taken out, large letters made small. A parser takes the place of this look later; the rules stay.
    """
    if len(css.encode("utf-8", "surrogatepass")) > LIMIT:
        return f"more than {LIMIT // 1024} KiB"
    if _CONTROL.search(css):
        return "a control character"
    for text in {css, _COMMENT.sub("", css)}:
        plain = _ESCAPE.sub(_character, text).lower()
        for pattern, name in _REFUSED:
            if pattern.search(plain) or pattern.search(text.lower()):
                return name
    return None


def _character(found: re.Match[str]) -> str:
    if found[1] is None:
        return "" if found[2] in "\n\f\r" else found[2]
    number = int(found[1], 16)
    return chr(number) if 0 < number < 0x110000 else "\ufffd"
