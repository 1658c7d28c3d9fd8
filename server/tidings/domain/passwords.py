"""Passwords: which do, and what is kept of them: an argon2id hash under the parameters of the day.

A password is taken as RFC 8265 has it (OpaqueString): Unicode's composed form, NFC, so that a phone's é and a Mac's are
one, and every kind of space as a plain one. Not NFKC, which makes characters equal that look different: "²" stays "²".
"""

import functools
import importlib
import unicodedata
from base64 import b64encode

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from tidings.errors import Invalid

LEAST = 8
# In UTF-8. More is refused before anything is reckoned; 128 characters of any script fit.
MOST_BYTES = 1_024

_hasher = PasswordHasher()


def _no_one() -> str:
    """A hash that no password has, under the same parameters: for accounts that are not there."""
    salt, digest = (b64encode(bytes(size)).decode().rstrip("=") for size in (_hasher.salt_len, _hasher.hash_len))
    cost = f"m={_hasher.memory_cost},t={_hasher.time_cost},p={_hasher.parallelism}"
    return f"$argon2id$v=19${cost}${salt}${digest}"


_NO_ONE = _no_one()


def check_new(password: str, email: str) -> None:
    """Raises Invalid for a password that will not do, and says why. Takes a third of a second the first time."""
    if not is_readable(password):
        raise Invalid(f"Password is longer than {MOST_BYTES:,} bytes", field="password", code="too_long")
    plain = _prepared(password)
    if len(plain) < LEAST:
        raise Invalid(f"Password has at least {LEAST} characters", field="password", code="too_short")
    account = _prepared(email[:MOST_BYTES]).strip().lower()
    if plain.strip().lower() in (account, account.partition("@")[0]):
        raise Invalid("Password is the e-mail address; choose another", field="password", code="too_easy")
    if plain.lower() in _commonest() or len(set(plain)) == 1:
        raise Invalid("Password is one that very many people use; choose another", field="password", code="too_easy")


def is_readable(password: str) -> bool:
    """Whether a password is short enough to be looked at."""
    return len(password) <= MOST_BYTES and len(_prepared(password).encode("utf-8", "surrogateescape")) <= MOST_BYTES


def hash_of(password: str) -> str:
    """What is kept of a password. Takes a tenth of a second and 64 MiB: never in the event loop or the writer."""
    return _hasher.hash(_prepared(password))


def is_right(password: str, password_hash: str | None) -> bool:
    """Whether it is the password; with None, of an account that is not there, False after the same time."""
    if not is_readable(password):
        return False
    try:
        return _hasher.verify(password_hash or _NO_ONE, _prepared(password)) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(password_hash: str) -> bool:
    """Whether a hash was made with other parameters than new ones are."""
    return _hasher.check_needs_rehash(password_hash)


def _prepared(password: str) -> str:
    spaces = "".join(" " if unicodedata.category(character) == "Zs" else character for character in password)
    return unicodedata.normalize("NFC", spaces)


@functools.cache
def _commonest() -> frozenset[str]:
    # Read only when somebody chooses a password: it takes a third of a second, which no start of a command should.
    lists = importlib.import_module("zxcvbn.frequency_lists").FREQUENCY_LISTS
    return frozenset(word for word in lists["passwords"] if len(word) >= LEAST)
