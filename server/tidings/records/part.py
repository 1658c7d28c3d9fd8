"""The parts of a message: what a template becomes, before anyone makes HTML or nodes of it."""

from typing import Literal

from msgspec import Struct


class Text(Struct, frozen=True):
    """Plain text; `mark` says how it is set off."""

    text: str
    mark: Literal["", "strong", "emphasis"] = ""


class Link(Struct, frozen=True):
    """Text that leads to `href`; None stands for the event's own link."""

    text: str
    href: str | None = None


class Break(Struct, frozen=True):
    """A line break."""


class Time(Struct, frozen=True):
    """The place where the time ago is written; the words are sent beside the message."""


Part = Text | Link | Break | Time
