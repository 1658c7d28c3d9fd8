"""A process of its own that makes calls, so that its system calls and its memory can be watched.

standard input: {"allowed": [network…], "threads": n, "warm_up": [call…], "calls": [call…]}, a call is [url, address…]: where
addresses are given, the name leads there. Standard output: {"results": [[class, result or status]…], "grown": bytes}, the
most memory the calls took at once beyond what the warm-up had left.
"""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from tidings.outbound.guard import Guard
from tidings.outbound.web_call import Answered, WebCall, call


def memory(what: str) -> int:
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(what))
    return int(line.split()[1]) * 1024


def main() -> None:
    task = json.load(sys.stdin)
    allowed = [ip_network(network) for network in task["allowed"]]

    def make(one: list[str]) -> list[Any]:
        url, *addresses = one
        found = [(0, 0, 0, "", (address, 0)) for address in addresses]
        answer = call(Guard(allowed, resolve=lambda *_, **__: found), WebCall("POST", url, {}, b"{}"), seconds=15)
        return ["Answered", answer.status] if isinstance(answer, Answered) else ["NotAnswered", answer.result]

    with ThreadPoolExecutor(task["threads"]) as pool:
        list(pool.map(make, task["warm_up"]))
        Path("/proc/self/clear_refs").write_text("5")  # the peak counts from here
        before = memory("VmRSS")
        results = list(pool.map(make, task["calls"]))
    json.dump({"results": results, "grown": memory("VmHWM") - before}, sys.stdout)


if __name__ == "__main__":
    main()
