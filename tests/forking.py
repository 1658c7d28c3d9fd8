"""A process that has the commands of Tidings loaded, and forks for each: Python and its imports take a second of processor.

`Commands` is the tests' side of it; run as a script, this file is the other side. An order is a line of JSON: arguments,
folder, environment, and the files for what is written; the answers are the process id, and then its exit code.
"""

from __future__ import annotations

import json
import os
import random
import runpy
import select
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import IO


class Commands:
    """Runs commands one after another; started with the first one, ended with this process."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """`environment`: of the process that forks, for its imports; a command has its own."""
        self._environment = dict(environment)
        self._process: subprocess.Popen[bytes] | None = None
        self._busy = threading.Lock()

    def run(self, arguments: tuple[str, ...], cwd: Path, environment: Mapping[str, str], timeout: float) -> object:
        """As `subprocess.run` of `python -m tidings`, with text output; None while another command is run.

        Raises subprocess.TimeoutExpired.
        """
        if not self._busy.acquire(blocking=False):
            return None
        try:
            return self._run(arguments, cwd, environment, timeout)
        finally:
            self._busy.release()

    def _run(
        self, arguments: tuple[str, ...], cwd: Path, environment: Mapping[str, str], timeout: float
    ) -> subprocess.CompletedProcess[str]:
        if self._process is None or self._process.poll() is not None:
            # Its standard input ends with this process, and with that it ends too.
            self._process = subprocess.Popen(
                [sys.executable, __file__], env=self._environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        with tempfile.TemporaryDirectory(prefix="tidings-command-") as folder:
            out, err = Path(folder, "out"), Path(folder, "err")
            order = [list(arguments), str(cwd), dict(environment), str(out), str(err)]
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            self._process.stdin.flush()
            pid = int(self._line(60))
            try:
                code = int(self._line(timeout))
            except TimeoutError:
                os.kill(pid, signal.SIGKILL)
                self._line(60)
                raise subprocess.TimeoutExpired(["tidings", *arguments], timeout) from None
            return subprocess.CompletedProcess(
                ["tidings", *arguments], code, out.read_text("utf-8", "replace"), err.read_text("utf-8", "replace")
            )

    def _line(self, within: float) -> bytes:
        """The next answer, which is written at once. Raises TimeoutError."""
        assert self._process is not None
        assert self._process.stdout is not None
        descriptor = self._process.stdout.fileno()
        if not select.select([descriptor], [], [], within)[0]:
            raise TimeoutError
        line = b""
        while not line.endswith(b"\n"):
            # Byte by byte: the next answer is not this one's.
            piece = os.read(descriptor, 1)
            if not piece:
                raise RuntimeError("the process that forks has ended")
            line += piece
        return line


def serve(orders: IO[bytes], answers: int) -> None:
    """Forks for each order; in the child it becomes that command, and ends as the command does."""
    for line in orders:
        pid = os.fork()
        if pid == 0:
            become(*json.loads(line))
        os.write(answers, b"%d\n" % pid)
        _, status = os.waitpid(pid, 0)
        os.write(answers, b"%d\n" % os.waitstatus_to_exitcode(status))


def become(arguments: list[str], cwd: str, environment: dict[str, str], out: str, err: str) -> None:
    """Runs the command as `python -m tidings` does; raises SystemExit."""
    for path, descriptor in (("/dev/null", 0), (out, 1), (err, 2)):
        opened = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        os.dup2(opened, descriptor)
        os.close(opened)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    random.seed()
    sys.argv = ["tidings", *arguments]
    runpy.run_module("tidings", run_name="__main__", alter_sys=True)
    raise SystemExit(0)


if __name__ == "__main__":
    __import__("tidings.cli")
    # Where answers go: standard output is the commands'.
    serve(os.fdopen(os.dup(0), "rb", buffering=0), os.dup(1))
