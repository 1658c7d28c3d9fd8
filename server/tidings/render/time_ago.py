"""How long ago, in words of CLDR, rounded down to the unit."""

import re
from functools import lru_cache

from babel import Locale
from babel.localedata import load

from tidings.render.labels import ENGLISH, labels_of

# Largest first, in seconds; months and years as CLDR's users count them, 30 and 365 days.
UNITS = (("year", 31_536_000), ("month", 2_592_000), ("week", 604_800), ("day", 86_400), ("hour", 3_600), ("minute", 60))
# The digit 0 of the numbering systems that CLDR's languages use by default, besides 0 itself.
ZEROS = {
    "adlm": "\U0001e950",
    "arab": "\u0660",
    "arabext": "\u06f0",
    "beng": "\u09e6",
    "cakm": "\U00011136",
    "deva": "\u0966",
    "hmnp": "\U0001e140",
    "mtei": "\uabf0",
    "mymr": "\u1040",
    "nkoo": "\u07c0",
    "olck": "\u1c50",
    "tibt": "\u0f20",
}
# Some languages of CLDR say "-2 minutes ago".
_MINUS = re.compile(r"(?<!\S)-(?=\{0\})")


def time_ago(seconds: int, locale: Locale) -> str:
    """Words for an age in whole seconds. An event of the future, by a clock that was wrong, is "just now"."""
    for unit, length in UNITS:
        if seconds >= length:
            return _words(unit, seconds // length, locale)
    return labels_of(locale).just_now or _words("minute", 0, locale)


@lru_cache(maxsize=16_384)
def _words(unit: str, count: int, locale: Locale) -> str:
    forms = locale._data["date_fields"][unit].get("past") or {}
    if not forms or dict(forms) == _wordless()[unit]:
        # CLDR has no words of this language, only "-2 min"; the labels are English then, too.
        return _words(unit, count, Locale("en")) if count else ENGLISH.just_now
    pattern = forms.get(locale.plural_form(count)) or forms["other"]
    return _MINUS.sub("", pattern).replace("{0}", _digits(count, locale))


def _digits(count: int, locale: Locale) -> str:
    """A number in the digits that are usual in the language."""
    zero = ord(ZEROS.get(locale.default_numbering_system, "0"))
    return "".join(chr(zero + int(digit)) for digit in str(count))


@lru_cache(maxsize=1)
def _wordless() -> dict[str, dict[str, str]]:
    """What CLDR says where it has no words, by unit."""
    fields = load("root")["date_fields"]
    return {unit: dict(fields[unit]["past"]) for unit, _length in UNITS}
