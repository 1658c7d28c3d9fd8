"""The filters of the message language: what each makes of ordinary and odd text."""

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

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
        ("initial", "“ʻIolani”", (), "I."),
        ("initial", "\u200e(Ada)", (), "A."),
        ("initial", "\u200b \u3164", (), ""),
        ("initial", "!?", (), "!."),
        ("initial", "王小明", (), "王."),
        ("initial", "김민준", (), "김."),
        ("initial", "\u1100\u1161b", (), "\u1100\u1161."),
        ("initial", "क्षितिज", (), "क्षि."),
        ("initial", "நிலா", (), "நி."),
        ("initial", "เอกชัย", (), "เอ."),
        ("initial", "ແກ້ວ", (), "ແກ້."),
        ("initial", "أحمد", (), "أ."),
        ("initial", "გიორგი", (), "გ."),
        ("initial", "ǆenana", (), "ǅ."),
        ("initial", "\U0001f1e9\U0001f1ea x", (), "\U0001f1e9\U0001f1ea."),
        ("capitalize", "გიორგი", (), "გიორგი"),
        ("capitalize", "ΟΔΥΣΣΕΥΣ", (), "Οδυσσευς"),
        ("capitalize", "e\u0301MILIE", (), "E\u0301milie"),
        ("title", "ǆenana ÇELIK", (), "ǅenana Çelik"),
        ("first_word", "山田\u3000太郎", (), "山田"),
        ("truncate", "e\u0301" * 5, ("3",), "e\u0301e\u0301…"),
        ("truncate", "e\u0301" * 3, ("3",), "e\u0301" * 3),
        ("truncate", "\U0001f469\u200d\U0001f52c" * 3, ("2",), "\U0001f469\u200d\U0001f52c…"),
        ("truncate", "क्षत्रिय", ("2", ""), "क्षत्रि"),
        ("truncate", "abc", ("2", "e\u0301!"), "e\u0301!"),
        ("truncate", "a\r\nb", ("2", ""), "a"),
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
    # Not in the middle of a letter that is made of several, unless it alone is too long.
    assert filtered("replace", "ab" * 500, "b", "e\u0301") == "ae\u0301" * (TEXT_LIMIT // 3) + "a"
    assert filtered("replace", "b" * 500, "b", "e\u0301\u0302") == "e\u0301\u0302" * (TEXT_LIMIT // 3)
    assert filtered("replace", "ab", "b", "\u0301" * 2_000) == "a" + "\u0301" * (TEXT_LIMIT - 1)


@given(st.text(max_size=40), st.integers(min_value=1, max_value=12))
def test_no_filter_cuts_a_letter_apart(text: str, length: int) -> None:
    whole = regex.findall(r"\X", text)
    short = filtered("truncate", text, str(length), "")
    assert short.rstrip() == "".join(whole[:length]).rstrip()
    first = filtered("initial", text)
    assert not first or len(regex.findall(r"\X", first.removesuffix("."))) <= 2
