"""Running `tidings` as a command from a test, and waiting for what it does."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.forking import ForkedProcess, Forks

ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    """A TCP port on loopback that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(
    what: str, check: Callable[[], Any], within: float = 10.0, pause: Callable[[float], object] = time.sleep
) -> Any:
    """Ask `check` until it answers something true and return that; AssertionError naming `what` after `within` s.

    `pause`: waits for so many seconds between two looks.
    """
    deadline = time.monotonic() + within
    while True:
        answer = check()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {within} s")
        pause(0.02)


def clean_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment without any TIDINGS_ setting, with this checkout's server first on the path."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("TIDINGS_")}
    env["PYTHONPATH"] = str(ROOT / "server")
    env["PYTHONUNBUFFERED"] = "1"
    env.update(extra or {})
    return env


_FORKS = Forks(clean_environment())


def fork(
    program: Sequence[str], *, cwd: Path, env: Mapping[str, str] | None = None, out: Path, err: Path | None = None
) -> ForkedProcess:
    """Start `python {program}` without the second that its imports take; see `Forks.start`."""
    return _FORKS.start(program, cwd=cwd, environment=clean_environment(env), out=out, err=err)


def run_python(*program: str, cwd: Path, env: Mapping[str, str] | None = None, timeout: float = 60.0) -> Any:
    """Run `python {program}` to its end: `subprocess.CompletedProcess` with text output, no check of the code."""
    with tempfile.TemporaryDirectory(prefix="tidings-command-") as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        process = fork(program, cwd=cwd, env=env, out=out, err=err)
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
            raise
        texts = [path.read_text("utf-8", "replace") for path in (out, err)]
        return subprocess.CompletedProcess(process.args, code, *texts)


def tidings(*arguments: str, cwd: Path, env: Mapping[str, str] | None = None, timeout: float = 60.0) -> Any:
    """Run one `tidings` command, as `run_python` does."""
    return run_python("-m", "tidings", *arguments, cwd=cwd, env=env, timeout=timeout)
