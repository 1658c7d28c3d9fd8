"""Forms: what is read of a body, and what is refused."""

import pytest

from tidings.errors import Invalid
from tidings.surfaces.dashboard.forms import FIELD_LIMIT, Form, form_of


def test_values_by_name() -> None:
    form = form_of(b"a=1&b=%C3%A9+x&a=2&on=1&empty=")
    assert (form["a"], form.all("a"), form["b"], form["empty"], form["missing"]) == ("2", ["1", "2"], "é x", "", "")
    assert form.switch("on")
    assert not form.switch("empty")
    assert list(form) == ["a", "b", "on", "empty"]
    assert "empty" in form
    assert "missing" not in form
    assert form.as_dict() == {"a": "2", "b": "é x", "on": "1", "empty": ""}
    assert list(Form()) == []


def test_lines_end_as_they_did_before_the_browser() -> None:
    assert form_of(b"text=a%0D%0Ab%0Ac")["text"] == "a\nb\nc"


@pytest.mark.parametrize(
    "body",
    [b"a=\xff", b"a=%FF", b"a=%00", b"%00=a", b"&".join([b"a=1"] * (FIELD_LIMIT + 1)), b"a=1&" * 16_000],
)
def test_what_is_no_form(body: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        form_of(body)
    assert refused.value.code == "malformed_form"


def test_as_many_fields_as_there_may_be() -> None:
    assert len(form_of(b"&".join([b"a=1"] * FIELD_LIMIT)).all("a")) == FIELD_LIMIT
