"""Files sent as a browser sends them, and an import followed to its end."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tests.commands import wait_until
from tests.surfaces.dashboard.ground import Client, Page

BOUNDARY = "----WebKitFormBoundaryTests"
ORDERS = (
    "Created at,First Name,City,Country,Title,Order ID,Email,Size\r\n"
    "2026-03-04 10:00:00 +0000,Mia,Lisbon,PT,Desk,o-1,mia@people.example,L\r\n"
    '2026-03-05 10:00:00 +0000,"O\'Hara, Jo",Cork,IE,"Lamp ""Sol""",o-2,jo@people.example,M\r\n'
    ",Nobody,Rome,IT,Chair,o-3,,S\r\n"
)


def multipart(parts: Sequence[tuple[str, bytes]], file: bytes | None, name: str = "orders.csv") -> bytes:
    """A form as browsers write it: fields, then the file."""
    pieces = [
        b'--%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (BOUNDARY.encode(), key.encode(), value)
        for key, value in parts
    ]
    if file is not None:
        head = b'--%s\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\nContent-Type: text/csv\r\n\r\n'
        pieces.append(head % (BOUNDARY.encode(), name.encode()) + file + b"\r\n")
    return b"".join(pieces) + b"--%s--\r\n" % BOUNDARY.encode()


def send(client: Client, file: bytes | str, name: str = "orders.csv", *, csrf: str | None = None) -> Page:
    """Sends a file to the import page."""
    content = file.encode() if isinstance(file, str) else file
    body = multipart([("csrf", (client.csrf if csrf is None else csrf).encode())], content, name)
    return send_body(client, body)


def send_body(client: Client, body: bytes, kind: str = f"multipart/form-data; boundary={BOUNDARY}") -> Page:
    """Sends bytes to the import page."""
    return client.ask("POST", "/import", {"Content-Type": kind, "Origin": client.server.base_url}, body)


@dataclass
class Sent:
    """An import that was sent, and its page."""

    client: Client
    path: str

    @property
    def page(self) -> str:
        return self.client.get(self.path).text

    def fields(self) -> list[str]:
        """What each column is at the moment."""
        return [
            (re.search(r'<option value="([^"]*)" selected', found) or re.search(r'<option value="([^"]*)"', found))[1]  # type: ignore[index]
            for found in re.findall(r'<select name="field".*?</select>', self.page, re.DOTALL)
        ]

    def chosen(self, name: str) -> str:
        """What is chosen in a list."""
        found = re.search(rf'<select id="f-{name}".*?</select>', self.page, re.DOTALL)
        assert found
        chosen = re.search(r'<option value="([^"]*)" selected', found[0])
        return chosen[1] if chosen else ""

    def say(self, do: str, fields: Sequence[str] | None = None, **values: str) -> Page:
        """Sends what the columns are."""
        form = [("field", field) for field in (self.fields() if fields is None else fields)]
        for name in ("event_type_id", "time_format"):
            form.append((name, values.get(name, self.chosen(name))))
        form += [("time_zone", values.get("time_zone", "UTC")), ("do", do)]
        return self.client.post(self.path, form)

    def start(self) -> None:
        """Starts what the preview shows."""
        page = self.say("start")
        assert page.status == 303, page.text
        assert page.location == self.path, page.location

    def wait(self, within: float = 20) -> str:
        """The report, once the import is over."""
        wait_until("the import is over", lambda: "hx-get" not in self.page.split('id="import-state"')[1][:200], within)
        return self.page

    def figures(self) -> list[str]:
        """What the report counts: imported, there already, refused."""
        return re.findall(r'<dd class="figure-value">([^<]*)</dd>', self.page)


def sent(client: Client, file: bytes | str, name: str = "orders.csv") -> Sent:
    """Sends a file that is taken in."""
    page = send(client, file, name)
    assert page.status == 303, f"{page.status}: {page.text}"
    return Sent(client, page.location)
