"""`python tests/bench/run.py`: measures speed and memory, prints a table and writes it to docs/performance.md.

--check       exit code 1 when a target is missed
--only NAME   only the figures whose name contains NAME; docs/performance.md is left alone then
--rounds N    turns of each side (12); --seconds S  length of a turn (1)
"""

from __future__ import annotations

import argparse
import os
import platform
import sqlite3
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # so that it runs as a plain command

from tests.bench import dashboard, figures, lists, rendering, webhooks  # noqa: E402
from tests.bench.figures import Figure  # noqa: E402
from tests.bench.wrk import LoadGeneratorError  # noqa: E402

OPENING = """# Performance

Measured by `make bench` (`tests/bench/run.py`), which writes this page. Speeds are ratios to a baseline that takes
turns with Tidings, on the same machine under the same uvicorn settings; the median over the rounds counts.

"""


def machine() -> list[tuple[str, str]]:
    """What the figures were taken on."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if line.startswith("model name")]
        model = names[0] if names else model
    packages = ("uvicorn", "httptools", "uvloop", "starlette", "sqlalchemy", "msgspec")
    return [
        ("processor", f"{model}, {os.cpu_count()} cores (shared by server and load generator)"),
        ("system", f"{platform.system()}, {platform.python_implementation()} {platform.python_version()}"),
        ("SQLite", f"{sqlite3.sqlite_version}, WAL, synchronous=FULL"),
        ("packages", ", ".join(f"{name} {version(name)}" for name in packages)),
    ]


def table(measured: list[Figure]) -> str:
    """The figures as a Markdown table."""
    lines = ["| figure | measured | target | | how |", "| --- | --: | --: | --- | --- |"]
    for figure in measured:
        sign = "<=" if figure.at_most else ">="
        value, target = f"{figure.value:.2f} {figure.unit}", f"{sign} {figure.target:g} {figure.unit}"
        lines.append(f"| {figure.name} | {value} | {target} | {'met' if figure.met else '**missed**'} | {figure.detail} |")
    return "\n".join(lines) + "\n"


def measure(folder: Path, only: str, rounds: int, seconds: int) -> list[Figure]:
    """Take every figure whose name contains `only`."""
    tasks = {
        "load.js, cached": lambda name: figures.cached(
            folder / "load", name, lambda app: f"/api/v1/{app.client_id}/load.js", rounds, seconds
        ),
        "feed, cached": lambda name: figures.cached(
            folder / "feed", name, lambda app: f"/js-obj/{app.client_id}/30/1474604200.json", rounds, seconds
        ),
        "durable events": lambda name: figures.ingestion(folder / "events", rounds, seconds),
        "durable beacons": lambda name: figures.beacons(folder / "beacons", rounds, seconds),
        "idle memory": lambda name: figures.idle_memory(folder / "memory"),
        "start to ready": lambda name: figures.start_time(folder / "start"),
        "rendering": lambda _name: rendering.rendering(rounds),
        "webhooks leave": lambda _name: webhooks.all_windows(folder / "webhooks"),
        "ingestion beside webhooks": lambda _name: webhooks.ingestion_beside_webhooks(folder / "beside", rounds, seconds),
        "lists": lambda name: lists.lists(folder / "lists", rounds, seconds),
        "dashboard": lambda _name: dashboard.dashboard(folder / "dashboard"),
    }
    measured = []
    for name, task in tasks.items():
        if only in name:
            print(f"measuring: {name}", file=sys.stderr)
            (folder / name.split()[0].split(".")[0]).mkdir(exist_ok=True)
            found = task(name)
            measured += found if isinstance(found, list) else [found]
    return measured


def main() -> int:
    assert __doc__ is not None
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--seconds", type=int, default=1)
    options = parser.parse_args()
    # Not under a memory file system: the figures are about a disk.
    with tempfile.TemporaryDirectory(prefix="bench-", dir=ROOT / "var" if (ROOT / "var").is_dir() else None) as folder:
        try:
            measured = measure(Path(folder), options.only, options.rounds, options.seconds)
        except LoadGeneratorError as error:
            print(error, file=sys.stderr)
            return 1
    print(table(measured))
    if not options.only:
        facts = "".join(f"- {name}: {value}\n" for name, value in machine())
        (ROOT / "docs").mkdir(exist_ok=True)
        (ROOT / "docs" / "performance.md").write_text(f"{OPENING}{table(measured)}\n{facts}")
    missed = [figure.name for figure in measured if not figure.met]
    if missed:
        print(f"missed: {', '.join(missed)}", file=sys.stderr)
    return 1 if missed and options.check else 0


if __name__ == "__main__":
    raise SystemExit(main())
