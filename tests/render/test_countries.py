"""Countries: codes in any case, full English names and their variants become codes; any other text stays."""

import pytest
from babel import Locale

from tidings.render.countries import country_code


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("us", "US"),
        (" gb ", "GB"),
        ("USA", "US"),
        ("U.S.", "US"),
        ("United States", "US"),
        ("united states of america", "US"),
        ("UK", "GB"),
        ("Great Britain", "GB"),
        ("Germany", "DE"),
        ("Côte d’Ivoire", "CI"),
        ("Cote d'Ivoire", "CI"),
        ("Ivory Coast", "CI"),
        ("Bosnia and Herzegovina", "BA"),
        ("Trinidad & Tobago", "TT"),
        ("Saint Lucia", "LC"),
        ("St. Lucia", "LC"),
        ("Russian Federation", "RU"),
        ("South Korea", "KR"),
        ("North Korea", "KP"),
        ("Hong Kong", "HK"),
        ("Macau", "MO"),
        ("Czech Republic", "CZ"),
        ("Türkiye", "TR"),
        ("turkey", "TR"),
        ("Viet Nam", "VN"),
        ("Burma", "MM"),
        ("The Netherlands", "NL"),
        ("Congo", "CG"),
        ("Kosovo", "XK"),
    ],
)
def test_known(written: str, code: str) -> None:
    assert country_code(written) == code


@pytest.mark.parametrize(
    "written", ["Atlantis", "ZZ", "Unknown Region", "zz", "EU", "Deutschland", "U", " ", "ＵＳ of A", "x" * 255]
)
def test_anything_else_is_kept_as_it_was_written(written: str) -> None:
    assert country_code(written) == written


def test_every_code_and_every_english_name() -> None:
    for code, name in Locale("en").territories.items():
        if len(code) == 2 and code.isalpha() and country_code(code) == code and country_code(code.lower()) != code.lower():
            assert country_code(name) == code
            assert country_code(code.lower()) == code
