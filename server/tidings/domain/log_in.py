"""Logging in: slower and slower while it fails, and a new session when it does not.

Failures are counted for an account from an address, for an address whatever the account, and for an account wherever
from. The first two grow from one second to a quarter of an hour. The last one stops at a minute, and with the second it
does not hold up who has logged in from their address before; the first stops at a minute there. So nobody can lock an owner
out with wrong passwords.

An attempt is counted before the password is looked at, and taken back when it was right: a hundred at once are a hundred.
"""

import hashlib
import hmac

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection

from tidings.domain import audit, sessions, users
from tidings.domain.slowing import Ladder, in_words, kept, lately, left
from tidings.errors import TooMany, Unauthenticated
from tidings.records.user import Actor, User
from tidings.storage import users as stored_users
from tidings.storage.log_in_failures import Failures, delete_forgotten, failures_of, put_failures

REMOVED_AT_ONCE = 500
BY_ADDRESS = Ladder(5, 900)
BY_ACCOUNT = Ladder(10, 60)
# From where the owner may be: who guesses there must not keep them out for long either.
AT_HOME = Ladder(5, 60)


class Attempt(Struct, frozen=True):
    """A log-in that may be tried: whose it is, if anybody's, and the hash to try it with."""

    user: User | None
    password_hash: str | None
    keys: "Keys"


class Keys(Struct, frozen=True):
    """What failures are counted under: keyed hashes, since people type passwords where addresses belong."""

    pair: bytes
    address: bytes
    account: bytes


def attempt(
    connection: Connection, *, email: str, household: str, secret: bytes, now: int, by_address: bool = True
) -> Attempt:
    """Counts an attempt and finds whose it is. `household`: the address, or what stands for all that its owner has.

    `by_address` False: addresses mean nothing here, such as behind a proxy that hides them. `now`: milliseconds.
    Raises TooMany, and counts nothing then: who is told to wait and waits gets in.
    """
    keys = _keys(email, household, secret)
    known = failures_of(connection, (keys.pair, keys.address, keys.account))
    pair, address, account = (lately(known.get(key), now) for key in (keys.pair, keys.address, keys.account))
    # An address that means nothing is everybody's, the owner's too.
    waits = [left(pair, BY_ADDRESS if by_address and pair.succeeded_at is None else AT_HOME, now)]
    if pair.succeeded_at is None:
        waits.append(left(account, BY_ACCOUNT, now))
        if by_address:
            waits.append(left(address, BY_ADDRESS, now))
    if (seconds := max(waits)) > 0:
        raise TooMany(f"Too many failed log-ins. Please try again in {in_words(seconds)}.", retry_after=seconds)
    for key, one in ((keys.pair, pair), (keys.address, address), (keys.account, account)):
        put_failures(connection, key, kept(replace(one, number=one.number + 1, failed_at=now)))
    user, password_hash = users.find(connection, email) or (None, None)
    return Attempt(user, password_hash, keys)


def succeed(
    connection: Connection,
    tried: Attempt,
    *,
    new_hash: str | None,
    cookie: str,
    address: str,
    user_agent: str,
    now: int,
) -> str | None:
    """Logs in who gave the right password: the new session's cookie; None when that password was changed meanwhile.

    `new_hash`: of the same password, where the old one's parameters are not those of the day. `cookie`: of a session that
    there was in this browser, which ends.
    """
    found = None if tried.user is None else users.find(connection, tried.user.email)
    if found is None or found[1] != tried.password_hash:
        return None
    user = found[0]
    take_back(connection, tried, now)
    if new_hash is not None:
        stored_users.set_password_hash(connection, user.id, new_hash, now)
    return enter(connection, user, cookie=cookie, address=address, user_agent=user_agent, now=now)


def exchange(
    connection: Connection, tried: Attempt, *, new_hash: str, cookie: str, address: str, user_agent: str, now: int
) -> str | None:
    """Gives who gave the right present password another one: the new session's cookie, all sessions of before being over.

    None when that password was changed meanwhile. Raises Unauthenticated when the session of `cookie` has ended meanwhile.
    """
    found = None if tried.user is None else users.find(connection, tried.user.email)
    signed = sessions.find(connection, cookie, now)
    if signed is None or found is None or signed.user.id != found[0].id:
        raise Unauthenticated("Please log in.")
    user = found[0]
    if found[1] != tried.password_hash:
        return None
    take_back(connection, tried, now)
    users.change_password(connection, Actor(user.id, user.email), user, new_hash, now)
    return sessions.begin(connection, user.id, address=address, user_agent=user_agent, now=now)


def take_back(connection: Connection, tried: Attempt, now: int) -> None:
    """The password was right, so that earlier failures from this address were slips: they count against nobody any more."""
    keys = tried.keys
    known = failures_of(connection, (keys.pair, keys.address, keys.account))
    pair = lately(known.get(keys.pair), now)
    put_failures(connection, keys.pair, kept(Failures(0, pair.failed_at, now)))
    for key in (keys.address, keys.account):
        one = lately(known.get(key), now)
        put_failures(connection, key, kept(replace(one, number=max(0, one.number - pair.number))))


def enter(connection: Connection, user: User, *, cookie: str, address: str, user_agent: str, now: int) -> str:
    """Begins a session for who is known to be this user, in place of the one of `cookie`; the new cookie."""
    if cookie:
        sessions.end(connection, cookie)
    stored_users.note_log_in(connection, user.id, now)
    audit.note(connection, Actor(user.id, user.email), "user.logged_in", application_id=None, subject=address, now=now)
    return sessions.begin(connection, user.id, address=address, user_agent=user_agent, now=now)


def remove_forgotten(connection: Connection, now: int) -> bool:
    """Removes some counts that say nothing any more; whether there may be more."""
    return delete_forgotten(connection, now, REMOVED_AT_ONCE)


def _keys(email: str, household: str, secret: bytes) -> Keys:
    account = users.email_key(email)

    def key(*parts: str) -> bytes:
        text = "\0".join(("", "log-in", *parts)).encode("utf-8", "surrogateescape")
        return hmac.digest(secret, text, hashlib.sha256)

    return Keys(key("pair", account, household), key("address", household), key("account", account))
