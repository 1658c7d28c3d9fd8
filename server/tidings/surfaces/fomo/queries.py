"""The parameters of a query, read and refused by name."""

from collections.abc import Mapping

from tidings.errors import Invalid


def whole(query: Mapping[str, str], names: tuple[str, ...], default: int, least: int, most: int) -> int:
    """A number of the query, under the first of its names that is there."""
    for name in names:
        written = query.get(name, "")
        if written:
            digits = len(written) <= 19 and written.isascii() and written.isdigit()
            number = int(written) if digits else -1
            if not least <= number <= most:
                raise Invalid(f"{name} is a number from {least} to {most}", field=name)
            return number
    return default


def switch(query: Mapping[str, str], name: str) -> bool:
    """true or false, also 1 or 0."""
    written = query.get(name, "").lower()
    if written in ("", "false", "0"):
        return False
    if written in ("true", "1"):
        return True
    raise Invalid(f"{name} is true or false", field=name)
