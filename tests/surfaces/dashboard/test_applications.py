"""The list of applications, their switches, the menu of others, and a new one with its token."""

from __future__ import annotations

import re

import pytest
from tests.conftest import Live
from tests.surfaces.dashboard.ground import PREFIX, Client, Dashboard

from tidings.domain import application_list, applications, beacons
from tidings.domain.application_list import ON_A_PAGE
from tidings.records.application import ApplicationChanges
from tidings.records.beacon import CLICK, DISPLAY, Beacon
from tidings.storage.members import put_membership
from tidings.surfaces.context import clock

ROW = re.compile(r'<tr>\s*<th scope="row"><a href="/dashboard/applications/(\d+)">([^<]*)</a>(.*?)</tr>', re.DOTALL)


def rows(client: Client, query: str = "") -> dict[int, str]:
    """What the list says of each application, by id, in order."""
    page = client.get(PREFIX + query)
    assert page.status == 200
    return {int(number): rest for number, _name, rest in ROW.findall(page.text)}


def _name(dashboard: Dashboard, application_id: int) -> str:
    """A name that no other application of the shared server has."""
    name = f"Only-{application_id}"
    with dashboard.connection() as connection:
        changes = ApplicationChanges(name=name)
        applications.update(connection, application_id=application_id, changes=changes, now=clock())
    return name


def numbers(row: str) -> list[str]:
    return re.findall(r'<td class="number"[^>]*>([^<]*)</td>', row)


def test_the_address_alone_leads_to_the_dashboard(live: Live) -> None:
    answer = live.server.get("/")
    assert answer.status == 303
    assert answer.headers["location"] == PREFIX


def test_somebody_sees_those_that_they_are_a_member_of(dashboard: Dashboard, live: Live) -> None:
    other = live.new_application()
    member = dashboard.as_role("viewer")
    assert list(rows(member)) == [dashboard.application.id]
    assert "switch-form" not in member.get(PREFIX).text, "a viewer has no switch"
    assert "New application" not in member.get(PREFIX).text
    assert other.id in rows(dashboard.as_role("owner", everywhere=True), f"?search={_name(dashboard, other.id)}")
    assert rows(dashboard.as_role(None)) == {}
    assert "You are not a member of any application yet" in dashboard.as_role(None).get(PREFIX).text


def test_the_figures_are_those_of_seven_days(dashboard: Dashboard) -> None:
    event = dashboard.application.post_event(title="Seeds")
    member = dashboard.as_role("viewer")
    assert numbers(rows(member)[dashboard.application.id]) == ["0", "0", "–", "0"]
    now, day = clock(), 86_400_000
    with dashboard.connection() as connection:
        acts = [((event["id"], DISPLAY),)] * 4 + [((event["id"], DISPLAY), (event["id"], CLICK))]
        own = dashboard.application.id
        for number, some in enumerate(acts):
            beacons.count(connection, [Beacon(own, f"view {number}", some, now - 6 * day)])
        beacons.count(connection, [Beacon(own, "long ago", acts[0], now - 8 * day)])
    assert numbers(rows(member)[dashboard.application.id]) == ["5", "1", "20%", "0"]


def test_the_list_is_paged_by_name_and_searched(dashboard: Dashboard) -> None:
    member = dashboard.as_role("viewer")
    assert member.user is not None
    now = clock()
    with dashboard.connection() as connection:
        for number in range(ON_A_PAGE + 2):
            name = f"{'b' if number % 2 else 'B'}utcher {number:02} 100%_"
            made = applications.create(connection, name, f"https://b{number}.example", now).entry.application
            put_membership(connection, member.user.id, made.id, "viewer", now)
    first, second = rows(member), rows(member, "?page=2")
    assert (len(first), len(second)) == (ON_A_PAGE, 3)
    assert not first.keys() & second.keys()
    page = member.get(PREFIX).text
    assert [name for _, name, _ in ROW.findall(page)] == sorted((name for _, name, _ in ROW.findall(page)), key=str.lower)
    assert 'href="/dashboard?page=2"' in page
    assert "page=1" in member.get(f"{PREFIX}?page=2").text
    assert list(rows(member, "?page=99")) == list(second)
    assert len(rows(member, "?page=x")) == ON_A_PAGE
    assert len(rows(member, "?search=butcher+07")) == 1
    assert len(rows(member, "?search=B7.example")) == 1
    assert len(rows(member, "?search=100%25_")) == ON_A_PAGE, "these signs stand for themselves"
    assert rows(member, "?search=1__%25") == {}
    assert "Nothing is called that" in member.get(f"{PREFIX}?search=%3Cb%3E").text
    assert "<b>" not in member.get(f"{PREFIX}?search=%3Cb%3E").text


