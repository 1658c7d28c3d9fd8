"""A Tidings server with one thing wrong, or one thing made small: `python sabotaged.py SABOTAGE serve …`.

It shows that a test of the promise fails when the promise is broken, and reaches limits that take thousands of clients.

    ack-before-commit   callers get their answer before the transaction is committed, as a careless writer would do it
    small-queue         the writer's queue holds 20 jobs in place of 2,000
"""

from __future__ import annotations

import sys
import time
from typing import Any


def ack_before_commit() -> None:
    from tidings.storage.writer import Writer, _work_off

    def transact(self: Any, batch: list[Any]) -> bool:
        with self._connect().begin():
            _work_off(batch, self._connection)
            self._answer(batch)
            time.sleep(0.01)  # the time that a slow disk takes to commit
        return True

    Writer._transact = transact  # type: ignore[method-assign]


def small_queue() -> None:
    from tidings.storage.writer import Writer

    assert Writer.__init__.__kwdefaults__
    Writer.__init__.__kwdefaults__["queue_limit"] = 20


SABOTAGES = {"ack-before-commit": ack_before_commit, "small-queue": small_queue}

if __name__ == "__main__":
    SABOTAGES[sys.argv.pop(1)]()
    from tidings.cli import main

    main()
