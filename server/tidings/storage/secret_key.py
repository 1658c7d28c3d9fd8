"""The server's own secret: made once and kept beside the database, readable by its owner alone."""

import os
import secrets
from pathlib import Path

from tidings.storage.engine import DatabaseError


def secret_key(database: Path, configured: str) -> bytes:
    """The configured key, else the one in `<database>.secret`, which is made when it is not there.

    Raises DatabaseError when the file can be neither read nor made.
    """
    if configured:
        return configured.encode("utf-8")
    path = database.with_name(database.name + ".secret")
    try:
        _make(path)
        text = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise DatabaseError(f"The secret key {path} can not be read or made: {error}.") from None
    if len(text) < 32:
        raise DatabaseError(f"The secret key {path} is too short. Remove the file, and a new one is made.")
    return text.encode("ascii")


def _make(path: Path) -> None:
    """Writes a new key under another name and links it into place: there is never half a key, and the first one wins."""
    if path.exists():
        return
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink(missing_ok=True)
