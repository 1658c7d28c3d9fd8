"""The few words that are not the owner's own: labels of buttons, "Someone", "just now"; by language."""

import re
import tomllib
from functools import lru_cache
from pathlib import Path

from babel import Locale, UnknownLocaleError
from msgspec import Struct, convert


class Labels(Struct, frozen=True):
    """`region` names the corner for screen readers; `close` and `stop` are the buttons."""

    someone: str
    just_now: str
    region: str
    close: str
    stop: str


_table: dict[str, Labels] = convert(
    tomllib.loads(Path(__file__).with_name("labels.toml").read_text("utf-8")), dict[str, Labels]
)

# Language, script, territory, variants: no extensions, which Babel does not read.
_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}")


@lru_cache(maxsize=512)
def locale_of(language: str) -> Locale:
    """The CLDR locale of a BCP 47 tag; English for one that CLDR does not know."""
    try:
        return Locale.parse(language.strip(), sep="-" if "-" in language else "_")
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def is_known_language(language: str) -> bool:
    """Whether this is a BCP 47 tag of a language that CLDR knows; an underscore does for a dash."""
    if not _TAG.fullmatch(language):
        return False
    try:
        Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return False
    return True


def labels_of(locale: Locale) -> Labels:
    """The labels in the language of a locale; in English where there is no translation yet."""
    return _table.get(locale.language, _table["en"])


def direction_of(locale: Locale) -> str:
    """ "ltr" or "rtl"."""
    return str(locale.text_direction)
