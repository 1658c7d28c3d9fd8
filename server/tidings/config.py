"""The settings as a table, and the only reader of the environment."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PREFIX = "TIDINGS_"
SECRET_LEAST = 16
# A hundred years.
MOST_DAYS = 36_500
_CREDENTIALS = re.compile(r"://.*@")


class SettingsError(Exception):
    """A setting that can not be used: one sentence with the key, the value and what would do."""


def _text(value: str) -> str:
    return value


def _secret(value: str) -> str:
    if value and len(value) < SECRET_LEAST:
        raise ValueError(f"at least {SECRET_LEAST} characters")
    return value


def _port(value: str) -> int:
    if not (value.isascii() and value.isdigit() and 0 <= int(value) <= 65535):
        raise ValueError("a port from 0 to 65535")
    return int(value)


def _switch(value: str) -> bool:
    if value not in ("on", "off"):
        raise ValueError("on or off")
    return value == "on"


def _log_format(value: str) -> str:
    if value not in ("text", "json"):
        raise ValueError("text or json")
    return value


def _database(value: str) -> str:
    if value.startswith("postgresql"):
        raise ValueError("a SQLite file for now (sqlite:///path/to/file.db): PostgreSQL is not built in yet")
    path = value.removeprefix("sqlite:///")
    if path == value or not path or "?" in path or path == ":memory:" or "\0" in path:
        raise ValueError("a SQLite file, such as sqlite:///var/tidings.db")
    return value


def _base_url(value: str) -> str:
    if not value:
        return ""
    parts = urlsplit(value)
    _ = parts.port  # raises ValueError by itself for one that is none
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ValueError("an absolute http or https URL, such as https://tidings.example")
    return value.rstrip("/")


def _path(value: str) -> Path | None:
    if "\0" in value:
        raise ValueError("the path of a file")
    return Path(value) if value else None


def _days(value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) <= 5 and int(value) <= MOST_DAYS):
        raise ValueError(f"days from 0 (events are kept for ever) to {MOST_DAYS}")
    return int(value)


def _folder(value: str) -> Path | None:
    if "\0" in value:
        raise ValueError("the path of a folder")
    return Path(value) if value else None


def _networks(value: str) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(ip_network(item.strip()) for item in value.split(",") if item.strip())
    except ValueError as error:
        raise ValueError("addresses or networks with commas between, such as 127.0.0.1,10.0.0.0/8") from error


@dataclass(frozen=True)
class Setting:
    """One row of the table. `name`: without the prefix; `parse`: raises ValueError that says what would do."""

    name: str
    parse: Callable[[str], Any]
    default: str
    help: str
    secret: bool = False


TABLE = (
    Setting("DATABASE_URL", _database, "sqlite:///var/tidings.db", "Where events are kept: a SQLite file."),
    Setting("HOST", _text, "127.0.0.1", "The address to listen on."),
    Setting("PORT", _port, "8000", "The port to listen on; 0 takes a free one."),
    Setting("BASE_URL", _base_url, "", "How browsers reach this server. Default: http://HOST:PORT."),
    Setting(
        "SECRET_KEY",
        _secret,
        "",
        "Keys the hashes of e-mail addresses. Made and kept beside the database if absent.",
        True,
    ),
    Setting("TRUSTED_PROXIES", _networks, "", "Proxies whose X-Forwarded-For is believed, as addresses or networks."),
    Setting("GEOIP_DATABASE", _path, "", "A file of the MaxMind DB format, to find city and country of an IP address by."),
    Setting("THEMES", _folder, "", "A folder of your own themes, one folder each, beside those that come with Tidings."),
    Setting("RETENTION_DAYS", _days, "0", "Events older than so many days are deleted; 0: never. Figures stay."),
    Setting(
        "OUTBOUND_ALLOWED_NETWORKS",
        _networks,
        "",
        "Private addresses or networks that webhooks and looks at a site may call, at any port; public ones need no leave.",
    ),
    Setting("RATE_LIMITS", _switch, "on", "Limits per address (wrong tokens, beacons, connections): on or off."),
    Setting("LOG_FORMAT", _log_format, "text", "How log lines look: text or json."),
)
_BY_NAME = {setting.name: setting for setting in TABLE}


@dataclass(frozen=True)
class Settings:
    """The settings in force. `sources` says of each where it came from: flag, environment, file or default."""

    database_url: str
    host: str
    port: int
    base_url: str
    secret_key: str
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...]
    geoip_database: Path | None
    themes: Path | None
    retention_days: int
    outbound_allowed_networks: tuple[IPv4Network | IPv6Network, ...]
    rate_limits: bool
    log_format: str
    sources: Mapping[str, str]

    @property
    def database_path(self) -> Path:
        """The SQLite file that DATABASE_URL names."""
        return Path(self.database_url.removeprefix("sqlite:///"))


def load(
    flags: Mapping[str, str | None] | None = None,
    environment: Mapping[str, str] | None = None,
    defaults: Mapping[str, str] | None = None,
) -> Settings:
    """Reads flags, then `TIDINGS_<NAME>`, then `TIDINGS_<NAME>_FILE` (secrets), then defaults.

    `defaults` stand in for those of the table (the demo has a database of its own).

    Raises SettingsError for an unknown name or a value that does not do.
    """
    environment = os.environ if environment is None else environment
    given = {key.upper(): value for key, value in (flags or {}).items() if value is not None}
    _refuse_unknown(environment)
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for setting in TABLE:
        text, source = _look_up(setting, given, environment)
        if source == "default" and defaults:
            text = defaults.get(setting.name, text)
        if text == "" and source != "default" and (setting.default or setting.secret):
            instead = repr(setting.default) if setting.default else "one that is made"
            raise SettingsError(f"{PREFIX}{setting.name} is empty ({source}); leave it out for {instead}.")
        try:
            values[setting.name.lower()] = setting.parse(text)
        except ValueError as error:
            shown = "(hidden)" if setting.secret else repr(without_password(text))
            raise SettingsError(f"{PREFIX}{setting.name} has the value {shown} ({source}). It takes {error}.") from None
        sources[setting.name] = source
    if not values["base_url"]:
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(values["host"], values["host"])  # noqa: S104 - compared, not bound
        values["base_url"] = f"http://{f'[{host}]' if ':' in host else host}:{values['port']}"
    return Settings(**values, sources=sources)


def without_password(text: str) -> str:
    """A URL with what stands before its "@" taken out, for people and logs."""
    return _CREDENTIALS.sub("://***@", text)


def _look_up(setting: Setting, flags: Mapping[str, str], environment: Mapping[str, str]) -> tuple[str, str]:
    key = PREFIX + setting.name
    if setting.name in flags:
        return flags[setting.name], "flag"
    if key in environment:
        return environment[key], "environment"
    if setting.secret and f"{key}_FILE" in environment:
        path = Path(environment[f"{key}_FILE"])
        try:
            return path.read_text("utf-8").strip(), f"file {path}"
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{key}_FILE names {str(path)!r}, which can not be read: {error}.") from None
    return setting.default, "default"


def _refuse_unknown(environment: Mapping[str, str]) -> None:
    known = {PREFIX + name for name in _BY_NAME} | {f"{PREFIX}{s.name}_FILE" for s in TABLE if s.secret}
    for key in environment:
        if key.startswith(PREFIX) and key not in known:
            raise SettingsError(f"{key} is not a setting. Known: {', '.join(sorted(known))}.")
