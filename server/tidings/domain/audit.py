"""The audit log: who changed what, written in the transaction of the change and readable after who and what are gone."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from tidings.records.user import Actor, AuditEntry
from tidings.storage import audit as stored

# What is done at the command line beside the server.
COMMAND_LINE = Actor(None, "command line")
# What the demo does by itself.
DEMO = Actor(None, "demo")

# Every deed, and how it is told. A new one has its row here.
DEEDS: Mapping[str, str] = {
    # People.
    "user.created": "made a user",
    "user.deleted": "deleted a user",
    "user.renamed": "changed a name",
    "user.logged_in": "logged in",
    "user.logged_out": "logged out",
    "password.changed": "changed the password",
    "password.reset": "gave a user a new password",
    "session.ended": "ended a session",
    "sessions.ended": "logged out everywhere",
    "member.invited": "made an invitation",
    "member.added": "made somebody a member",
    "member.joined": "accepted an invitation",
    "member.changed": "changed a member's role",
    "member.removed": "removed a member",
    "invitation.revoked": "took back an invitation",
    # Applications.
    "application.created": "made an application",
    "application.updated": "changed the application",
    "application.enabled": "switched notifications on",
    "application.disabled": "switched notifications off",
    "application.token_rotated": "gave the application a new token",
    "application.deleted": "deleted an application",
    # Figures and goals.
    "goal.created": "made a goal",
    "goal.updated": "changed a goal",
    "goal.deleted": "deleted a goal",
    # Events.
    "event.created": "added an event",
    "event.updated": "changed an event",
    "event.deleted": "deleted an event",
    # Imports, exports and privacy.
    "import.uploaded": "sent a file to import",
    "import.started": "started an import",
    "import.cancelled": "cancelled an import",
    "import.undone": "took an import's events out again",
    "events.exported": "took the events along as CSV",
    "application.exported": "took everything along",
    "person.forgotten": "had a person forgotten",
    # Templates, design, display and previews.
    "settings.updated": "changed how notifications look or run",
    "event_type.created": "made an event type",
    "event_type.updated": "changed an event type",
    "event_type.deleted": "deleted an event type",
    # Webhooks and tokens.
    "webhook.created": "made a webhook",
    "webhook.updated": "changed a webhook",
    "webhook.deleted": "deleted a webhook",
    "webhook.paused": "paused a webhook",
    "webhook.resumed": "switched a webhook on again",
    "webhook.secret_rotated": "gave a webhook a new secret",
    "webhook.tested": "sent a test to a webhook",
    "delivery.sent_again": "sent a delivery again",
    "token.created": "made an API token",
    "token.revoked": "revoked an API token",
}

_LONGEST_SUBJECT = 300


def note(
    connection: Connection,
    by: Actor,
    deed: str,
    *,
    application_id: int | None,
    subject: str = "",
    detail: Mapping[str, Any] | None = None,
    now: int,
) -> None:
    """Writes down that `by` did something: a row of DEEDS. `subject`: to what, in words; `detail`: what a program may want.

    No secrets and no visitors' names: this log is not cleaned when a person is forgotten. `now`: milliseconds.
    Call it before what it is about is deleted, so that the application's name is there.
    """
    if deed not in DEEDS:
        raise LookupError(f"{deed} is not in DEEDS")
    stored.insert_entry(
        connection,
        at=now,
        user_id=by.user_id,
        email=by.email,
        application_id=application_id,
        deed=deed,
        subject=subject[:_LONGEST_SUBJECT],
        detail=detail or {},
    )


def page(connection: Connection, application_id: int | None, before: int | None, limit: int) -> list[AuditEntry]:
    """The newest lines, of one application or of everything; `before`: those older than the line with this id."""
    return stored.entries(connection, application_id, before, limit)
