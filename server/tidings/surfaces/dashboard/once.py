"""Forms that are taken once: what they make is shown in the answer alone, and a reload of it would make another one.

Each such form carries a key of its own (`ui.once()`). A key that was used is remembered for some minutes, in this process
only: it leads to where what was made is found, with a sentence that it was made already.
"""

import secrets
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any

from sqlalchemy import Connection

from tidings.errors import TidingsError
from tidings.surfaces.dashboard.plumbing import Redirect, Visit, Work, Write

# Milliseconds, and how many: the oldest make room.
REMEMBERED_FOR = 600_000
MOST_KEYS = 10_000
_LONGEST_KEY = 40
DONE = "made_already"

_Key = tuple[int, str]


class _Repeated:
    """What comes of a form whose key was used."""


class Keys:
    """The keys that were used, and where each led."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._used: OrderedDict[_Key, tuple[int, str]] = OrderedDict()

    def take(self, key: _Key, to: str, now: int) -> bool:
        """Uses a key; False when it was used already. `now`: milliseconds."""
        with self._lock:
            while self._used and (len(self._used) >= MOST_KEYS or self._is_old(next(iter(self._used.values())), now)):
                self._used.popitem(last=False)
            if key in self._used:
                return False
            self._used[key] = (now, to)
            return True

    def lead(self, key: _Key, to: str) -> None:
        """Says where a used key leads from now on."""
        with self._lock:
            if key in self._used:
                self._used[key] = (self._used[key][0], to)

    def give_back(self, key: _Key) -> None:
        """Nothing was made: the form may be sent again."""
        with self._lock:
            self._used.pop(key, None)

    def where(self, key: _Key, now: int) -> str:
        """Where a used key leads; "" for one that was not, or long ago."""
        with self._lock:
            found = self._used.get(key)
        return "" if found is None or self._is_old(found, now) else found[1]

    @staticmethod
    def _is_old(entry: tuple[int, str], now: int) -> bool:
        return now - entry[0] >= REMEMBERED_FOR


_keys = Keys()


def new_key() -> str:
    """What a form carries to be taken once."""
    return secrets.token_urlsafe(16)


def once(visit: Visit, write: Write, to: str, where: Callable[[Any], str] | None = None) -> Work:
    """The work of a form that is taken once. `to`: the page that its being sent again leads to.

    `where`: that page for what was made, where each has its own.
    """
    text = visit.form["once"]
    if not text or len(text) > _LONGEST_KEY or visit.session is None:
        return write
    key = (visit.session.id, text)

    def again() -> Work:
        return Redirect(_keys.where(key, visit.now) or to, DONE)

    if _keys.where(key, visit.now):
        return again()

    def job(connection: Connection) -> Any:
        # In the writer, where one comes after the other: of two at once the second finds the key used.
        if not _keys.take(key, to, visit.now):
            return _Repeated()
        try:
            return write.job(connection)
        except BaseException:
            _keys.give_back(key)
            raise

    def then(made: Any) -> Work:
        if isinstance(made, _Repeated):
            return again()
        if where is not None:
            _keys.lead(key, where(made))
        return write.then(made)

    def refused(error: TidingsError) -> Work:
        _keys.give_back(key)  # what was refused at the commit was not made either
        if write.refused is None:
            raise error
        return write.refused(error)

    return Write(job, then, refused)
