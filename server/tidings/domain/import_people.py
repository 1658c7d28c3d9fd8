"""Rows of imports that name a person, by an e-mail address or by an external id, as an event of theirs would."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection

from tidings.records.imports import Import
from tidings.storage import import_cells
from tidings.storage.import_cells import Place
from tidings.storage.imports import import_by_id, remove_rows

# Rows that one step looks at: some milliseconds of the writer's time.
ROWS_A_STEP = 1_000
START: Place = (0, 0)
# Longer text is no address by itself; one may stand in it.
_ADDRESS_LIMIT = 600
_encode = msgspec.json.Encoder().encode
# What text in JSON and in every Unicode form has as it is.
_PLAIN = re.compile(r"[a-z0-9@._+-]+", re.ASCII)


class Sought:
    """A person who is sought among rows. An address stands for somebody wherever it is; an id only where ids stand."""

    def __init__(self, external_id: str, email: str) -> None:
        self._id = external_id.strip()
        self._id_as_stored = _encode(self._id)[1:-1].decode()
        self._address = _folded(email) if email.strip() else ""
        self._sign = max(_PLAIN.findall(self._address), key=len, default="")
        self._inside = _within(self._address) if "@" in self._address else None
        self._id_inside = re.compile(rf"(?<!\w){re.escape(self._id)}(?!\w)") if self._id else None

    @property
    def is_named(self) -> bool:
        """Whether there is an id or an address at all."""
        return bool(self._id or self._address)

    def is_in(self, one: Import | None, stored: str, reason: str | None) -> bool:
        """Whether a row, as it is stored, is this person's. `one`: its import, None where that is gone."""
        may_have_address = bool(self._address) and self._sign in stored.lower()
        may_have_id = bool(self._id) and self._id_as_stored in stored
        if not may_have_address and not may_have_id:
            return False
        cells = import_cells.read(stored)
        return (may_have_address and any(map(self._is_address, cells))) or (may_have_id and self._has_id(one, cells, reason))

    def _is_address(self, cell: Any) -> bool:
        if cell is None or isinstance(cell, bool | int | float):
            return False
        text = cell if isinstance(cell, str) else _plain_json(cell)
        if len(text) <= _ADDRESS_LIMIT and _folded(text) == self._address:
            return True
        return self._inside is not None and self._inside.search(text.lower()) is not None

    def _has_id(self, one: Import | None, cells: Sequence[Any], reason: str | None) -> bool:
        if one is None or one.plan is None or len(cells) > len(one.plan.fields):
            return any(self._is_id(cell) for cell in cells)
        if reason is not None and len(cells) == 1 and self._id_inside is not None:
            # A line that could not be taken apart: the id may stand anywhere in it.
            return self._id_inside.search(str(cells[0])) is not None
        return any(field == "external_id" and self._is_id(cell) for field, cell in zip(one.plan.fields, cells, strict=False))

    def _is_id(self, cell: Any) -> bool:
        return cell is not None and not isinstance(cell, bool) and str(cell).strip() == self._id


def remove_some(connection: Connection, application_id: int, person: Sought, place: Place) -> tuple[int, Place | None]:
    """Takes rows of a person out, from behind a place on; how many, and where to go on, None at the end."""
    found = import_cells.rows_behind(connection, application_id, place, ROWS_A_STEP)
    numbers: dict[int, list[int]] = {}
    known: dict[int, Import | None] = {}
    for row in found:
        if row.import_id not in known:
            known[row.import_id] = import_by_id(connection, application_id, row.import_id)
        if person.is_in(known[row.import_id], row.cells, row.reason):
            numbers.setdefault(row.import_id, []).append(row.number)
    for import_id, gone in numbers.items():
        remove_rows(connection, application_id, import_id, gone)
    last = (found[-1].import_id, found[-1].number) if len(found) == ROWS_A_STEP else None
    return sum(map(len, numbers.values())), last


def _folded(text: str) -> str:
    """As addresses are before they are hashed (events.email_hash), in one spelling."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).strip().lower())


def _within(address: str) -> re.Pattern[str]:
    """Finds an address in text in small letters, and not a longer one that ends or begins like it."""
    forms = {unicodedata.normalize(form, address) for form in ("NFC", "NFD")}
    return re.compile(rf"(?<![\w.+-])(?:{'|'.join(map(re.escape, sorted(forms)))})(?![\w-]|\.\w)")


def _plain_json(cell: Any) -> str:
    return _encode(cell).decode()
