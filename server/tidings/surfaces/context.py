"""What every door is given: the store, who is who, the settings and the clock."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from tidings.config import Settings
from tidings.domain.api_tokens import Tokens, note_use
from tidings.domain.directory import Directory, Entry, Key
from tidings.domain.places import Places
from tidings.domain.themes import Themes
from tidings.errors import Unavailable
from tidings.outbound.guard import Guard
from tidings.records.token import ApiToken
from tidings.storage.store import Store


def clock() -> int:
    """Milliseconds since the epoch, by this machine's clock."""
    return time.time_ns() // 1_000_000


def no_outbox() -> None:
    """Wakes nobody: the outbox is another process's, which looks by itself."""


@dataclass(frozen=True)
class Context:
    """Made once by `app.py`.

    `secret` keys the hashes of e-mail addresses; `places` knows cities, `themes` how things look; `guard` says what may be
    called; `now` tells the time in milliseconds. `wake_outbox`: for what is to go out at once, after it was committed.
    `job_problems`: what keeps the jobs of this process from being done. `demo_client_id`: of the application whose shop is
    at /demo/, if one is.
    """

    settings: Settings
    store: Store
    secret: bytes
    places: Places = field(default_factory=Places)
    themes: Themes = field(default_factory=Themes)
    directory: Directory = field(default_factory=Directory)
    tokens: Tokens = field(default_factory=Tokens)
    guard: Guard = field(default_factory=Guard)
    now: Callable[[], int] = clock
    wake_outbox: Callable[[], None] = no_outbox
    job_problems: Callable[[], list[str]] = list
    demo_client_id: str = ""

    async def entry(self, key: Key) -> Entry | None:
        """The application of a token hash, a client id or a short code, from memory or storage. Raises Unavailable."""
        revision = self.store.revision()
        known, entry = self.directory.known(key, revision)
        return entry if known else await self.store.read(self.directory.look_up, key, revision)

    async def api_token(self, token_hash: bytes) -> ApiToken | None:
        """The API token with this hash, from memory or storage; its use is noted. Raises Unavailable."""
        revision = self.store.revision()
        known, token = self.tokens.known(token_hash, revision)
        if not known:
            token = await self.store.read(self.tokens.look_up, token_hash, revision)
        if token is not None and self.tokens.is_news(token, self.now()):
            # What can not be noted now is noted the next time.
            with suppress(Unavailable):
                await self.store.write(partial(note_use, token_id=token.id, now=self.now()))
        return token
