"""Design, Display and Advanced: the settings of an application, each on one page, with a preview of what is typed."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from typing import Any

import msgspec
from babel import Locale
from msgspec import Struct
from sqlalchemy import Connection

from tidings import assets
from tidings.domain.days import time_zones
from tidings.domain.themes import BUILT_IN, CUSTOM
from tidings.errors import Invalid, NotFound, TidingsError
from tidings.records.preview import PreviewContent
from tidings.render import contrast, look_block
from tidings.render.css_minify import minified
from tidings.render.custom_css import LIMIT, css_problem
from tidings.render.labels import catalogues
from tidings.surfaces.dashboard import previews, rule_rows
from tidings.surfaces.dashboard.goal_forms import currency_name
from tidings.surfaces.dashboard.plumbing import Data, Download, Page, Redirect, Route, Visit, Work, Write
from tidings.surfaces.dashboard.refusal_words import words
from tidings.surfaces.dashboard.setting_forms import (
    ADVANCED,
    DESIGN,
    DISPLAY,
    Parsed,
    Typed,
    parse,
    save,
    seen_of,
    typed_form,
    typed_saved,
    untouched,
)
from tidings.surfaces.settings import MONEY


class SettingPage(Struct, frozen=True):
    """One page. `sample`: its preview shows the last events at once, to be looked at; else it runs as it will run."""

    name: str
    settings: tuple[str, ...]
    sample: bool
    more: Callable[[Visit, Typed], dict[str, Any]]


# What a theme looks like in the gallery: in the place of the card, not in a corner of the screen.
_IN_GALLERY = (
    ":host{position:relative!important;display:block!important;z-index:0!important;inset:auto!important}"
    ".fomo-notification.fomo-notification{position:relative;inset:auto;width:auto;max-width:none;zoom:.64;animation:none}"
    "a{cursor:inherit}"
)
_BY_HAND = (
    "The custom CSS holds colours that were written by this page and changed by hand since. They hold over the fields "
    "here: take them out of the CSS to set them here again."
)
COLOUR_NAMES = {
    "background": "Background",
    "color": "Text",
    "muted": "Less important text",
    "accent": "Links and accent",
    "border": "Border",
}


def _get(page: SettingPage) -> Callable[[Visit], Work]:
    def handler(visit: Visit) -> Work:
        return _page(page, visit, typed_saved(visit.application.display, page.settings))

    return handler


def _post(page: SettingPage) -> Callable[[Visit], Work]:
    """Saves what was typed; for the buttons of the rows of rules it only draws the page anew."""

    def handler(visit: Visit) -> Work:
        typed = typed_form(visit.form, visit.application.display, page.settings)
        if rule_rows.asks_for_rows(visit.form):
            return _page(page, visit, typed)
        parsed = parse(typed, page.settings, untouched(typed, visit.form, visit.application.display))
        if parsed.errors:
            return _page(page, visit, typed, errors=parsed.errors)

        def job(connection: Connection) -> list[str]:
            return save(
                connection,
                application_id=visit.application.id,
                values=parsed.values,
                form=visit.form,
                by=visit.by,
                themes=visit.context.themes.names,
                now=visit.now,
            )

        return Write(
            job, lambda _names: Redirect(f"{visit.base}/{page.name}", "saved"), partial(_refused, page, visit, typed)
        )

    return handler


def _preview(page: SettingPage) -> Callable[[Visit], Work]:
    def handler(visit: Visit) -> Work:
        typed = typed_form(visit.form, visit.application.display, page.settings)
        parsed = parse(typed, page.settings, untouched(typed, visit.form, visit.application.display))
        if parsed.errors:
            return _wrong(page, visit, typed, parsed)
        content = PreviewContent(display=msgspec.to_builtins(parsed.values), sample=page.sample)

        def then(shown: previews.Shown) -> Work:
            if visit.fragment:
                return Data({**msgspec.to_builtins(shown), "notes": _notes(visit, typed), "errors": {}})
            return _page(page, visit, typed, shown=shown)

        return previews.keep(visit, content, then, partial(_refused, page, visit, typed))

    return handler


def _wrong(page: SettingPage, visit: Visit, typed: Typed, parsed: Parsed) -> Work:
    if visit.fragment:
        return Data({"errors": parsed.errors, "notes": []}, 422)
    return _page(page, visit, typed, errors=parsed.errors)


def _refused(page: SettingPage, visit: Visit, typed: Typed, error: TidingsError) -> Work:
    if not isinstance(error, Invalid):
        raise error
    return _wrong(page, visit, typed, Parsed({}, {error.field or "": words(error)}))


def _page(
    page: SettingPage,
    visit: Visit,
    typed: Typed,
    *,
    errors: Mapping[str, str] | None = None,
    shown: previews.Shown | None = None,
) -> Page:
    saved = visit.application.display
    values = {
        "typed": typed,
        "errors": errors or {},
        "shown": shown,
        # Of what the form was drawn from, as long as it goes to and fro.
        "seen": visit.form["seen"] or seen_of(saved, page.settings),
        "page": page.name,
        "enabled": saved.enabled,
        "may_edit": visit.may("editor"),
        **page.more(visit, typed),
    }
    return Page(f"{page.name}.html", values, 422 if errors else 200)


# -- what a page has beside its settings -------------------------------------------------------------------------------


def _of_design(visit: Visit, typed: Typed) -> dict[str, Any]:
    themes = visit.context.themes
    gallery = [{"name": one.name, "title": one.title, "words": one.sentence} for one in themes.all()]
    own = {
        "name": CUSTOM,
        "title": "Custom",
        "words": "The Card as a ground for CSS of your own, such as what you had at Fomo.",
    }
    theme = _variables(visit, str(typed["theme"]))
    return {
        "gallery": [*gallery, own],
        "languages": language_choices(str(typed["language"])),
        "notes": _notes(visit, typed),
        "colours": [
            {
                "name": name,
                "label": label,
                **dict(zip(("light", "dark"), contrast.theme_colours(theme.get(f"--fomo-{name}", "")), strict=True)),
                "read": f"--fomo-{name}" in theme,
            }
            for name, label in COLOUR_NAMES.items()
        ],
        "theme_radius": theme.get("--fomo-radius", ""),
        "css_place": _place(str(typed["custom_css"])),
    }


def _of_display(_visit: Visit, typed: Typed) -> dict[str, Any]:
    return {"notes": [], "rows": typed["page_rules"]}


def _of_advanced(_visit: Visit, _typed: Typed) -> dict[str, Any]:
    zones = [(name, name.replace("_", " ")) for name in sorted(time_zones())]
    return {"notes": [], "currencies": [(name, currency_name(name)) for name in MONEY], "zones": zones}


def _variables(visit: Visit, theme: str) -> Mapping[str, str]:
    wanted = BUILT_IN if theme == CUSTOM else theme
    return next((one.variables for one in visit.context.themes.all() if one.name == wanted), {})


def _notes(visit: Visit, typed: Typed) -> list[str]:
    """What there is to say of what was typed, although it may be so: colours that can hardly be read."""
    if "look" not in typed:
        return []
    fields = typed["look"]
    by_hand = [_BY_HAND] if look_block.holds_block(str(typed["custom_css"])) else []
    own = {
        scheme: {
            f"--fomo-{name}": value
            for name in look_block.COLOURS
            if look_block.is_colour(value := fields[f"{scheme}_{name}"].strip())
        }
        for scheme in ("light", "dark")
    }
    when = {"light": "by day", "dark": "by night"}
    return by_hand + [
        f"{one.what} on the background is {one.ratio:.1f} to 1 {when[one.scheme]}; below {contrast.LEAST} many can hardly "
        "read it."
        for one in contrast.faint(own, _variables(visit, str(typed["theme"])))
    ]


def _place(css: str) -> dict[str, Any] | None:
    """The line of the application's own CSS that is not let in, with what is around it."""
    problem = css_problem(css) if len(css) <= LIMIT else None
    if problem is None or not problem.line:
        return None
    lines = css.split("\n")
    text = lines[problem.line - 1] if problem.line <= len(lines) else ""
    at = problem.column - 1
    start = max(0, at - 60)
    return {
        "line": problem.line,
        "column": problem.column,
        "reason": problem.reason,
        "before": text[start:at],
        "part": text[at : at + 1] or " ",
        "after": text[at + 1 : at + 60],
    }


