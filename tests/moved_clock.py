"""A Tidings server whose wall clock the test can move: `python moved_clock.py FILE serve …`.

FILE holds one double, the seconds by which the clock is off; the test writes it, the server reads it at every look at
the clock. Only the wall clock moves: deadlines and pauses inside the server stay real.
"""

from __future__ import annotations

import datetime
import mmap
import struct
import sys
import time
from pathlib import Path
from typing import Any


def write_offset(path: Path, seconds: float) -> None:
    """Move the clock of the server that was started with `path`; takes effect at once."""
    with path.open("r+b" if path.exists() else "w+b") as file:
        file.write(struct.pack("d", seconds))


def move_clock(path: Path) -> None:
    """Replace what this process knows of the time, before any module of the server takes hold of it."""
    with path.open("rb") as file:
        shared = mmap.mmap(file.fileno(), 8, access=mmap.ACCESS_READ)
    real_time, real_datetime = time.time, datetime.datetime

    def moved() -> float:
        return real_time() + float(struct.unpack_from("d", shared)[0])

    class MovedDatetime(real_datetime):  # type: ignore[misc, valid-type]
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Any:
            return real_datetime.fromtimestamp(moved(), tz)

    time.time = moved
    time.time_ns = lambda: int(moved() * 1e9)
    datetime.datetime = MovedDatetime  # type: ignore[misc]


if __name__ == "__main__":
    move_clock(Path(sys.argv.pop(1)))
    from tidings.cli import main

    main()
