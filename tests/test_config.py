"""Settings: flag over environment over default, and nothing unknown or wrong gets by."""

from ipaddress import ip_network
from pathlib import Path

import pytest

from tidings.config import TABLE, SettingsError, load, without_password


def test_a_flag_wins_over_the_environment_over_the_default() -> None:
    environment = {"TIDINGS_PORT": "9000", "TIDINGS_HOST": "::1"}
    settings = load({"port": "9001", "host": None}, environment)
    assert (settings.port, settings.host, settings.log_format) == (9001, "::1", "text")
    assert (settings.sources["PORT"], settings.sources["HOST"], settings.sources["LOG_FORMAT"]) == (
        "flag",
        "environment",
        "default",
    )
    assert settings.base_url == "http://[::1]:9001"


def test_defaults_of_a_command_stand_in_for_the_tables() -> None:
    assert load({}, {}, {"DATABASE_URL": "sqlite:///x.db"}).database_path == Path("x.db")
    assert load({}, {"TIDINGS_DATABASE_URL": "sqlite:////y.db"}, {"DATABASE_URL": "sqlite:///x.db"}).database_path == Path(
        "/y.db"
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "http"),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("PORT", ""),
        ("BASE_URL", "tidings.example"),
        ("BASE_URL", "ftp://tidings.example"),
        ("BASE_URL", "http://x:999999"),
        ("DATABASE_URL", "mysql://x"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("RATE_LIMITS", "yes"),
        ("LOG_FORMAT", "xml"),
        ("THEMES", "a\0b"),
        ("TRUSTED_PROXIES", "example.com"),
        ("RETENTION_DAYS", "-1"),
        ("RETENTION_DAYS", "1.5"),
        ("RETENTION_DAYS", "36501"),
        ("RETENTION_DAYS", "9" * 5_000),
        ("RETENTION_DAYS", "٣"),
        ("OUTBOUND_ALLOWED_NETWORKS", "intern"),
        ("OUTBOUND_ALLOWED_NETWORKS", "10.0.0.1/8"),
    ],
)
def test_a_bad_value_is_named_with_its_key(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"TIDINGS_{name} ") as refusal:
        load({}, {f"TIDINGS_{name}": value})
    assert repr(value)[1:-1] in str(refusal.value)


def test_a_folder_of_themes() -> None:
    assert load({}, {}).themes is load({}, {"TIDINGS_THEMES": ""}).themes is None
    assert load({"themes": "a"}, {"TIDINGS_THEMES": "b"}).themes == Path("a")


def test_days_and_networks() -> None:
    assert load({}, {}).retention_days == 0
    assert load({}, {"TIDINGS_RETENTION_DAYS": "36500"}).retention_days == 36_500
    assert load({}, {}).outbound_allowed_networks == ()
    networks = load({}, {"TIDINGS_OUTBOUND_ALLOWED_NETWORKS": "10.0.0.0/8, fd00::1"}).outbound_allowed_networks
    assert networks == (ip_network("10.0.0.0/8"), ip_network("fd00::1/128"))


def test_an_unknown_setting_is_named_beside_the_known_ones() -> None:
    with pytest.raises(SettingsError, match=r"TIDINGS_PROT is not a setting\. Known: .*TIDINGS_PORT"):
        load({}, {"TIDINGS_PROT": "1"})


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("hush, hush, hush, hush\n")
    settings = load({}, {"TIDINGS_SECRET_KEY_FILE": str(tmp_path / "key")})
    assert settings.secret_key == "hush, hush, hush, hush"
    with pytest.raises(SettingsError, match="can not be read"):
        load({}, {"TIDINGS_SECRET_KEY_FILE": str(tmp_path / "none")})


@pytest.mark.parametrize("value", ["", "short"])
def test_a_secret_that_is_none_is_refused_and_not_said(value: str, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(value)
    for environment in ({"TIDINGS_SECRET_KEY": value}, {"TIDINGS_SECRET_KEY_FILE": str(tmp_path / "key")}):
        with pytest.raises(SettingsError, match="TIDINGS_SECRET_KEY ") as refusal:
            load({}, environment)
        assert "short" not in str(refusal.value)


def test_every_address_is_reached_by_one_that_browsers_can_use() -> None:
    for host, url in (("0.0.0.0", "http://127.0.0.1:1"), ("::", "http://[::1]:1"), ("::1", "http://[::1]:1")):
        assert load({"host": host, "port": "1"}, {}).base_url == url


def test_no_password_is_ever_said() -> None:
    with pytest.raises(SettingsError) as refusal:
        load({}, {"TIDINGS_DATABASE_URL": "postgresql://u:hush@h/db"})
    assert "hush" not in str(refusal.value)
    assert without_password("postgresql://u:hu/sh@x@h/db") == "postgresql://***@h/db"
    assert without_password("postgresql://u:hush@h/db") == "postgresql://***@h/db"


def test_every_setting_has_help_and_a_default_that_does() -> None:
    for setting in TABLE:
        assert setting.help.endswith(".")
        setting.parse(setting.default)
