"""What a browser calls itself, in words that people know: "Chrome 156 on Linux"."""

import re

# In this order: most say that they are Safari, and many that they are Chrome, too.
_BROWSERS = (
    ("Edge", re.compile(r"Edg(?:e|A|iOS)?/(\d+)")),
    ("Opera", re.compile(r"OPR/(\d+)")),
    ("Samsung Internet", re.compile(r"SamsungBrowser/(\d+)")),
    ("Firefox", re.compile(r"(?:Firefox|FxiOS)/(\d+)")),
    ("Chrome", re.compile(r"(?:HeadlessChrome|Chrome|CriOS)/(\d+)")),
    ("Safari", re.compile(r"Version/(\d+)[\d.]* (?:Mobile/\w+ )?Safari/")),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
_SHOWN = 40


def browser(user_agent: str) -> str:
    """The browser and the system; of one that is not known the beginning of what it says."""
    name = next((f"{name} {found[1]}" for name, pattern in _BROWSERS if (found := pattern.search(user_agent))), "")
    if not name:
        return (user_agent if len(user_agent) <= _SHOWN else f"{user_agent[: _SHOWN - 1]}…") or "unknown"
    system = next((words for mark, words in _SYSTEMS if mark in user_agent), "")
    return f"{name} on {system}" if system else name
