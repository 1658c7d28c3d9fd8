"""Brings a database file up to date, in one transaction, and says where it stands."""

from functools import lru_cache
from pathlib import Path

from alembic.command import upgrade
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from tidings.storage.engine import DatabaseError, ServerLock, check_file, make_folder, reading_engine, writing_engine

_SCRIPTS = Path(__file__).with_name("migrations")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


@lru_cache(maxsize=1)
def newest_revision() -> str:
    """The revision that this version of Tidings works with."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def current_revision(connection: Connection) -> str:
    """The revision of the database behind `connection`; "" for an empty one."""
    return MigrationContext.configure(connection).get_current_revision() or ""


def bring_up_to_date(path: Path) -> tuple[str, str]:
    """`migrate` for commands that may run beside a server: what a running server works with is not changed under it.

    Raises DatabaseError, also when the server that runs is of another version.
    """
    if path.exists() and path.stat().st_size:
        check_file(path)
        engine = reading_engine(path)
        try:
            with engine.connect() as connection:
                if current_revision(connection) == newest_revision():
                    return newest_revision(), newest_revision()
        except OperationalError as error:
            raise DatabaseError(f"{path} can not be read: {error.orig}.") from None
        finally:
            engine.dispose()
    lock = ServerLock(path)
    try:
        return migrate(path)
    finally:
        lock.release()


def migrate(path: Path) -> tuple[str, str]:
    """Makes the file if it is missing and applies what it lacks: all of it, or on a refusal nothing.

    Returns the revisions before and after. Raises DatabaseError for a file that is not ours, damaged, newer or not writable.
    """
    make_folder(path)
    check_file(path)
    engine = writing_engine(path, checkpoints=False)
    config = _config()
    try:
        with engine.begin() as connection:
            before = current_revision(connection)
            if before == newest_revision():
                return before, before
            config.attributes["connection"] = connection
            upgrade(config, "head")
            return before, current_revision(connection)
    except CommandError:
        raise DatabaseError(f"{path} was made by a newer version of Tidings; this one does not touch it.") from None
    except OperationalError as error:
        raise DatabaseError(f"{path} can not be written: {error.orig}.") from None
    finally:
        engine.dispose()
