"""The load generator: runs wrk and reads its report."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent


class LoadGeneratorError(Exception):
    """wrk is not installed; the text says how to get it."""


@dataclass
class Load:
    """What one run of wrk saw: requests a second, the 99th percentile in milliseconds, answers that were no 2xx/3xx."""

    per_second: float
    p99_ms: float
    failed: int


def run_wrk(url: str, seconds: int, connections: int, headers: dict[str, str], script: list[str] | None = None) -> Load:
    """Load `url` for `seconds` s from one thread. script: a file beside this one, which then asks, and its arguments."""
    program = shutil.which("wrk")
    if program is None:
        raise LoadGeneratorError("wrk is not installed: apt-get install wrk (Debian, Ubuntu), brew install wrk (macOS)")
    command = [program, "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "10s"]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    if script is not None:
        command += ["-s", str(FOLDER / script[0])]
    command += [url, *(["--", *script[1:]] if script is not None else [])]
    report = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds + 30).stdout
    return read_report(report)


def read_report(report: str) -> Load:
    """The figures in wrk's text. Socket errors count as failed."""
    rate = re.search(r"Requests/sec:\s+([\d.]+)", report)
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)", report)
    if rate is None or p99 is None:
        raise ValueError(f"not a report of wrk: {report[:300]}")
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", report)
    errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", report)
    failed = (int(bad[1]) if bad else 0) + (sum(map(int, errors.groups())) if errors else 0)
    return Load(float(rate[1]), float(p99[1]) * {"us": 0.001, "ms": 1, "s": 1000}[p99[2]], failed)
