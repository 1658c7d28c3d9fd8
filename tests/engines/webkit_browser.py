"""Starts WebKitGTK's browser under a display of its own, behind a proxy of its own, anew for each page."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import warnings
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from selenium.webdriver import WebKitGTK
from selenium.webdriver.webkitgtk.options import Options
from selenium.webdriver.webkitgtk.service import Service
from tests.engines.proxy import serve_proxy
from tests.engines.webkit_page import WebKitPage
from tests.set_up_browser import WebKitGTK as Programs

# MiniBrowser's bar would keep its window wider than a phone.
GTK_CSS = """* { min-width: 0; min-height: 0; padding: 0; margin: 0 }
headerbar *, button, entry, image { font-size: 1px; -gtk-icon-transform: scale(0.01) }
"""


@dataclass
class WebKitBrowsers:
    """A display, a folder for what GTK reads, and the browsers that run in them."""

    programs: Programs
    display: subprocess.Popen[bytes]
    number: str
    folder: Path
    version: str = ""
    pages: list[WebKitPage] = field(default_factory=list)

    @classmethod
    def start(cls, programs: Programs) -> WebKitBrowsers:
        """Start the display, and one browser to learn its version."""
        reading, writing = os.pipe()
        display = subprocess.Popen(
            [programs.display, "-displayfd", str(writing), "-screen", "0", "1600x1300x24", "-nolisten", "tcp"],
            pass_fds=[writing],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(writing)
        with os.fdopen(reading) as file:
            number = file.readline().strip()
        folder = Path(tempfile.mkdtemp(prefix="webkitgtk-"))
        (folder / "gtk-3.0").mkdir()
        (folder / "gtk-3.0" / "gtk.css").write_text(GTK_CSS)
        browsers = cls(programs, display, number, folder)
        try:
            page = browsers.open()
            browsers.version = str(page.driver.capabilities["browserVersion"])
            page.close()
        except Exception:
            browsers.close()
            raise
        return browsers

    def environment(self, locale: str) -> dict[str, str]:
        """No sandbox, since a container's root cannot have one; drawn without a graphics card."""
        return os.environ | {
            "DISPLAY": f":{self.number}",
            "GDK_BACKEND": "x11",
            "LANGUAGE": locale,
            "LANG": f"{locale.replace('-', '_')}.UTF-8",
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "NO_AT_BRIDGE": "1",
            "WEBKIT_DISABLE_COMPOSITING_MODE": "1",
            "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",
            "XDG_CONFIG_HOME": str(self.folder),
        }

    def open(
        self,
        viewport: dict[str, int] | None = None,
        color_scheme: str = "light",
        locale: str = "en-US",
        **options: Any,
    ) -> WebKitPage:
        """A page in a browser of its own, with these of a context's options."""
        assert not [name for name, value in options.items() if value], f"WebKitGTK has not: {options}"
        proxy = serve_proxy()
        wanted = Options()
        wanted.binary_location = self.programs.browser
        wanted.add_argument("--automation")
        if color_scheme == "dark":
            wanted.add_argument("--dark-mode")
        wanted.page_load_strategy = "none"  # the page waits by itself, also where a test asks not to
        wanted.add_argument(f"--proxy=http://{proxy.address}")
        wanted.add_argument("--ignore-tls-errors")
        service = Service(
            self.programs.driver,
            log_output=subprocess.DEVNULL,
            env=self.environment(locale),
            popen_kw={"start_new_session": True},
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of Selenium at itself
            driver = WebKitGTK(options=wanted, service=service)

        def end() -> None:
            proxy.close()
            with suppress(Exception):  # a browser that hangs is ended all the same
                driver.quit()
            with suppress(ProcessLookupError):
                os.killpg(service.process.pid, signal.SIGKILL)

        page = WebKitPage(driver, proxy, end)
        self.pages.append(page)
        page.set_viewport_size(viewport or {"width": 1280, "height": 720})
        return page

    def close(self) -> None:
        for page in self.pages:
            page.close()
        self.display.terminate()
        self.display.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)
