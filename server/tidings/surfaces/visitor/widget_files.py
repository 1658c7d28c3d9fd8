"""The built widget as it is served: read once at the start, checked against its own manifest."""

import base64
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

# The file that every page loads; the others are parts that it fetches when they are needed.
CORE = "fomo.js"


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
        return self.files[CORE]


def read_widget(folder: Path) -> WidgetFiles:
    """Reads `manifest.json` and the files that it names. Raises WidgetError."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text("ascii"))
        files = {name: (folder / name).read_bytes() for name in manifest["files"]}
    except (OSError, ValueError, KeyError) as error:
        raise WidgetError(f"The built widget in {folder} can not be read: {error}. Build it with `make widget`.") from None
    if CORE not in files:
        raise WidgetError(f"{folder / 'manifest.json'} names no {CORE}. Build it again with `make widget`.")
    for name, content in files.items():
        digest = base64.b64encode(hashlib.sha384(content).digest()).decode()
        if manifest["files"][name] != f"sha384-{digest}":
            raise WidgetError(f"{folder / name} is not what manifest.json says. Build it again with `make widget`.")
    return WidgetFiles(
        manifest["version"], {name: content.decode("ascii") for name, content in files.items()}, manifest["files"]
    )
