"""Countries: from what people write to ISO 3166-1 codes."""

from functools import lru_cache

from babel import Locale


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    names = Locale("en").territories
    return {name.casefold(): code for code, name in names.items() if len(code) == 2 and code.isalpha()}


@lru_cache(maxsize=4_096)
def country_code(written: str) -> str:
    """The code of a code in any case or of a full English name; any other text as it is."""
    text = written.strip()
    if len(text) == 2 and text.upper() in Locale("en").territories:
        return text.upper()
    return _codes().get(text.casefold(), written)
