"""The filters of the message language: what each makes of ordinary and odd text."""

import pytest

from tidings.render.filters import FILTERS, TEXT_LIMIT


def filtered(name: str, text: str, *arguments: str) -> str:
    return FILTERS[name][0](text, *arguments)


def test_every_filter_of_the_contract_is_there() -> None:
    wanted = (
        "default capitalize upcase downcase upper lower title trim truncate truncatewords first_word initial replace escape"
    )
    assert set(FILTERS) == set(wanted.split())


@pytest.mark.parametrize(
    ("name", "text", "arguments", "result"),
    [
        ("default", "", ("Someone",), "Someone"),
        ("default", "Ada", ("Someone",), "Ada"),
        ("capitalize", "ada LOVELACE", (), "Ada lovelace"),
        ("capitalize", "", (), ""),
        ("capitalize", "ßa", (), "ßa"),
        ("capitalize", "éa", (), "Éa"),
        ("upcase", "straße", (), "STRASSE"),
        ("upper", "ada", (), "ADA"),
        ("downcase", "ADA", (), "ada"),
        ("lower", "ADA", (), "ada"),
        ("title", "new york", (), "New York"),
        ("title", "NEW YORK", (), "New York"),
        ("title", "o'neill", (), "O'neill"),
        ("title", "baden-baden (west)  side", (), "Baden-Baden (West)  Side"),
        ("trim", "  a b \t\n", (), "a b"),
        ("truncate", "New York", ("8",), "New York"),
        ("truncate", "New York", ("5",), "New…"),
        ("truncate", "New York", ("6", "..."), "New..."),
        ("truncate", "New York", ("2", "..."), ".."),
        ("truncate", "New York", ("3", ""), "New"),
        ("truncate", "x" * 60, (), "x" * 49 + "…"),
        ("truncatewords", "one two three", ("2",), "one two…"),
        ("truncatewords", "one two three", ("3",), "one two three"),
        ("truncatewords", "one  two", ("2",), "one  two"),
        ("first_word", " Ada Lovelace", (), "Ada"),
        ("first_word", "   ", (), ""),
        ("initial", "ada", (), "A."),
        ("initial", "", (), ""),
        ("initial", "e\u0301milie", (), "E\u0301."),
        ("initial", "ßa", (), "ß."),
        ("initial", "\U0001f469\u200d\U0001f52c Ada", (), "\U0001f469\u200d\U0001f52c."),
        ("initial", "\U0001f44d\U0001f3fd yes", (), "\U0001f44d\U0001f3fd."),
        ("replace", "a-b-c", ("-", "+"), "a+b+c"),
        ("replace", "abc", ("", "-"), "abc"),
        ("replace", "abc", ("b", ""), "ac"),
        ("escape", "<b>&", (), "<b>&"),
    ],
)
def test_filter(name: str, text: str, arguments: tuple[str, ...], result: str) -> None:
    assert filtered(name, text, *arguments) == result


@pytest.mark.parametrize("name", ["truncate", "truncatewords"])
@pytest.mark.parametrize("length", ["0", "-1", "1.5", "", "x", "²", str(TEXT_LIMIT + 1)])
def test_a_length_is_a_length(name: str, length: str) -> None:
    with pytest.raises(ValueError, match="a length from 1 to"):
        filtered(name, "text", length)


def test_no_filter_grows_without_end() -> None:
    assert len(filtered("replace", "a" * 500, "a", "b" * 500)) == TEXT_LIMIT
    assert len(filtered("upcase", "ß" * 1_000)) == TEXT_LIMIT
