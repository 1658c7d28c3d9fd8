"""What every door is given: the store, who is who, the settings and the clock."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tidings.config import Settings
from tidings.domain.directory import Directory, Entry
from tidings.domain.places import Places
from tidings.domain.themes import Themes
from tidings.storage.store import Store


def clock() -> int:
    """Milliseconds since the epoch, by this machine's clock."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True)
class Context:
    """Made once by `app.py`.

    `secret` keys the hashes of e-mail addresses; `places` knows cities, `themes` how things look; `now` tells the time in
    milliseconds.
    """

    settings: Settings
    store: Store
    secret: bytes
    places: Places = field(default_factory=Places)
    themes: Themes = field(default_factory=Themes)
    directory: Directory = field(default_factory=Directory)
    now: Callable[[], int] = clock

    async def entry(self, key: bytes | str) -> Entry | None:
        """The application of a token hash or a client id, from memory or storage. Raises Unavailable."""
        revision = self.store.revision()
        known, entry = self.directory.known(key, revision)
        return entry if known else await self.store.read(self.directory.look_up, key, revision)
