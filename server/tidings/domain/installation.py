"""Is it installed? Looks at a page of the site as a browser would, and says what it found and what to do next."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from tidings.domain import installed_tag
from tidings.domain.content_policy import from_header
from tidings.domain.page_source import Source, read_source
from tidings.domain.site_answers import not_a_page, on_the_way, why_no_page
from tidings.outbound.guard import Guard
from tidings.outbound.page_fetch import NoPage, Page, fetch
from tidings.records.installation import Finding, Report, Verdict, Wanted

_GTM = re.compile(r"googletagmanager\.com/(?:gtm\.js|ns\.html)|\bGTM-[A-Z0-9]{4,12}\b")
# What a visitor could read without JavaScript, in letters, below which a page is taken for the shell of one.
SHELL_LETTERS = 200
# Of the tags of one page: the first of them; nobody reads more.
MOST_FINDINGS = 20
SEE_FOR_YOURSELF = (
    "Open the page in a browser and type fomo.whyDisabled() into its console: an answer, be it empty, means that the script "
    "is there; “fomo is not defined” means that it is not."
)


def check(guard: Guard, url: str, wanted: Wanted) -> Report:
    """Fetches the page and judges it. Takes page_fetch.SECONDS at most; never raises for what the network does."""
    return judge(fetch(guard, url, own=wanted.base_url), url, wanted)


def judge(found: Page | NoPage, asked: str, wanted: Wanted) -> Report:
    """What there is to say of a page, or of why there is none. `asked`: the address that was looked for."""
    way = on_the_way(asked, found.url)
    if isinstance(found, NoPage):
        return Report("unreachable", found.url, (why_no_page(found), *way))
    source = read_source(found.text, found.url)
    if problem := not_a_page(found, source):
        return Report("unreachable", found.url, (problem, *way))
    tags = installed_tag.ours(source, wanted)
    policies = [
        *from_header(found.headers.get("content-security-policy", "")),
        *from_header(found.headers.get("content-security-policy-report-only", ""), reports=True),
    ]
    findings = installed_tag.judge(tags, source, policies, found.url, wanted)[:MOST_FINDINGS]
    verdict = _verdict(findings, there=bool(tags))
    if verdict != "installed":
        findings += _traces(found.text, source, wanted)
    if verdict == "missing":
        unclear = any(finding.code in ("tag_manager", "mentioned", "shell") for finding in findings)
        verdict = "unclear" if unclear else verdict
        findings.insert(0, _missing(unclear, wanted))
    findings += _beside(found, source, wanted, verdict)
    return Report(verdict, found.url, (*findings, *way))


def _verdict(findings: Sequence[Finding], *, there: bool) -> Verdict:
    codes = {finding.code for finding in findings if finding.kind == "bad"}
    if not there:
        return "missing"
    if any(finding.code == "installed" for finding in findings):
        return "installed"
    if not codes:
        return "unclear"  # all of them are held back, for a while
    return "blocked" if codes & {"policy", "mixed_content", "no_crossorigin"} else "wrong"


def _missing(unclear: bool, wanted: Wanted) -> Finding:
    tag = installed_tag.snippet(wanted)
    if unclear:
        said = "The script does not stand in the HTML that this page's server sends. It may be put in later, by JavaScript."
        return Finding("warning", "not_in_html", said, SEE_FOR_YOURSELF, words=tag)
    said = "The script is not on this page."
    todo = "Paste this snippet into the page, before </head>, publish the page, and look again."
    return Finding("bad", "missing", said, todo, words=tag)


def _traces(text: str, source: Source, wanted: Wanted) -> list[Finding]:
    """Where a script that does not run may come from all the same, or has been lost."""
    found = []
    for line, comment in source.comments:
        if installed_tag.mentions(comment, wanted):
            said = f"The script stands in a comment, which ends on line {line}: browsers skip it."
            found.append(Finding("bad", "in_comment", said, "Take away <!-- before it and --> behind it.", line=line))
            break
    if _GTM.search(text):
        said = "The page uses Google Tag Manager. What a tag manager puts in can not be seen in the HTML."
        todo = f"Publish the container with the snippet in it (Submit, then Publish). {SEE_FOR_YOURSELF}"
        found.append(Finding("plain", "tag_manager", said, todo))
    in_comments = any(finding.code == "in_comment" for finding in found)
    if not in_comments and (line := _escaped_line(text, wanted)):
        said = f"The snippet stands on line {line} as text that visitors read: an editor has escaped it."
        todo = "Paste it where HTML is taken as HTML: “Custom HTML” or “Code”, not the visual editor."
        found.append(Finding("bad", "escaped", said, todo, line=line))
    elif not in_comments and not installed_tag.ours(source, wanted) and (line := _mentioned_line(text, wanted)):
        said = f"Line {line} of the page names the script's address without being its tag."
        todo = f"A script of yours may load it. {SEE_FOR_YOURSELF}"
        found.append(Finding("plain", "mentioned", said, todo, line=line))
    if source.is_shell and source.letters < SHELL_LETTERS:
        said = "The page is an empty shell that JavaScript fills in: only the shell was looked at."
        todo = "Put the snippet into the shell itself (index.html, or the layout), or load it from your code."
        found.append(Finding("plain", "shell", said, todo))
    return found


def _escaped_line(text: str, wanted: Wanted) -> int:
    for number, line in enumerate(text.splitlines(), 1):
        if "&lt;script" in line.lower() and installed_tag.mentions(line, wanted):
            return number
    return 0


def _mentioned_line(text: str, wanted: Wanted) -> int:
    return next((n for n, line in enumerate(text.splitlines(), 1) if installed_tag.mentions(line, wanted)), 0)


def _beside(found: Page, source: Source, wanted: Wanted, verdict: Verdict) -> list[Finding]:
    """What else keeps notifications away, and what was not seen."""
    findings = []
    if not wanted.enabled:
        said = "The application is switched off: the script loads and shows nothing."
        findings.append(Finding("warning", "off", said, "Switch it on in the list of applications."))
    if source.metas.get("fomo:enabled", "").strip().lower() == "false":
        said = 'The page has <meta name="fomo:enabled" content="false">: nothing is shown on it.'
        findings.append(Finding("warning", "meta_off", said, "Take that element away to show notifications here."))
    if refresh := source.metas.get("refresh", ""):
        said = f"The page sends visitors on by itself (“{refresh[:200]}”)."
        findings.append(Finding("plain", "refresh", said, "Look at the page that it leads to, too."))
    if source.asks_password and verdict in ("missing", "unclear"):
        said = "The page asks for a password: the script may be behind it, where it is not seen from here."
        findings.append(Finding("plain", "password_field", said))
    if found.cut:
        said = "The page is longer than what is read of it (2 MiB), or broke off: the rest was not looked at."
        findings.append(Finding("plain", "cut", said, "Put the snippet near the top of the page."))
    page, ours = urlsplit(found.url), urlsplit(wanted.base_url)
    if page.scheme == "https" and ours.scheme == "http" and not installed_tag.is_this_machine(ours.hostname or ""):
        said = f"The page is served by https, and this server is known as {wanted.base_url}: browsers refuse such a script."
        todo = "Serve Tidings by https and set TIDINGS_BASE_URL to that address (docs/operations.md)."
        findings.append(Finding("bad", "http_server", said, todo))
    return findings