def test_a_page_of_the_list_takes_three_queries_however_many_there_are(dashboard: Dashboard) -> None:
    asked: list[str] = []
    member = dashboard.as_role("viewer")
    assert member.user is not None
    with dashboard.connection() as connection:
        execute = connection.execute

        def counted(statement: object, *rest: object, **named: object) -> object:
            asked.append(str(statement))
            return execute(statement, *rest, **named)  # type: ignore[call-overload]

        connection.execute = counted  # type: ignore[method-assign,assignment]
        application_list.page(connection, member.user, now=clock())
    assert len(asked) <= 4


def test_the_switch_switches_and_says_so(dashboard: Dashboard) -> None:
    editor = dashboard.as_role("editor")
    path = f"{dashboard.base}/switch"
    done = editor.post(path, {"enabled": "", "back": "list"})
    assert (done.status, done.location) == (303, f"{PREFIX}?done=switched_off")
    assert "Notifications are off." in editor.follow(done).text
    with dashboard.connection() as connection:
        assert not applications.retrieve(connection, dashboard.application.id).display.enabled
    assert 'aria-checked="false"' in rows(editor)[dashboard.application.id]
    done = editor.post(path, {"enabled": "on", "back": "settings"})
    assert done.location == f"{dashboard.base}/settings?done=switched_on"
    assert [one.deed for one in dashboard.audit()][:2] == ["application.enabled", "application.disabled"]


def test_the_switch_alone_comes_back_where_a_script_asks(dashboard: Dashboard) -> None:
    editor = dashboard.as_role("editor")
    part = editor.post(f"{dashboard.base}/switch", {"enabled": "", "back": "list"}, {"HX-Request": "true"})
    assert part.status == 200
    assert part.text.lstrip().startswith("<form")
    assert 'aria-checked="false"' in part.text
    assert 'name="enabled" value="on"' in part.text, "the next one switches it on again"


def test_the_menu_has_the_others(dashboard: Dashboard, live: Live) -> None:
    other = live.new_application()
    member = dashboard.as_role("viewer")
    assert member.user is not None
    with dashboard.connection() as connection:
        put_membership(connection, member.user.id, other.id, "viewer", clock())
    menu = member.get(f"{PREFIX}/switcher?but={dashboard.application.id}").text
    assert f'href="/dashboard/applications/{other.id}"' in menu
    assert dashboard.base not in menu
    assert member.get(f"{PREFIX}/switcher?but=x").status == 200


def test_a_new_application_shows_its_token_once_and_works(dashboard: Dashboard, live: Live) -> None:
    owner = dashboard.as_role("owner", everywhere=True)
    assert owner.get(f"{PREFIX}/applications/new").status == 200
    made = owner.post(f"{PREFIX}/applications/new", {"name": " Seeds & <Co> ", "url": "https://seeds.example"})
    assert made.status == 201
    assert "Seeds &amp; &lt;Co&gt; is there" in made.text
    [token] = re.findall(r"<code>([A-Za-z0-9_-]{43})</code>", made.text)
    own = int(re.findall(r'href="/dashboard/applications/(\d+)/install"', made.text)[0])
    event = {"event": {"event_type_tag": "new_order", "title": "Sweet peas"}}
    headers = {"Authorization": f"Token {token}"}
    assert live.server.request("POST", "/api/v1/applications/me/events", headers, event).status == 200
    [script] = re.findall(r"/api/v1/[A-Za-z0-9_-]+/load\.js", made.text)
    assert live.server.get(script).status == 200
    for path in ("", "/settings", "/install", "/tokens"):
        assert token not in owner.get(f"{PREFIX}/applications/{own}{path}").text
    with dashboard.connection() as connection:
        assert applications.retrieve(connection, own).name == "Seeds & <Co>"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": "", "url": "https://shop.example"}, "Name is 1 to 255 characters"),
        ({"name": "a" * 256, "url": "https://shop.example"}, "Name is"),
        ({"name": "a\x01b", "url": "https://shop.example"}, "Name is 1 to 255 characters"),
        ({"name": "Shop", "url": "shop.example"}, "Address is a whole web address"),
        ({"name": "Shop", "url": "javascript:alert(1)"}, "Address is a whole web address"),
        ({"name": "Shop"}, "Address is a whole web address"),
        ({}, "Name is 1 to 255 characters"),
    ],
)
def test_what_will_not_do_comes_back_with_what_is_wrong(dashboard: Dashboard, fields: dict[str, str], said: str) -> None:
    owner = dashboard.as_role("owner", everywhere=True)
    page = owner.post(f"{PREFIX}/applications/new", fields)
    assert page.status == 422
    assert said in page.text
    assert 'aria-invalid="true"' in page.text
    if fields.get("name") == "Shop":
        assert 'value="Shop"' in page.text, "what was typed is still there"


def test_only_owners_of_everything_make_applications(dashboard: Dashboard) -> None:
    fields = {"name": "Shop", "url": "https://shop.example"}
    for client in (dashboard.as_role("owner"), dashboard.as_role("editor", everywhere=True)):
        assert client.get(f"{PREFIX}/applications/new").status == 403
        assert client.post(f"{PREFIX}/applications/new", fields).status == 403
