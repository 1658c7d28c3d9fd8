"""Text that spreadsheets would run as a formula: guarded with apostrophes on its way out, and as it was on its way in.

A formula begins with its sign at the start of a cell, or where another reader's cells may start: behind a semicolon, a
tab, a bar or the end of a line in a value, with quotes or without. Each such place gets one apostrophe more.
"""

import re

# What spreadsheets take for the beginning of a formula (OWASP).
_SIGN = "(?=[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20])"
_START = '(^|[;\t|\r\n]"*)'
_FORMULA = re.compile(f"{_START}('*){_SIGN}")
_GUARDED = re.compile(f"{_START}'('*){_SIGN}")


def guarded(text: str) -> str:
    """Text that no spreadsheet runs a part of, wherever it takes a cell to begin."""
    return _FORMULA.sub(r"\1'\2", text)


def unguarded(text: str) -> str:
    """What `guarded` was given."""
    return _GUARDED.sub(r"\1\2", text) if "'" in text else text


def plain_cell(text: str) -> str:
    """A cell of a file as it was meant: without guards, and without blanks around it that no guard kept."""
    meant = unguarded(text)
    return meant.rstrip() if text.startswith("'") else meant.strip()
