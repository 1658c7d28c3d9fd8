"""Whether an application or an event type has changed, by whichever process: asked before every answer, in microseconds."""

import sqlite3
from pathlib import Path


class RevisionWatch:
    """A connection of its own, for one thread at a time.

    SQLite tells by `data_version`, from shared memory, whether anyone has committed at all since the last look; only
    then is the number read. It never waits: what can not be read at once is what it was.
    """

    def __init__(self, path: Path) -> None:
        uri = f"{path.resolve().as_uri()}?mode=ro"
        self._connection = sqlite3.connect(uri, uri=True, timeout=0, isolation_level=None, check_same_thread=False)
        self._cursor = self._connection.cursor()
        self._version = -1
        self._number = 0

    def number(self) -> int:
        """The revision of the last commit; of the last one that could be read, while the database is down."""
        try:
            version = self._cursor.execute("PRAGMA data_version").fetchone()[0]
            if version != self._version:
                self._number = self._cursor.execute("SELECT number FROM revision").fetchone()[0]
                self._version = version
        except sqlite3.Error:
            pass
        return self._number

    def close(self) -> None:
        """Closes the connection."""
        self._connection.close()
