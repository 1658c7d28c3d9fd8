"""docs/webhooks.md: its examples take what Tidings sends, and nothing else."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tidings.outbound.channels.webhook import OutgoingMessage, headers_of

TEXT = (Path(__file__).resolve().parents[1] / "docs" / "webhooks.md").read_text("utf-8")
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
STATS = {"timeframe_from": 1, "timeframe_to": 2, "click": 3, "display": 4}
BODY = json.dumps({"stats": STATS}, separators=(",", ":")).encode()
# Of each language: how it is called, and what calls `verified` with what standard input says.
DRIVERS = {
    "python": (
        [sys.executable, "-c"],
        "import json, sys\nsaid = json.load(sys.stdin)\n"
        "print(json.dumps(verified(said['secret'], said['headers'], said['body'].encode())))",
    ),
    "javascript": (
        ["node", "-e"],
        'const said = JSON.parse(require("node:fs").readFileSync(0, "utf8"));\n'
        "console.log(JSON.stringify(verified(said.secret, said.headers, Buffer.from(said.body))));",
    ),
    "php": (
        ["php", "-r"],
        '$said = json_decode(file_get_contents("php://stdin"), true);\n'
        'echo json_encode(verified($said["secret"], $said["headers"], $said["body"]));',
    ),
}


def verify(language: str, headers: dict[str, str], body: bytes = BODY, secret: str = SECRET) -> Any:
    """What the example of a language says of a message; None when it refuses it."""
    command, driver = DRIVERS[language]
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    found = re.search(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)
    assert found, f"no example in {language}"
    said = json.dumps({"secret": secret, "headers": headers, "body": body.decode()})
    ended = subprocess.run(
        [*command, f"{found[1]}\n{driver}"], input=said, capture_output=True, text=True, timeout=20, check=False
    )
    if ended.returncode == 0:
        return json.loads(ended.stdout)
    assert re.search("too old|too new|not signed|No matching signature|Missing required", ended.stderr + ended.stdout)
    return None


def sent(seconds: float = 0, secret: str = SECRET) -> dict[str, str]:
    """The headers of a message of so many seconds ago, their names in lower case."""
    message = OutgoingMessage("msg_1", "https://a.example", secret, BODY, int(time.time() - seconds))
    return {name.lower(): value for name, value in headers_of(message).items()}


@pytest.mark.parametrize("language", DRIVERS)
def test_the_examples_take_what_is_sent(language: str) -> None:
    assert verify(language, sent()) == STATS
    two = sent()
    two["webhook-signature"] = f"v1,{'A' * 43}= {two['webhook-signature']}"
    assert verify(language, two) == STATS


@pytest.mark.parametrize("language", DRIVERS)
def test_the_examples_take_nothing_else(language: str) -> None:
    good = sent()
    assert verify(language, good, BODY.replace(b"4", b"5")) is None
    assert verify(language, good, secret="whsec_" + "A" * 32) is None
    assert verify(language, {**good, "webhook-id": "msg_2"}) is None
    assert verify(language, {**good, "webhook-timestamp": str(int(good["webhook-timestamp"]) - 1)}) is None
    assert verify(language, sent(seconds=400)) is None
    assert verify(language, sent(seconds=-400)) is None
    assert verify(language, {**good, "webhook-signature": "v1,"}) is None
