"""The behaviour sentences of bad_inputs.jsonl that a program can check; `CHECKS` by the row's id, called after it."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import brotli
from tests.cases.ground import Ground
from tests.cases.request_forms import play
from tests.cases.setups import HOSTILE
from tests.wire import Answer, Exchange

Check = Callable[[Ground, list[Exchange]], None]


def sent_event(ground: Ground) -> dict[str, str]:
    """The event of the row's own body."""
    event: dict[str, str] = json.loads(ground.row["request"]["body"])["event"]
    return event


def only(exchanges: list[Exchange]) -> Answer:
    return exchanges[-1].answers[-1]


def script_events(answer: Answer) -> list[dict[str, object]]:
    """The events of a feed's script, which must be `fomo.setup([…])` in pure ASCII and nothing else."""
    text = answer.body.decode("ascii")
    assert text.startswith("fomo.setup(["), text[:60]
    assert text.rstrip().removesuffix(";").endswith("])"), text[-60:]
    events: list[dict[str, object]] = json.loads(text.rstrip().removesuffix(";")[len("fomo.setup(") : -1])
    return events


def same_as_any_wrong_token(ground: Ground, exchanges: list[Exchange]) -> None:
    reference = ground.server.request("POST", "/api/v1/applications/me/events", None, {"event": {}})
    assert reference.status == 401
    assert only(exchanges).body == reference.body


def no_oracle(ground: Ground, exchanges: list[Exchange]) -> None:
    assert only(exchanges).body == ground.mine.request("GET", "/events/987654321").body


def other_event_untouched(ground: Ground, exchanges: list[Exchange]) -> None:
    assert ground.other.request("GET", f"/events/{ground.other_event['id']}").json() == ground.other_event


def own_event_untouched(ground: Ground, exchanges: list[Exchange]) -> None:
    assert ground.get_event(ground.event["id"]) == ground.event


def title_changed(ground: Ground, exchanges: list[Exchange]) -> None:
    """The title, and with it the message; nothing that is read-only."""
    changed = ground.get_event(ground.event["id"])
    assert only(exchanges).json() == changed
    different = {name for name in changed if changed[name] != ground.event[name]}
    assert different <= {"title", "message", "updated_at"}
    assert "New" in changed["message"]


def not_for_other_origins(ground: Ground, exchanges: list[Exchange]) -> None:
    assert "access-control-allow-origin" not in only(exchanges).headers


def kept_exactly(ground: Ground, exchanges: list[Exchange]) -> None:
    created = only(exchanges).json()
    stored = ground.get_event(created["id"])
    for name in ("title", "first_name"):
        if name in sent_event(ground):
            assert created[name] == stored[name] == sent_event(ground)[name]


def kept_and_inert(ground: Ground, exchanges: list[Exchange]) -> None:
    """The text comes back as sent, and stands in the message as text: escaped, and not expanded a second time."""
    kept_exactly(ground, exchanges)
    message = only(exchanges).json()["message"]
    title = sent_event(ground)["title"]
    assert "<script" not in message
    assert "<b " not in message
    # A sign that turns the direction would reach beyond the text: it is taken out of what is drawn.
    drawn = re.sub("[\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", title)
    assert "".join(drawn.split()) in "".join(html.unescape(message).split())


def says(word: str) -> Check:
    def check(ground: Ground, exchanges: list[Exchange]) -> None:
        assert word in only(exchanges).json()["message"]

    return check


def tag_resolved(ground: Ground, exchanges: list[Exchange]) -> None:
    assert only(exchanges).json()["event_type_id"] == ground.mine.event_type_id


def link_is_whole(ground: Ground, exchanges: list[Exchange]) -> None:
    link = urlsplit(only(exchanges).json()["link"])
    assert parse_qs(link.query) == {"a": ["1"], "utm_source": ["fomo"], "utm_medium": ["notification"]}
    assert (link.netloc, link.path, link.fragment) == ("shop.example", "/p", "top")


def builtin_name_wins(ground: Ground, exchanges: list[Exchange]) -> None:
    assert "Eve" not in only(exchanges).json()["message"]


def one_id(ground: Ground, exchanges: list[Exchange]) -> None:
    answers = [exchange.answers[-1] for exchange in exchanges]
    assert len({answer.json()["id"] for answer in answers}) == 1
    replays = [answer for answer in answers if answer.headers.get("idempotent-replayed") == "true"]
    assert len(replays) == len(answers) - 1


def two_ids(ground: Ground, exchanges: list[Exchange]) -> None:
    assert len({exchange.answers[-1].json()["id"] for exchange in exchanges}) == 2


def one_row_of_it(ground: Ground, exchanges: list[Exchange]) -> None:
    external_id = only(exchanges).json()["external_id"]
    assert [event["external_id"] for event in ground.mine.events()].count(external_id) == 1


