"""What is shown once is made once: a reload of the page that shows it, or two presses of the button, make no second one."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from sqlalchemy import func, select
from tests.surfaces.dashboard.ground import PREFIX, Client, Dashboard

from tidings.domain import applications
from tidings.storage.user_tables import audit_log
from tidings.surfaces.dashboard.once import MOST_KEYS, REMEMBERED_FOR, Keys

NOW = 1_795_000_000_000
SENTENCE = "This was made when the form was sent the first time."


@dataclass(frozen=True)
class Form:
    """A form that makes something: the page it is on, where it is sent, what is in it, and where a second one leads."""

    page: str
    action: str
    fields: dict[str, str]
    to: str
    deed: str


FORMS = {
    "token": Form("/tokens", "{base}/tokens", {"scope": "read"}, "{base}/tokens", "token.created"),
    "invitation": Form("/members", "{base}/members", {"role": "viewer", "note": "x"}, "{base}/members", "member.invited"),
    "webhook": Form(
        "/webhooks/new",
        "{base}/webhooks",
        {"url": "https://93.184.216.34/hook", "figures": "conversions_count"},
        r"{base}/webhooks/\d+",
        "webhook.created",
    ),
    "application": Form(
        f"{PREFIX}/applications/new",
        f"{PREFIX}/applications/new",
        {"name": "Made once", "url": "https://once.example"},
        rf"{PREFIX}/applications/\d+/install",
        "application.created",
    ),
    "main token": Form(
        "/settings",
        "{base}/settings/token",
        {"confirm_token": "{name}"},
        "{base}/settings",
        "application.token_rotated",
    ),
}


def key_on(client: Client, page: str, action: str) -> str:
    """The key that a form on a page carries; `action`: where the form is sent."""
    text = client.get(page).text
    form = text[text.index(f'action="{action}"') :].partition("</form>")[0]
    found = re.search(r'name="once" value="([^"]{20,40})"', form)
    assert found, form
    return found[1]


def filled(dashboard: Dashboard, text: str) -> str:
    with dashboard.connection() as connection:
        name = applications.retrieve(connection, dashboard.application.id).name
    return text.replace("{base}", dashboard.base).replace("{name}", name)


def times(dashboard: Dashboard, client: Client, deed: str) -> int:
    """How often somebody has done something."""
    assert client.user is not None
    done = (audit_log.c.user_id == client.user.id) & (audit_log.c.deed == deed)
    with dashboard.connection() as connection:
        return int(connection.execute(select(func.count()).select_from(audit_log).where(done)).scalar_one())


@pytest.mark.parametrize("name", FORMS)
def test_a_reload_makes_no_second_one(dashboard: Dashboard, name: str) -> None:
    form, owner = FORMS[name], dashboard.as_role("owner", everywhere=True)
    action = filled(dashboard, form.action)
    fields = {field: filled(dashboard, value) for field, value in form.fields.items()}
    fields["once"] = key_on(owner, form.page, action)
    first = owner.post(action, fields)
    assert first.status in (200, 201), first.text
    again = owner.post(action, fields)
    assert again.status == 303
    assert re.fullmatch(filled(dashboard, form.to) + r"\?done=made_already", again.location), again.location
    assert SENTENCE in owner.follow(again).text
    assert times(dashboard, owner, form.deed) == 1
    # Another form makes another one.
    fields["once"] = key_on(owner, form.page, action)
    assert owner.post(action, fields).status in (200, 201)
    assert times(dashboard, owner, form.deed) == 2


def test_of_two_presses_at_once_one_makes_something(dashboard: Dashboard) -> None:
    owner = dashboard.as_role("owner")
    fields = {"scope": "read", "once": key_on(owner, "/tokens", f"{dashboard.base}/tokens")}
    with ThreadPoolExecutor(6) as threads:
        statuses = list(threads.map(lambda _: owner.post("/tokens", fields).status, range(6)))
    assert sorted(statuses) == [200] + [303] * 5
    assert times(dashboard, owner, "token.created") == 1


def test_a_form_that_was_refused_may_be_sent_again(dashboard: Dashboard) -> None:
    owner = dashboard.as_role("owner")
    key = key_on(owner, "/tokens", f"{dashboard.base}/tokens")
    assert owner.post("/tokens", {"scope": "everything", "once": key}).status == 422
    assert owner.post("/tokens", {"scope": "read", "once": key}).status == 200


def test_a_key_is_its_sessions_own(dashboard: Dashboard) -> None:
    key = "k" * 22
    for _ in range(2):
        assert dashboard.as_role("owner").post("/tokens", {"scope": "read", "once": key}).status == 200


def test_keys_are_forgotten_and_bounded() -> None:
    keys = Keys()
    assert keys.take((1, "a"), "/there", NOW)
    assert not keys.take((1, "a"), "/there", NOW + REMEMBERED_FOR - 1)
    assert keys.where((1, "a"), NOW + REMEMBERED_FOR - 1) == "/there"
    assert keys.where((1, "a"), NOW + REMEMBERED_FOR) == ""
    assert keys.take((1, "a"), "/there", NOW + REMEMBERED_FOR)
    for number in range(MOST_KEYS * 2):
        assert keys.take((2, str(number)), "/there", NOW + REMEMBERED_FOR)
    assert len(keys._used) == MOST_KEYS
