"""Countries: from what people write to ISO 3166-1 codes."""

import unicodedata
from functools import lru_cache

from babel import Locale

# CLDR lists these beside countries: groups, parts of countries, and places that do not exist.
_NO_COUNTRIES = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"})
# What people write besides the names in CLDR: official and former names, and initials.
_VARIANTS = {
    "AE": "UAE, Emirates",
    "BA": "Bosnia",
    "BN": "Brunei Darussalam",
    "BO": "Plurinational State of Bolivia",
    "BQ": "Bonaire",
    "CD": "Democratic Republic of the Congo, DR Congo, DRC, Zaire",
    "CG": "Republic of the Congo, Congo",
    "CI": "Ivory Coast",
    "CN": "People's Republic of China, PRC, Mainland China",
    "CV": "Cabo Verde",
    "CZ": "Czech Republic",
    "DE": "Federal Republic of Germany",
    "FK": "Falklands",
    "FM": "Federated States of Micronesia",
    "GB": "UK, Great Britain, Britain, United Kingdom of Great Britain and Northern Ireland",
    "GM": "The Gambia",
    "HK": "Hong Kong",
    "IE": "Republic of Ireland",
    "IR": "Islamic Republic of Iran",
    "KP": "Democratic People's Republic of Korea",
    "KR": "Republic of Korea, Korea",
    "LA": "Lao People's Democratic Republic, Lao PDR",
    "MD": "Republic of Moldova",
    "MK": "Macedonia, Republic of North Macedonia",
    "MM": "Burma, Myanmar",
    "MO": "Macau, Macao",
    "NL": "Holland, The Netherlands",
    "PS": "Palestine, State of Palestine",
    "RU": "Russian Federation",
    "ST": "Sao Tome and Principe",
    "SY": "Syrian Arab Republic",
    "SZ": "Swaziland",
    "TL": "East Timor",
    "TR": "Turkey, Turkiye",
    "TW": "Republic of China",
    "TZ": "United Republic of Tanzania",
    "US": "USA, United States of America, America, The United States, The United States of America",
    "VA": "Holy See, Vatican",
    "VE": "Bolivarian Republic of Venezuela",
    "VG": "British Virgin Islands",
    "VI": "US Virgin Islands, Virgin Islands",
    "VN": "Viet Nam",
}


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    """Codes by themselves and by name, both in the form of `_folded`."""
    names = Locale("en").territories
    countries = {code: name for code, name in names.items() if len(code) == 2 and code.isalpha()}
    found = {_folded(code): code for code in countries if code not in _NO_COUNTRIES}
    for code, name in countries.items():
        if code not in _NO_COUNTRIES:
            found[_folded(name)] = code
            # "Hong Kong SAR China", "Myanmar (Burma)", "Bosnia & Herzegovina"
            found.setdefault(_folded(name.partition(" (")[0]), code)
    for code, variants in _VARIANTS.items():
        for name in variants.split(", "):
            found[_folded(name)] = code
    return found


def _folded(name: str) -> str:
    """Without case, accents and the signs that are written now so, now so."""
    plain = "".join(one for one in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(one))
    for sign, as_written in (("&", " and "), ("\u2019", "'"), (".", ""), ("-", " "), ("st ", "saint ")):
        plain = plain.replace(sign, as_written)
    return " ".join(plain.split())


@lru_cache(maxsize=4_096)
def country_code(written: str) -> str:
    """The code of a code in any case or of a full English name, its usual variants too; any other text as it is."""
    return _codes().get(_folded(written), written)
