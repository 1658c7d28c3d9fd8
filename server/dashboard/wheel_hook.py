"""A hook of the wheel's build: puts the built dashboard into it, or ends the build with one sentence on how to make that."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NOT_BUILT = "The dashboard is not built: run `make dashboard`, which needs Node, and build the wheel again."


class DashboardHook(BuildHookInterface):  # type: ignore[type-arg]
    """Run by hatchling, as pyproject.toml says."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Before the build. An editable install reads server/dashboard/dist where it is, whenever that is made."""
        if version == "editable":
            return
        dist = Path(self.root) / "server" / "dashboard" / "dist"
        if not (dist / "manifest.json").is_file():
            raise SystemExit(NOT_BUILT)
        if self.target_name == "wheel":
            build_data["force_include"][str(dist)] = "tidings/_dashboard"
