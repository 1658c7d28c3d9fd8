"""A fake clock in WebKitGTK's page, with Playwright's calls: @sinonjs/fake-timers, there before the page's own scripts."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.engines.webkit_page import WebKitPage

WIDGET = Path(__file__).parents[2] / "widget"
CLOCK = """(() => {
%s
window[Symbol.for('clock')] = FakeTimers.install({now: %d, shouldAdvanceTime: %s, advanceTimeDelta: 20,
  toNotFake: ['nextTick', 'queueMicrotask'], ignoreMissingTimers: true}); })();"""


@cache
def clock_library() -> str:
    """@sinonjs/fake-timers as one script that defines `FakeTimers`."""
    command = [str(WIDGET / "node_modules" / ".bin" / "esbuild"), "@sinonjs/fake-timers", "--bundle", "--minify"]
    command += ["--format=iife", "--global-name=FakeTimers", "--charset=ascii"]
    command += [f"--external:{module}" for module in ("util", "timers", "timers/promises")]  # Node's, not asked for here
    # Node from the PATH, or the one that `make` puts beside this Python.
    path = f"{os.environ['PATH']}{os.pathsep}{Path(sys.executable).parent}"
    env = os.environ | {"PATH": path}
    made = subprocess.run(command, cwd=WIDGET, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert made.returncode == 0, made.stderr
    return made.stdout


class Clock:
    """The page's clock: `install` before `goto`, then it goes as the real one does, and by leaps. Milliseconds."""

    def __init__(self, page: WebKitPage) -> None:
        self.page = page
        self.now: float | None = None  # milliseconds, at `at` of the real clock
        self.at = 0.0
        self.goes = True
        self.served = False

    def script(self) -> str:
        """What a page is given when it loads: the clock at the time it would show had it run on."""
        if self.now is None:
            return ""
        self.served = True
        now = self.now + (time.monotonic() - self.at) * 1000 * self.goes
        return CLOCK % (clock_library(), now, str(self.goes).lower())

    def install(self, time: float | datetime | None = None) -> None:
        self._keep(_milliseconds(time))

    def pause_at(self, time: float | datetime) -> None:
        """The clock stands still at this time, and goes on by leaps alone; before `goto` only."""
        assert not self.served, "pause_at after goto is not made here"
        self.goes = False
        self._keep(_milliseconds(time))

    def run_for(self, ticks: int) -> None:
        """Every timer that is due in so many milliseconds, in order."""
        self._do("await clock.tickAsync(given).catch(reportError)", ticks)

    def fast_forward(self, ticks: int) -> None:
        """As after a sleep of the machine: what is overdue runs once."""
        self._do("clock.jump(given)", ticks)

    def set_system_time(self, time: float | datetime) -> None:
        """The wall clock alone: no timer runs for it."""
        self._do("clock.setSystemTime(given)", _milliseconds(time))

    def _do(self, deed: str, given: float) -> None:
        script = f"const clock = window[Symbol.for('clock')]; {deed}; return Date.now();"
        self._keep(self.page.driven(script, given))

    def _keep(self, now: float) -> None:
        self.now, self.at = now, time.monotonic()


def _milliseconds(moment: float | datetime | None) -> float:
    """Playwright takes seconds."""
    if isinstance(moment, datetime):
        moment = moment.timestamp()
    return (time.time() if moment is None else moment) * 1000
