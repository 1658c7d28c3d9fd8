"""What was found on a site's page when it was looked at for the script: findings, each with what to do next."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

# installed: it runs. blocked: it is there, and browsers will not run it. wrong: it is another one, or stands where nothing
# runs. missing: it is not there. unclear: not in the HTML, and may come later. unreachable: there was no page to look at.
Verdict = Literal["installed", "blocked", "wrong", "missing", "unclear", "unreachable"]


class Finding(Struct, frozen=True):
    """One thing that was found. `code`: its name for programs; `said`: a sentence or two; `todo`: what to do next.

    `line`: of the page's source, 0 for none. `shown`: a piece of the page, as it stands there. `words`: what to copy.
    """

    kind: Literal["good", "warning", "bad", "plain"]
    code: str
    said: str
    todo: str = ""
    line: int = 0
    shown: str = ""
    words: str = ""


class Report(Struct, frozen=True):
    """All that was found. `url`: the page that was looked at, after what it leads on to."""

    verdict: Verdict
    url: str
    findings: tuple[Finding, ...]


class Wanted(Struct, frozen=True):
    """What is looked for: an application's script. `others`: names of the asker's other applications, by client id.

    `pictures`: addresses of pictures that its notifications show.
    """

    client_id: str
    base_url: str
    enabled: bool = True
    others: Mapping[str, str] = {}
    pictures: tuple[str, ...] = ()
