"""Finds the browsers that the tests drive, or installs them, and says which it took.

Chromium, in order: CHROMIUM_PATH, the system's, Playwright's own, Playwright's download, Debian's package. With `--all`
also Firefox (FIREFOX_PATH, the system's) and WebKitGTK with its driver and a display, from Debian's packages where they
are missing. Without Chromium there are no browser tests; those of an engine that cannot be had are skipped, and the end of
the run says so.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FIREFOX_NAMES = ("firefox-esr", "firefox")
FIREFOX_PACKAGES = ("firefox-esr",)
WEBKITGTK_PACKAGES = ("webkit2gtk-driver", "xvfb")


@dataclass(frozen=True)
class WebKitGTK:
    """The programs that it takes: the browser, its WebDriver, a display."""

    browser: str
    driver: str
    display: str


def system_chromium() -> str | None:
    """The path of the Chromium that tests drive: CHROMIUM_PATH, else one on the PATH; None leaves it to Playwright's own."""
    named = os.environ.get("CHROMIUM_PATH")
    return named or next((path for path in map(shutil.which, NAMES) if path), None)


def system_firefox() -> str | None:
    """The path of a stock Firefox: FIREFOX_PATH, else one on the PATH."""
    named = os.environ.get("FIREFOX_PATH")
    return named or next((path for path in map(shutil.which, FIREFOX_NAMES) if path), None)


def system_webkitgtk() -> WebKitGTK | None:
    """WebKitGTK's own small browser, its driver and Xvfb; None when one of the three is missing."""
    places = ("lib/*/webkit*gtk*/MiniBrowser", "lib*/webkit*gtk*/MiniBrowser", "libexec/webkit*gtk*/MiniBrowser")
    browsers = sorted(str(path) for place in places for path in Path("/usr").glob(place))
    driver, display = shutil.which("WebKitWebDriver"), shutil.which("Xvfb")
    return WebKitGTK(browsers[-1], driver, display) if browsers and driver and display else None


def playwrights_own() -> str | None:
    """The path of the Chromium that Playwright has downloaded, if it has."""
    from playwright.sync_api import sync_playwright  # a Chromium of the system needs no Playwright to be found

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def _succeeds(*command: str) -> bool:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(command, check=False, env=environment, capture_output=True, timeout=900).returncode == 0


def _installs(*packages: str) -> bool:
    """Whether Debian's packages are there now; only the root of a Debian can have them installed."""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return False
    _succeeds("apt-get", "update", "-qq")
    return _succeeds("apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages)


def set_up_chromium() -> bool:
    """Prints one line; False when there is no Chromium and none can be had."""
    found = system_chromium()
    if found:
        print(f"Browser tests use {found}.")
        return True
    found = playwrights_own()
    if not found and _succeeds(sys.executable, "-m", "playwright", "install", "chromium"):
        found = playwrights_own()
    if found:
        print(f"Browser tests use Playwright's own Chromium, {found}.")
        return True
    if _installs("chromium", "fonts-noto-core") and (found := system_chromium()):
        print(f"Browser tests use {found}, installed now from Debian's packages.")
        return True
    print("There is no Chromium. Install one (apt-get install chromium), or name it in CHROMIUM_PATH.", file=sys.stderr)
    return False


def set_up_others() -> None:
    """Prints a line for Firefox and one for WebKitGTK."""
    firefox = system_firefox() or (_installs(*FIREFOX_PACKAGES) and system_firefox())
    if firefox:
        print(f"Browser tests use {firefox}.")
    else:
        print(f"There is no Firefox: its tests are skipped (apt-get install {FIREFOX_PACKAGES[0]}).", file=sys.stderr)
    webkitgtk = system_webkitgtk() or (_installs(*WEBKITGTK_PACKAGES) and system_webkitgtk())
    if webkitgtk:
        print(f"Browser tests use {webkitgtk.browser}.")
    else:
        print(
            f"There is no WebKitGTK: its tests are skipped (apt-get install {' '.join(WEBKITGTK_PACKAGES)}).",
            file=sys.stderr,
        )


def main() -> int:
    """1 when there is no Chromium and none can be had."""
    found = set_up_chromium()
    if "--all" in sys.argv[1:]:
        set_up_others()
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
