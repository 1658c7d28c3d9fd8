"""The server's own secret: made once, kept beside the database for its owner alone, and known again by a fingerprint."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from sqlalchemy import Connection, func, insert, select

from tidings.storage.engine import DatabaseError
from tidings.storage.tables import key_fingerprints

_REMEDY = "Give this command the server's TIDINGS_SECRET_KEY or TIDINGS_SECRET_KEY_FILE."
# No e-mail address has a NUL: no address has this hash.
_FINGERPRINTED = b"\0the secret key of Tidings"


def secret_key(database: Path, configured: str, *, make: bool = True) -> bytes:
    """The configured key, else the one in `<database>.secret`, which is made when it is not there, with `make`.

    Raises DatabaseError when the file can be neither read nor made.
    """
    if configured:
        return configured.encode("utf-8")
    path = database.with_name(database.name + ".secret")
    try:
        if make:
            _make(path)
        text = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        if not make:
            raise DatabaseError(f"The secret key {path} can not be read: {error}. {_REMEDY}") from None
        raise DatabaseError(f"The secret key {path} can not be read or made: {error}.") from None
    if len(text) < 32:
        raise DatabaseError(f"The secret key {path} is too short. Remove the file, and a new one is made.")
    return text.encode("ascii")


def remember_key(connection: Connection, secret: bytes) -> int:
    """Notes that e-mail addresses are hashed with this key from now on; how many others they were hashed with before."""
    if not _is_known(connection, secret):
        connection.execute(insert(key_fingerprints).values(fingerprint=_fingerprint(secret)))
    return _others(connection, secret)


def count_other_keys(connection: Connection, secret: bytes) -> int:
    """How many other keys e-mail addresses were hashed with. Raises DatabaseError when none was with this one."""
    if not _is_known(connection, secret):
        raise DatabaseError(
            f"No server has run on this database with this secret key: no e-mail address can be found with it. {_REMEDY}"
        )
    return _others(connection, secret)


def _is_known(connection: Connection, secret: bytes) -> bool:
    own = select(key_fingerprints).where(key_fingerprints.c.fingerprint == _fingerprint(secret))
    return connection.execute(own).first() is not None


def _others(connection: Connection, secret: bytes) -> int:
    others = select(func.count()).where(key_fingerprints.c.fingerprint != _fingerprint(secret))
    return int(connection.execute(others).scalar_one())


def _fingerprint(secret: bytes) -> bytes:
    return hmac.digest(secret, _FINGERPRINTED, hashlib.sha256)


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
