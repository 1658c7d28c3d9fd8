"""The audit log in SQL."""

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, insert, select

from tidings.records.user import AuditEntry
from tidings.storage.tables import applications
from tidings.storage.user_tables import audit_log


def insert_entry(
    connection: Connection,
    *,
    at: int,
    user_id: int | None,
    email: str,
    application_id: int | None,
    deed: str,
    subject: str,
    detail: Mapping[str, Any],
) -> None:
    """Writes one line, with the name that the application has now. `at`: milliseconds."""
    name = None
    if application_id is not None:
        named = select(applications.c.name).where(applications.c.id == application_id)
        name = connection.execute(named).scalar_one_or_none()
    values = {
        "at": at,
        "user_id": user_id,
        "email": email,
        "application_id": application_id,
        "application_name": name,
        "deed": deed,
        "subject": subject,
        "detail": msgspec.json.encode(detail).decode(),
    }
    connection.execute(insert(audit_log), values)


def entries(connection: Connection, application_id: int | None, before: int | None, limit: int) -> list[AuditEntry]:
    """The newest lines, of an application or of all; `before`: only those older than the line with this id."""
    query = select(audit_log).order_by(audit_log.c.id.desc()).limit(limit)
    if application_id is not None:
        query = query.where(audit_log.c.application_id == application_id)
    if before is not None:
        query = query.where(audit_log.c.id < before)
    return [_entry(dict(row._mapping)) for row in connection.execute(query)]


def _entry(values: dict[str, Any]) -> AuditEntry:
    return AuditEntry(**{**values, "detail": msgspec.json.decode(values["detail"])})
