"""The few words that are not the owner's own: labels of buttons, "Someone", "just now"; by language."""

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


@lru_cache(maxsize=512)
def locale_of(language: str) -> Locale:
    """The CLDR locale of a BCP 47 tag; English for one that CLDR does not know."""
    try:
        return Locale.parse(language.strip(), sep="-" if "-" in language else "_")
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def labels_of(locale: Locale) -> Labels:
    """The labels in the language of a locale; in English where there is no translation yet."""
    return _table.get(locale.language, _table["en"])


def direction_of(locale: Locale) -> str:
    """ "ltr" or "rtl"."""
    return str(locale.text_direction)
