"""A process that has Tidings loaded, and forks for each command or server: imports take a second of the processor.

`Forks` is the tests' side of it; run as a script, this file is the other side. An order is a line of JSON, and so is what is
told of it: a process has begun, a process has ended.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import random
import runpy
import select
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

BEGUN_WITHIN = 60.0


class ForkedProcess:
    """A process that was forked, with what `subprocess.Popen` has of it."""

    def __init__(self, args: Sequence[str]) -> None:
        self.args = list(args)
        self.pid = 0
        self.returncode: int | None = None
        self.begun = threading.Event()
        self._ended = threading.Event()

    def end(self, returncode: int) -> None:
        """Called once, when it has ended."""
        self.returncode = returncode
        self._ended.set()

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, negative for a signal. Raises subprocess.TimeoutExpired."""
        if not self._ended.wait(timeout):
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Forks:
    """Starts processes; begun with the first one, ended with this process."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """`environment`: of the process that forks, for its imports; what it starts has its own."""
        self._environment = dict(environment)
        self._process: subprocess.Popen[bytes] | None = None
        self._ordered: dict[int, ForkedProcess] = {}
        self._lock = threading.Lock()

    def start(
        self, program: Sequence[str], *, cwd: Path, environment: Mapping[str, str], out: Path, err: Path | None = None
    ) -> ForkedProcess:
        """`python {program}` in a session of its own, once it has one. Both streams are added to `out`, if `err` is None."""
        made = ForkedProcess([sys.executable, *program])
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                self._process = self._open()
            number = len(self._ordered)
            self._ordered[number] = made
            order = [number, list(program), str(cwd), dict(environment), str(out), str(err or out)]
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            self._process.stdin.flush()
        if not made.begun.wait(BEGUN_WITHIN):
            raise RuntimeError(f"not forked within {BEGUN_WITHIN} s: {program}")
        return made

    def _open(self) -> subprocess.Popen[bytes]:
        # Its standard input ends with this process, and with that it ends too.
        process = subprocess.Popen(
            [sys.executable, __file__], env=self._environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        threading.Thread(target=self._read, args=(process,), daemon=True).start()
        return process

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            what, number, value = json.loads(line)
            if what == "begun":
                self._ordered[number].pid = value
                self._ordered[number].begun.set()
            else:
                self._ordered[number].end(value)


# -- the other side -------------------------------------------------------------------------------------------------


class Forking:
    """Forks for each order that comes, and tells when a child has ended."""

    def __init__(self, orders: int, answers: int) -> None:
        self._orders, self._answers = orders, answers
        self._children: dict[int, int] = {}
        self._woken, self._wakes = os.pipe()
        for descriptor in (self._woken, self._wakes):
            os.set_blocking(descriptor, False)

    def serve(self) -> None:
        """Until no order can come any more. In a child it returns nothing: that ends as its program does."""
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wakes)
        waiting = b""
        while True:
            ready, _, _ = select.select([self._orders, self._woken], [], [])
            if self._woken in ready:
                with suppress(BlockingIOError):
                    os.read(self._woken, 4096)
                self._reap()
            if self._orders in ready:
                piece = os.read(self._orders, 1 << 16)
                if not piece:
                    return
                *lines, waiting = (waiting + piece).split(b"\n")
                for line in lines:
                    self._fork(*json.loads(line))

    def _fork(self, number: int, *order: Any) -> None:
        at_home, there = os.pipe()
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setsid()
            for descriptor in (self._orders, self._answers, self._woken, self._wakes, at_home, there):
                os.close(descriptor)
            end(partial(become, *order))
        os.close(there)
        os.read(at_home, 1)  # it has a session of its own, so that one can signal it as a group
        os.close(at_home)
        self._children[pid] = number
        self._tell("begun", number, pid)

    def _reap(self) -> None:
        while self._children:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            self._tell("ended", self._children.pop(pid), os.waitstatus_to_exitcode(status))

    def _tell(self, what: str, number: int, value: int) -> None:
        os.write(self._answers, json.dumps([what, number, value]).encode() + b"\n")


def become(program: list[str], cwd: str, environment: dict[str, str], out: str, err: str) -> None:
    """Runs a module (`-m name …`) or a script as Python does."""
    for path, descriptor in (("/dev/null", 0), (out, 1), (err, 2)):
        opened = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        os.dup2(opened, descriptor)
        os.close(opened)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    random.seed()
    if program[0] == "-m":
        sys.argv = program[1:]
        runpy.run_module(program[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = program
        runpy.run_path(program[0], run_name="__main__")


def end(run: Callable[[], None]) -> NoReturn:
    """Ends as Python does after `run`, but takes nothing apart: of pages that are shared that takes half a second."""
    code: Any = 0
    try:
        run()
    except SystemExit as ended:
        code = ended.code
    except BaseException:
        traceback.print_exc()
        code = 1
    if isinstance(code, str):
        print(code, file=sys.stderr)
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


def load() -> None:
    """Imports what a command takes, and what that imports as it goes: by one that is used wrongly, and so does nothing."""
    cli = __import__("tidings.cli").cli
    sys.argv = ["tidings", "app", "create"]
    standard = os.dup(2)
    nowhere = os.open("/dev/null", os.O_WRONLY)
    os.dup2(nowhere, 2)
    with suppress(SystemExit):
        cli.app()
    os.dup2(standard, 2)
    os.close(standard)
    os.close(nowhere)


if __name__ == "__main__":
    # Where answers go: standard output is that of commands.
    forking = Forking(os.dup(0), os.dup(1))
    load()
    gc.freeze()  # or each child copies all that is loaded, at its first collection
    forking.serve()
