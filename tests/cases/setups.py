"""What has to be so before a row of bad_inputs.jsonl is played; `SETUPS` by the row's id."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing

from tests.cases.ground import Ground
from tests.commands import wait_until

HOSTILE = [
    "</script><script>alert(1)</script>",
    "<!-- x",
    "a\u2028b\u2029c",
    "]]>",
    "*/ x /*",
    "\\\\ \\u0041 \\",
    "\"'`&",
]


def post_hostile_texts(ground: Ground) -> None:
    for text in HOSTILE:
        ground.mine.post_event(first_name=text, city=text, title=text)


def post_private_fields(ground: Ground) -> None:
    ground.mine.post_event(
        email_address="buyer@example.com",
        ip_address="203.0.113.9",
        external_id="ord-1",
        custom_event_fields_attributes=[{"key": "last_name", "value": "Private-Lastname"}],
    )


def message_of_private_field(ground: Ground) -> None:
    """Puts the wording into the database beside the running server, since the API for it comes with issue 3."""
    post_private_fields(ground)
    with closing(sqlite3.connect(str(ground.server.database), timeout=5)) as database, database:
        database.execute(
            "UPDATE event_types SET message = ? WHERE id = ?",
            ("Mail {{ email_address }} {{ ip_address }} {{ external_id }}.", ground.mine.event_type_id),
        )
        database.execute("UPDATE revision SET number = number + 1")  # what tells a running server of such a change
    wait_until("the new wording", lambda: ground.mine.events()[0]["message"].startswith("Mail"))


def post_odd_texts(ground: Ground) -> None:
    for text in (
        "w" * 255,
        "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627",
        "\U0001f600\U0001f680\U0001f9d1\u200d\U0001f52c",
    ):
        ground.mine.post_event(first_name=text, city=text, title=text)


def rotate_the_token(ground: Ground) -> None:
    """The row goes on with the old token; everything that is looked at around it needs the new one."""
    assert ground.values["TOKEN"] == ground.mine.auth_token
    rotated = ground.server.command_line("app", "rotate-token", str(ground.mine.id))
    assert rotated.returncode == 0, rotated.stderr
    ground.mine.auth_token = rotated.stdout.strip()


SETUPS: dict[str, Callable[[Ground], object]] = {
    "EV-012": rotate_the_token,
    "FD-020": post_hostile_texts,
    "FD-021": post_private_fields,
    "FD-022": message_of_private_field,
    "FD-027": post_odd_texts,
}