def deleted_then_gone(ground: Ground, exchanges: list[Exchange]) -> None:
    assert exchanges[0].answers[-1].json() == {"message": "Event successfully deleted"}


def no_redirect(ground: Ground, exchanges: list[Exchange]) -> None:
    assert "location" not in only(exchanges).headers


def allow_named(ground: Ground, exchanges: list[Exchange]) -> None:
    if only(exchanges).status == 405:
        assert {"GET", "POST"} <= {name.strip() for name in only(exchanges).headers["allow"].split(",")}


def empty_list(ground: Ground, exchanges: list[Exchange]) -> None:
    assert only(exchanges).json() == []


def hundred_in_order(ground: Ground, exchanges: list[Exchange]) -> None:
    assert [answer.status for answer in exchanges[0].answers] == [200] * 100


def parses_to_stored_text(ground: Ground, exchanges: list[Exchange]) -> None:
    events = script_events(only(exchanges))
    for name in ("first_name", "city", "title"):
        assert [event[name] for event in reversed(events)] == HOSTILE


def valid_script(ground: Ground, exchanges: list[Exchange]) -> None:
    assert len(script_events(only(exchanges))) == ground.mine.count()


def nothing_private(ground: Ground, exchanges: list[Exchange]) -> None:
    for suffix in ("js", "json"):
        body = ground.server.get(ground.feed_path(suffix=suffix)).text
        assert "example.com" not in body
        assert "203.0.113.9" not in body
        assert "ord-1" not in body
        assert "Private-Lastname" not in body
    assert len(script_events(only(exchanges))) == 1


def same_feed_for_all(ground: Ground, exchanges: list[Exchange]) -> None:
    assert script_events(only(exchanges))
    for _ in range(3):  # a feed may be made anew between two requests; not three times in a row
        plain = ground.server.get(ground.feed_path(suffix="js"))
        asked_so = play(ground.row["request"], ground.values, ground.server)[-1].answers[-1]
        if asked_so.body == plain.body:
            break
    assert asked_so.body == plain.body
    assert "authorization" not in plain.headers.get("vary", "").lower()


def same_script_as_ever(ground: Ground, exchanges: list[Exchange]) -> None:
    plain = ground.server.get(f"/api/v1/{ground.mine.client_id}/load.js")
    assert ground.server.base_url in plain.text
    answer = only(exchanges)
    encoding = answer.headers.get("content-encoding", "identity")
    body = {"identity": lambda: answer.body, "br": lambda: brotli.decompress(answer.body)}[encoding]()
    assert body == plain.body
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"


def head_like_get(ground: Ground, exchanges: list[Exchange]) -> None:
    plain = ground.server.get(f"/api/v1/{ground.mine.client_id}/load.js")
    head = only(exchanges)
    assert head.body == b""
    for name in ("content-type", "content-length", "etag", "cache-control", "vary"):
        assert head.headers[name] == plain.headers[name]


def harmless_comment(ground: Ground, exchanges: list[Exchange]) -> None:
    answer = only(exchanges)
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.text.strip().startswith(("/*", "//"))
    assert "AAAAAAAA" not in answer.text


CHECKS: dict[str, Check] = {
    **dict.fromkeys(("EV-003", "EV-004", "EV-010", "EV-011", "EV-012"), same_as_any_wrong_token),
    "EV-013": no_oracle,
    **dict.fromkeys(("EV-014", "EV-015"), other_event_untouched),
    "EV-018": not_for_other_origins,
    "EV-064": says("50"),
    **dict.fromkeys(("EV-067", "EV-069"), says("255")),
    **dict.fromkeys(("EV-066", "EV-070"), kept_exactly),
    "EV-085": tag_resolved,
    "EV-127": link_is_whole,
    **{f"EV-{number}": kept_and_inert for number in (*range(136, 139), *range(140, 148), 149)},
    "EV-157": one_id,
    "EV-160": two_ids,
    "EV-161": one_row_of_it,
    **dict.fromkeys(("EV-162", "EV-194"), title_changed),
    "EV-220": own_event_untouched,
    "EV-171": builtin_name_wins,
    "EV-186": no_redirect,
    **dict.fromkeys(("EV-188", "EV-190", "EV-191"), allow_named),
    "EV-202": empty_list,
    "EV-218": deleted_then_gone,
    "EV-243": hundred_in_order,
    "FD-020": parses_to_stored_text,
    **dict.fromkeys(("FD-021", "FD-022"), nothing_private),
    **dict.fromkeys(("FD-018", "FD-019"), same_feed_for_all),
    **dict.fromkeys(("FD-026", "FD-027"), valid_script),
    "FD-029": same_feed_for_all,
    **{f"LJ-{number:03}": same_script_as_ever for number in (13, 14, 16, 17, 21, 22, 25, 26, 27)},
    "LJ-001": harmless_comment,
    "LJ-024": head_like_get,
}
