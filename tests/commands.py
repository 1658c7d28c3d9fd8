"""Running `tidings` as a command from a test, and waiting for what it does."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.forking import Commands

ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    """A TCP port on loopback that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(what: str, check: Callable[[], Any], within: float = 10.0) -> Any:
    """Ask `check` until it answers something true and return that; AssertionError naming `what` after `within` s."""
    deadline = time.monotonic() + within
    while True:
        answer = check()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {within} s")
        time.sleep(0.02)


def clean_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment without any TIDINGS_ setting, with this checkout's server first on the path."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("TIDINGS_")}
    env["PYTHONPATH"] = str(ROOT / "server")
    env["PYTHONUNBUFFERED"] = "1"
    env.update(extra or {})
    return env


_COMMANDS = Commands(clean_environment())


def tidings(*arguments: str, cwd: Path, env: Mapping[str, str] | None = None, timeout: float = 60.0) -> Any:
    """Run one `tidings` command to its end: `subprocess.CompletedProcess` with text output, no check of the code."""
    environment = clean_environment(env)
    done = _COMMANDS.run(arguments, cwd, environment, timeout)
    if done is not None:
        return done
    return subprocess.run(
        [sys.executable, "-m", "tidings", *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=timeout,
    )
