"""Finds a Chromium for the tests, or installs one, and says which it took.

In order: CHROMIUM_PATH, the system's, Playwright's own, Playwright's download, Debian's package.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def system_chromium() -> str | None:
    """The path of the Chromium that tests drive: CHROMIUM_PATH, else one on the PATH; None leaves it to Playwright's own."""
    named = os.environ.get("CHROMIUM_PATH")
    return named or next((path for path in map(shutil.which, NAMES) if path), None)


def playwrights_own() -> str | None:
    """The path of the Chromium that Playwright has downloaded, if it has."""
    from playwright.sync_api import sync_playwright  # a Chromium of the system needs no Playwright to be found

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def _succeeds(*command: str) -> bool:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(command, check=False, env=environment, capture_output=True, timeout=900).returncode == 0


def main() -> int:
    """Prints one line; 1 when there is no Chromium and none can be had."""
    found = system_chromium()
    if found:
        print(f"Browser tests use {found}.")
        return 0
    found = playwrights_own()
    if not found and _succeeds(sys.executable, "-m", "playwright", "install", "chromium"):
        found = playwrights_own()
    if found:
        print(f"Browser tests use Playwright's own Chromium, {found}.")
        return 0
    if shutil.which("apt-get") and os.geteuid() == 0:
        _succeeds("apt-get", "update", "-qq")
        _succeeds("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-noto-core")
        found = system_chromium()
        if found:
            print(f"Browser tests use {found}, installed now from Debian's packages.")
            return 0
    print("There is no Chromium. Install one (apt-get install chromium), or name it in CHROMIUM_PATH.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
