"""The jobs: what happens by itself, how often, and the lease under which each is done once by any number of processes."""

from collections.abc import Callable

from msgspec import Struct
from sqlalchemy import Connection

from tidings.config import Settings
from tidings.domain import deliveries, imports, log_in, members, sessions, windows
from tidings.domain.retention import remove_old_events
from tidings.domain.statistics_roll_up import roll_up
from tidings.storage.leases import end_lease, take_lease


class Moment(Struct, frozen=True):
    """When a job is run (milliseconds), under which settings, and by which process."""

    now: int
    settings: Settings
    holder: str


class Job(Struct, frozen=True):
    """`step` is one short transaction: some milliseconds, since events wait for it. True: there is more to do at once.

    `every`: seconds.
    """

    name: str
    every: int
    step: Callable[[Connection, Moment], bool]


TABLE = (
    Job("close_windows", 5, lambda connection, at: windows.close_windows(connection, at.now)),
    Job("sweep_leases", 15, lambda connection, at: deliveries.sweep_leases(connection, at.now, at.holder)),
    Job(
        "remove_old_events",
        60,
        lambda connection, at: remove_old_events(connection, at.now, at.settings.retention_days),
    ),
    Job("roll_up", 600, lambda connection, at: roll_up(connection, at.now)),
    Job("forget_old_deliveries", 600, lambda connection, at: deliveries.forget_old_deliveries(connection, at.now)),
    Job("remove_ended_sessions", 600, lambda connection, at: sessions.remove_ended(connection, at.now)),
    Job("remove_old_invitations", 600, lambda connection, at: members.remove_old_invitations(connection, at.now)),
    Job("forget_failed_log_ins", 600, lambda connection, at: log_in.remove_forgotten(connection, at.now)),
    Job("tidy_imports", 60, lambda connection, at: imports.tidy(connection, at.now)),
    Job("forget_deleted_webhooks", 60, lambda connection, _at: deliveries.forget_deleted_webhooks(connection)),
)


def run_step(connection: Connection, job: Job, at: Moment) -> bool:
    """Takes the job's lease and does a step of it, in one transaction; True when it is to be called again soon.

    False too when another process has the lease. A step that fails takes no lease: its transaction is rolled back.
    """
    if not take_lease(connection, job.name, at.holder, at.now, at.now + job.every * 1_000):
        return False
    more = job.step(connection, at)
    if more:
        end_lease(connection, job.name, at.now)
    return more
