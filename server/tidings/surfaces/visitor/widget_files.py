"""The built widget as it is served: read once at the start, checked against its own manifest."""

import base64
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

# The themes whose CSS is in fomo.js (widget/src/stage.ts): "custom" starts from theme1.
BUILT_IN = ("theme1", "custom")


class WidgetError(Exception):
    """The built widget is missing or is not what its manifest says."""


@dataclass(frozen=True)
class WidgetFiles:
    """`version` as in `fomo.version`; `files` by name; `integrity` by name, as SRI hashes."""

    version: str
    files: dict[str, str]
    integrity: dict[str, str]

    @property
    def code(self) -> str:
        """fomo.js."""
        return self.files["fomo.js"]


def read_widget(folder: Path) -> WidgetFiles:
    """Reads `manifest.json` and the files that it names. Raises WidgetError."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text("ascii"))
        files = {name: (folder / name).read_bytes() for name in manifest["files"]}
    except (OSError, ValueError, KeyError) as error:
        raise WidgetError(f"The built widget in {folder} can not be read: {error}. Build it with `make widget`.") from None
    for name, content in files.items():
        digest = base64.b64encode(hashlib.sha384(content).digest()).decode()
        if manifest["files"][name] != f"sha384-{digest}":
            raise WidgetError(f"{folder / name} is not what manifest.json says. Build it again with `make widget`.")
    return WidgetFiles(
        manifest["version"], {name: content.decode("ascii") for name, content in files.items()}, manifest["files"]
    )


def read_theme(folder: Path, theme: str) -> str:
    """The CSS of a theme that is not built into the widget; "" for the one that is.

    A theme that has no folder, such as one whose folder was taken away, looks like the built-in one: never unstyled.
    """
    if theme in BUILT_IN:
        return ""
    path = folder / theme / "theme.css"
    if not (theme.isidentifier() and path.is_file()):
        path = folder / BUILT_IN[0] / "theme.css"
    return path.read_text("utf-8")
