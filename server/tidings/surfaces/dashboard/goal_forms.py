"""Goals to add, to change and to delete, each with its line in the audit log."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Connection

from tidings.domain import audit, goal_statistics, goals
from tidings.errors import Invalid, TidingsError
from tidings.records.goal import CURRENCIES, NO_VALUE, Goal
from tidings.surfaces.dashboard.errors import errors_of, status_of
from tidings.surfaces.dashboard.formats import ISO_CODES
from tidings.surfaces.dashboard.goals import OF_ONE, named
from tidings.surfaces.dashboard.plumbing import Page, Read, Redirect, Route, Visit, Work, Write
from tidings.surfaces.goals import goal_changes, goal_draft
from tidings.surfaces.page_rules import MOST_PAGE_RULES, in_words

# Lines for rules that a form has beyond those that are there: without scripts nobody can add one.
SPARE_RULES = 2
RULE_MATCHES = (("include", "Reached on"), ("exclude", "But not on"))
LABELS = {"currency": "The currency"}
_CURRENCY_NAMES = {"integer": "A number of anything", NO_VALUE: "None: only how often it was reached"}


def currency_name(name: str) -> str:
    """A currency as the forms say it: Dollar (USD)."""
    return _CURRENCY_NAMES.get(name) or f"{name.capitalize()} ({ISO_CODES[name]})"


CURRENCY_OPTIONS = tuple((name, currency_name(name)) for name in CURRENCIES)


def new_page(visit: Visit) -> Work:
    """GET …/goals/new"""
    return _form(None, {"name": "", "currency": visit.application.display.currency}, ())


def edit_page(visit: Visit) -> Work:
    """GET …/goals/{goal_id}/edit"""
    return Read(
        partial(goals.retrieve, **named(visit)),
        lambda goal: _form(
            goal, {"name": goal.name, "currency": goal.currency}, [(one.match, one.path) for one in goal.page_rules]
        ),
    )


def _form(
    goal: Goal | None,
    typed: Mapping[str, str],
    rules: Sequence[tuple[str, str]],
    error: TidingsError | None = None,
) -> Page:
    room = min(MOST_PAGE_RULES, len(rules) + SPARE_RULES)
    values = {
        "goal": goal,
        "typed": typed,
        "rules": [*rules, *[("include", "")] * (room - len(rules))],
        "matches": RULE_MATCHES,
        "currencies": CURRENCY_OPTIONS,
        "errors": _errors(error),
    }
    return Page("goal_form.html", values, 200 if error is None else status_of(error))


def _errors(error: TidingsError | None) -> dict[str, str]:
    """What is wrong, by the field of the form: of a rule that is its path, whose member is `page_rules[0].path`."""
    if error is None:
        return {}
    return {
        name.replace("page_rules[", "path-").split("]")[0] if name.startswith("page_rules[") else name: words
        for name, words in errors_of(error, LABELS).items()
    }


def _typed(visit: Visit) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """What was sent: the fields, and the rules that have a path."""
    pairs = zip(visit.form.all("match"), visit.form.all("path"), strict=False)
    rules = [(match, path.strip()) for match, path in pairs if path.strip()]
    return {"name": visit.form["name"].strip(), "currency": visit.form["currency"]}, rules


def _body(typed: Mapping[str, str], rules: Sequence[tuple[str, str]]) -> dict[str, Any]:
    return {**typed, "page_rules": [{"match": match, "path": path} for match, path in rules]}


def create_post(visit: Visit) -> Work:
    """POST …/goals/new"""
    typed, rules = _typed(visit)
    try:
        draft = goal_draft(_body(typed, rules), in_words)
    except Invalid as error:
        return _form(None, typed, rules, error)

    def job(connection: Connection) -> Goal:
        goal = goals.create(connection, application_id=visit.application.id, draft=draft, now=visit.now)
        _note(connection, visit, "goal.created", goal)
        return goal

    return Write(
        job,
        lambda goal: Redirect(f"{visit.base}/goals/{goal.id}", "created"),
        lambda error: _form(None, typed, rules, error),
    )


def edit_post(visit: Visit) -> Work:
    """POST …/goals/{goal_id}/edit"""
    typed, rules = _typed(visit)
    which = named(visit)
    try:
        changes = goal_changes(_body(typed, rules), in_words)
    except Invalid as error:
        refusal = error
        return Read(partial(goals.retrieve, **which), lambda goal: _form(goal, typed, rules, refusal))

    def job(connection: Connection) -> Goal:
        before = goals.retrieve(connection, **which)
        goal = goals.update(connection, changes=changes, now=visit.now, **which)
        if goal != before:
            _note(connection, visit, "goal.updated", goal)
        return goal

    return Write(job, lambda goal: Redirect(f"{visit.base}/goals/{goal.id}", "saved"))


def delete_page(visit: Visit) -> Work:
    """GET …/goals/{goal_id}/delete: what goes with it, and the button."""
    which = named(visit)

    def query(connection: Connection) -> tuple[Goal, int]:
        goal = goals.retrieve(connection, **which)
        return goal, goal_statistics.number_of_all_time(connection, **which)

    return Read(query, lambda found: Page("goal_delete.html", {"goal": found[0], "number": found[1], "errors": {}}))


def delete_post(visit: Visit) -> Work:
    """POST …/goals/{goal_id}/delete"""
    which = named(visit)

    def job(connection: Connection) -> None:
        goal = goals.retrieve(connection, **which)
        _note(connection, visit, "goal.deleted", goal)
        goals.delete(connection, **which)

    return Write(job, lambda _: Redirect(f"{visit.base}/goals", "deleted"))


def _note(connection: Connection, visit: Visit, deed: str, goal: Goal) -> None:
    audit.note(
        connection,
        visit.by,
        deed,
        application_id=visit.application.id,
        subject=f"{goal.name} ({goal.id})",
        detail={"goal_id": goal.id},
        now=visit.now,
    )


ROUTES = (
    Route(
        "/applications/{application_id}/goals/new",
        {"GET": new_page, "POST": create_post},
        {"GET": "editor", "POST": "editor"},
    ),
    Route(f"{OF_ONE}/edit", {"GET": edit_page, "POST": edit_post}, {"GET": "editor", "POST": "editor"}),
    Route(f"{OF_ONE}/delete", {"GET": delete_page, "POST": delete_post}, {"GET": "editor", "POST": "editor"}),
)
