"""The few words that are not the owner's own: labels of buttons, "Someone", "just now"; from gettext catalogues."""

import re
from functools import cache, lru_cache
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.messages.pofile import read_po
from msgspec import Struct

from tidings.render.bidi import Direction

CATALOGUES = Path(__file__).with_name("locales")


class Labels(Struct, frozen=True):
    """`region` names the corner for screen readers; `close` and `stop` are the buttons; `off` is for the console.

    `just_now` is "" in a language that has no catalogue: CLDR's own words stand in for it.
    """

    someone: str
    just_now: str
    region: str
    close: str
    stop: str
    off: str


# What the catalogues translate. The last is Fomo's own sentence, to the letter.
ENGLISH = Labels(
    someone="Someone",
    just_now="just now",
    region="Recent activity",
    close="Close",
    stop="Stop showing these",
    off="Fomo is currently turned off on this domain. To re-enable, log into Fomo and click Apps > Enable (toggle) next to "
    "this website.",
)

# Language, script, territory, variants: no extensions, which Babel does not read.
_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}")


@lru_cache(maxsize=512)
def locale_of(language: str) -> Locale:
    """The CLDR locale of a BCP 47 tag; English for one that CLDR does not know."""
    return _known(language) or Locale("en")


def is_known_language(language: str) -> bool:
    """Whether this is a BCP 47 tag of a language that CLDR knows; an underscore does for a dash."""
    return bool(_TAG.fullmatch(language)) and _known(language) is not None


def _known(language: str) -> Locale | None:
    """The nearest locale: CLDR knows no German of Mexico, but German, and Mexico."""
    name = language.strip().replace("-", "_")
    while name:
        try:
            return Locale.parse(name)
        except UnknownLocaleError:
            name, _, dropped = name.rpartition("_")
            english = Locale("en")
            if dropped.upper() not in english.territories and dropped.title() not in english.scripts:
                return None
        except ValueError:
            return None
    return None


@lru_cache(maxsize=1)
def catalogues() -> frozenset[str]:
    """The languages that there is a catalogue for, as CLDR spells them: "de", "pt_PT", "zh_Hant"."""
    return frozenset(path.stem for path in CATALOGUES.glob("*.po"))


@lru_cache(maxsize=512)
def labels_of(locale: Locale) -> Labels:
    """The labels in the language of a locale, in English where there is no catalogue."""
    if locale.language == "en" and not locale.script:
        return ENGLISH
    name = next((name for name in _ancestors(locale) if name in catalogues()), None)
    return _read(name) if name else Labels(**{**_fields(ENGLISH), "just_now": ""})


@lru_cache(maxsize=512)
def direction_of(locale: Locale) -> Direction:
    """The writing direction of a language."""
    return "rtl" if locale.text_direction == "rtl" else "ltr"


def _ancestors(locale: Locale) -> list[str]:
    """The locale and those that it takes words from, nearest first: "pt_AO" from "pt_PT", "zh_Hant_TW" from "zh_Hant"."""
    parents = get_global("parent_exceptions")
    usual_script = str(get_global("likely_subtags").get(locale.language, "")).split("_")[1:2]
    names = [str(locale)]
    while names[-1] in parents or "_" in names[-1]:
        names.append(parents.get(names[-1]) or names[-1].rpartition("_")[0])
    # Another script than the usual one is nothing to fall back from: "az_Arab" is not read by who reads "az".
    if locale.script and [locale.script] != usual_script:
        return [name for name in names if locale.script in name.split("_")]
    return names


@cache
def _read(name: str) -> Labels:
    with (CATALOGUES / f"{name}.po").open("rb") as file:
        catalogue = read_po(file)
    found = {}
    for field, english in _fields(ENGLISH).items():
        message = catalogue.get(english)
        # A translator's gap is English, as long as the tests let it be one.
        found[field] = str(message.string) if message and message.string else english
    return Labels(**found)


def _fields(labels: Labels) -> dict[str, str]:
    return {name: getattr(labels, name) for name in Labels.__struct_fields__}
