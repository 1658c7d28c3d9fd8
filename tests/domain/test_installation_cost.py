"""Is it installed? Judging costs little, whatever a page brings along."""

from __future__ import annotations

import time

import pytest
from tests.domain.test_installation import TAG, look

from tidings.domain.content_policy import MOST_POLICIES
from tidings.domain.installation import MOST_FINDINGS

_HOSTS = " ".join(f"h{number}.e" for number in range(8_000))
_TAGS = "".join(TAG.replace("load.js", f"load.js?{number}") for number in range(1_000))
_META = '<head><meta http-equiv="Content-Security-Policy" content="{}">'


@pytest.mark.parametrize(
    "html",
    [
        _META.format(f"script-src {'a ' * 900_000}") + _TAGS,
        _META.format(f"script-src {_HOSTS}") * MOST_POLICIES + _TAGS,
        f'<head><base href="https://x.example/{"a/" * 900_000}">' + TAG.replace("https://t.example", "x") * 1_000,
        f"{'x' * 1_900_000}{'<script src=/x.js></script>' * 5_000}",
    ],
    ids=["one policy", "many policies", "a long base", "one line"],
)
def test_no_page_takes_long_to_judge(html: str) -> None:
    started = time.process_time()
    report = look(html, {"content-security-policy": f"img-src {_HOSTS}"})
    assert time.process_time() - started < 4
    assert len(report.findings) <= MOST_FINDINGS + 5
    assert sum(len(finding.shown) for finding in report.findings) < 50_000


@pytest.mark.parametrize("port", ["99999", "x", "9" * 5_000])
def test_a_port_that_is_none(port: str) -> None:
    look(TAG.replace("t.example/", f"t.example:{port}/"))
    assert look(TAG, {"content-security-policy": f"script-src t.example:{port}"}).verdict == "blocked"
