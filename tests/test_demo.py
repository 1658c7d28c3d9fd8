"""The demo keeps to its own: it makes one application, finds it again, and leaves others alone."""

from pathlib import Path

from tidings import demo
from tidings.config import Settings, load
from tidings.domain import applications, event_types
from tidings.domain.directory import read_entry, token_hash
from tidings.storage.applications import application_by_client_id, application_by_token_hash
from tidings.storage.engine import writing_engine
from tidings.storage.event_counts import Scope, total
from tidings.storage.event_lists import newest_events
from tidings.storage.migrate import migrate

NOW = 1_795_000_000_000


def settings(path: Path, port: int = 8000) -> Settings:
    return load({"database_url": f"sqlite:///{path}", "port": str(port)}, {})


def test_it_finds_its_own_again_and_makes_nothing_twice(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    migrate(path)
    engine = writing_engine(path, checkpoints=False)
    first = demo.prepare(engine, settings(path), b"s" * 32, NOW)
    again = demo.prepare(engine, settings(path), b"s" * 32, NOW)
    assert first == again
    (tmp_path / "demo.token").unlink()
    renewed = demo.prepare(engine, settings(path), b"s" * 32, NOW)
    assert renewed.client_id == first.client_id
    assert renewed.auth_token != first.auth_token
    moved = demo.prepare(engine, settings(path, 8001), b"s" * 32, NOW)
    with engine.begin() as connection:
        application = application_by_client_id(connection, moved.client_id)
        assert application is not None
        assert total(connection, Scope(application.id)) == 6
        assert {event.provenance for event in newest_events(connection, application.id, 10)} == {"demo"}
    engine.dispose()


def test_it_starts_again_after_its_event_types_were_deleted(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    migrate(path)
    engine = writing_engine(path, checkpoints=False)
    shop = demo.prepare(engine, settings(path), b"s" * 32, NOW)
    with engine.begin() as connection:
        for client_id, number in (
            (shop.client_id, shop.event_type_id),
            (shop.arabic.client_id, shop.arabic.event_type_id),
        ):
            application = application_by_client_id(connection, client_id)
            assert application is not None
            event_types.delete(connection, application_id=application.id, event_type_id=number, with_events=True)
    again = demo.prepare(engine, settings(path), b"s" * 32, NOW)
    assert (again.client_id, again.arabic.client_id) == (shop.client_id, shop.arabic.client_id)
    with engine.begin() as connection:
        application = application_by_client_id(connection, again.arabic.client_id)
        assert application is not None
        assert total(connection, Scope(application.id)) == 5
        [event_type] = read_entry(connection, application).event_types.values()
        assert event_type.message.startswith("طلب جديد")
    engine.dispose()


def test_a_real_application_keeps_its_token_and_gets_no_sample_sales(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    migrate(path)
    engine = writing_engine(path, checkpoints=False)
    with engine.begin() as connection:
        real = applications.create(connection, "Demo shop", "https://shop.example", NOW)
    shop = demo.prepare(engine, settings(path), b"s" * 32, NOW)
    assert shop.client_id != real.entry.application.client_id
    with engine.begin() as connection:
        assert application_by_token_hash(connection, token_hash(real.auth_token)) == real.entry.application
        assert total(connection, Scope(real.entry.application.id)) == 0
    engine.dispose()


def test_the_branch_in_arabic_is_an_application_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    migrate(path)
    engine = writing_engine(path, checkpoints=False)
    shop = demo.prepare(engine, settings(path), b"s" * 32, NOW)
    assert demo.prepare(engine, settings(path), b"s" * 32, NOW + 60_000).arabic == shop.arabic
    with engine.begin() as connection:
        assert len(applications.every(connection)) == 2
        application = application_by_client_id(connection, shop.arabic.client_id)
        assert application is not None
        assert application.client_id != shop.client_id
        assert application.display.language == "ar"
        token = Path(shop.arabic.token_file).read_text("ascii").strip()
        assert application_by_token_hash(connection, token_hash(token)) == application
        newest = newest_events(connection, application.id, limit=100)
        assert len(newest) == 5
        assert all((event.external_id or "").startswith("ink-and-onion-") for event in newest), "they are known as samples"
        event_type = read_entry(connection, application).event_types[shop.arabic.event_type_id]
        assert event_type.message.startswith("طلب جديد من {{ first_name }}")
    engine.dispose()


def test_the_branch_finds_its_own_again_without_its_token(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    migrate(path)
    engine = writing_engine(path, checkpoints=False)
    shop = demo.prepare(engine, settings(path), b"s" * 32, NOW)
    token_file = Path(shop.arabic.token_file)
    before = token_file.read_text("ascii")
    token_file.unlink()
    again = demo.prepare(engine, settings(path), b"s" * 32, NOW)
    assert again.arabic == shop.arabic
    assert again.auth_token == shop.auth_token, "the other one keeps its own"
    assert token_file.read_text("ascii") != before
    assert token_file.stat().st_mode & 0o777 == 0o600
    engine.dispose()