def language_choices(present: str) -> Sequence[tuple[str, str]]:
    """Every language that the widget's labels are translated to, by its own name; and the present one, whatever it is."""
    known = _languages()
    return known if any(tag == present for tag, _ in known) else ((present, present), *known)


@cache
def _languages() -> tuple[tuple[str, str], ...]:
    found = []
    for name in ("en", *catalogues()):
        locale = Locale.parse(name)
        own, english = locale.get_display_name(locale) or name, locale.get_display_name("en") or name
        label = own[:1].upper() + own[1:]
        found.append((name.replace("_", "-"), label if own == english else f"{label} ({english})", english))
    return tuple((tag, label) for tag, label, _ in sorted(found, key=lambda one: one[2]))


def theme_sheet(visit: Visit) -> Work:
    """A theme with what it stands on, as one style sheet for the gallery."""
    name = visit.path["theme"].removesuffix(".css")
    if name not in visit.context.themes.names:
        raise NotFound("There is no such theme.")
    return Download("theme.css", "text/css; charset=utf-8", [_sheet(visit, name if name != CUSTOM else BUILT_IN).encode()])


def _sheet(visit: Visit, name: str) -> str:
    theme = next((one.css for one in visit.context.themes.all() if one.name == name), "")
    return minified(_ground() + theme) + _IN_GALLERY


@cache
def _ground() -> str:
    return (assets.themes() / "base.css").read_text("utf-8")


PAGES = (
    SettingPage("design", DESIGN, True, _of_design),
    SettingPage("display", DISPLAY, False, _of_display),
    SettingPage("advanced", ADVANCED, False, _of_advanced),
)
_NEEDS: dict[Any, Any] = {"GET": "viewer", "POST": "editor"}
ROUTES = (
    Route("/applications/{application_id}/theme-sheets/{theme}", {"GET": theme_sheet}, {"GET": "viewer"}),
    *(
        route
        for page in PAGES
        for route in (
            Route(f"/applications/{{application_id}}/{page.name}", {"GET": _get(page), "POST": _post(page)}, _NEEDS),
            Route(f"/applications/{{application_id}}/{page.name}/preview", {"POST": _preview(page)}, {"POST": "editor"}),
        )
    ),
)
