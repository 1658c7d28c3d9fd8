"""A theme: how notifications look, as a folder on disk says it."""

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct


class Theme(Struct, frozen=True):
    """One folder. `name` is the folder's and the setting's, `title` what people call it; `css` as in its file."""

    name: str
    folder: Path
    css: str
    title: str
    author: str
    sentence: str
    preview: str
    variables: Mapping[str, str]
