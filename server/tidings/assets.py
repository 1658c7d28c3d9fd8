"""Where the built widget, the dashboard's built files, the themes and the demo site lie: in the wheel, or in a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parents[1]


def _folder(in_wheel: str, in_checkout: str) -> Path:
    packed = _PACKAGE / in_wheel
    return packed if packed.is_dir() else _CHECKOUT / in_checkout


def widget() -> Path:
    """The folder of the built widget: `fomo.js` and `manifest.json`."""
    return _folder("_widget", "widget/dist")


def themes() -> Path:
    """The folder of the themes, one folder each with `theme.css` and `theme.toml`."""
    return _folder("_themes", "themes")


def dashboard() -> Path:
    """The folder of the dashboard's built style sheets, scripts, font and icons, with `manifest.json`."""
    return _folder("_dashboard", "server/dashboard/dist")


def demo_site() -> Path:
    """The folder of the demo shop's pages, pictures and products."""
    return _folder("_demo_site", "demo_site")


def templates() -> Path:
    """The folder of the pages' templates, a folder for each surface."""
    return _PACKAGE / "templates"


def static() -> Path:
    """The folder of the files that the pages load: style sheets, scripts, pictures."""
    return _PACKAGE / "static"
