"""`python many_applications.py N DATABASE_URL`: runs `tidings app create --json` N times in one process, a line each.

A process for each application would cost the suite half a second a test.
"""

from __future__ import annotations

import sys

from typer.testing import CliRunner

if __name__ == "__main__":
    from tidings.cli import app

    for number in range(int(sys.argv[1])):
        arguments = ["app", "create", "--name", f"Shop {number + 1}", "--url", "https://shop.example", "--json"]
        made = CliRunner().invoke(app, [*arguments, "--database", sys.argv[2]], catch_exceptions=False)
        if made.exit_code != 0:
            raise SystemExit(made.output)
        print(made.stdout.strip())
