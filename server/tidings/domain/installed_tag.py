"""Our script among those of a page: whose it is, whether it runs where it stands, and whether policies let it in."""

import re
from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

from msgspec import Struct

from tidings.domain import content_policy
from tidings.domain.content_policy import Policy, Tag
from tidings.domain.page_source import Script, Source
from tidings.records.installation import Finding, Wanted

_LOAD = re.compile(r"/api/v1/([^/?#\s\"'<>]+)/load\.js$")
_PINNED = re.compile(r"/widget/([^/?#\s\"'<>]+)/fomo\.js$")
_FOMO = re.compile(r"(?:^|\.)(?:use)?fomo\.com$")
_RUNS = re.compile(r"(?:text|application)/(?:x-)?(?:java|ecma)script|text/(?:javascript1\.[0-5]|jscript|livescript)|module|")


# Of the tags of one page: the first of them; nobody reads more.
MOST_TAGS = 20
# Characters of a policy that are shown beside what is said of it.
LONGEST_SHOWN = 1_000


class Ours(Struct, frozen=True):
    """A script element that is of this widget, of whatever application. `held`: kept back by something of the page's."""

    script: Script
    url: str
    client_id: str
    pinned: bool = False
    held: bool = False


def ours(source: Source, wanted: Wanted) -> list[Ours]:
    """The elements of a page that load this widget, or would if they were let; the first of them."""
    found: list[Ours] = []
    for script in source.scripts:
        if len(found) == MOST_TAGS:
            break
        path = urlsplit(script.url).path if script.url else ""
        if match := _LOAD.search(path):
            found.append(Ours(script, script.url, match[1], held=not _runs(script)))
        elif _PINNED.search(path) and "data-client-id" in script.attributes:
            found.append(Ours(script, script.url, script.attributes["data-client-id"], pinned=True, held=not _runs(script)))
        else:  # as consent tools and lazy loaders put it by: data-src, data-rocket-src, …
            aside = (value for name, value in script.attributes.items() if name != "src" and name.endswith("src"))
            address = next((value for value in aside if mentions(value, wanted)), "")
            if address:
                found.append(Ours(script, address, wanted.client_id, held=True))
    return found


def mentions(text: str, wanted: Wanted) -> bool:
    """Whether a text names the address of the application's script."""
    return f"/api/v1/{wanted.client_id}/load.js" in text


def snippet(wanted: Wanted) -> str:
    """The tag as it should be."""
    return f'<script src="{wanted.base_url}/api/v1/{wanted.client_id}/load.js" async></script>'


def judge(tags: Sequence[Ours], source: Source, policies: Sequence[Policy], page: str, wanted: Wanted) -> list[Finding]:
    """What there is to say of them. One of them with the code "installed" runs."""
    findings: list[Finding] = []
    running: list[Ours] = []
    for tag in tags:
        mine = tag.client_id == wanted.client_id
        problem = (
            _wrong_place(tag)
            or (None if mine else _of_another(tag, wanted))
            or _mixed(tag, source, policies, page)
            or _without_leave(tag, page)
        )
        if problem:
            findings.append(problem)
            continue
        blocked = _blocked(tag, source, policies, page)
        findings += blocked
        if not any(finding.kind == "bad" for finding in blocked):
            running.append(tag)
    first = running[:1]
    for tag in first:
        findings.insert(0, _installed(tag))
        findings += _remarks(tag, wanted)
        findings += _connections(tag, source, policies, page, wanted)
    if len(running) > 1:
        lines = " and ".join(str(tag.script.line) for tag in running[:4])
        said = f"The snippet is there {len(running)} times (lines {lines}). It runs once; the others are only weight."
        findings.append(Finding("warning", "twice", said, "Keep one: the theme or the tag manager, not both."))
    return findings


def is_this_machine(host: str) -> bool:
    """Whether browsers trust a host without https, because it is the machine that they run on."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _runs(script: Script) -> bool:
    kind = script.attributes.get("type", "").strip().lower()
    return _RUNS.fullmatch(kind) is not None and "nomodule" not in script.attributes


def _installed(tag: Ours) -> Finding:
    said = f"The script is on the page, on line {tag.script.line}, and browsers run it."
    return Finding("good", "installed", said, line=tag.script.line, shown=tag.script.shown)


def _wrong_place(tag: Ours) -> Finding | None:
    script = tag.script
    at = {"line": script.line, "shown": script.shown}
    if script.inside == "noscript":
        said = f"The snippet on line {script.line} stands inside <noscript>: browsers with JavaScript skip it."
        return Finding("bad", "in_noscript", said, "Move it out of the <noscript>.", **at)  # type: ignore[arg-type]
    if script.inside:
        said = f"The snippet on line {script.line} stands inside <template>, where nothing runs."
        return Finding("bad", "in_template", said, "Move it out of the <template>.", **at)  # type: ignore[arg-type]
    if tag.held:
        said = f"The snippet on line {script.line} is held back, by a consent tool or a plug-in that loads scripts late."
        todo = (
            "It runs when that lets it: after consent, or after the first scroll or touch. Exempt it, or check in a browser."
        )
        return Finding("warning", "held", said, todo, **at)  # type: ignore[arg-type]
    return None


def _of_another(tag: Ours, wanted: Wanted) -> Finding:
    script = tag.script
    host = urlsplit(tag.url).hostname or ""
    if _FOMO.search(host):
        said = f"Line {script.line} loads Fomo's own script from {host}. Both would show notifications."
        todo = "Put this snippet in its place."
        return Finding("bad", "fomo_itself", said, todo, script.line, script.shown, snippet(wanted))
    if name := wanted.others.get(tag.client_id):
        said = f"The snippet on line {script.line} is of your application “{name}”, not of this one."
        todo = "If the page belongs to this application, put this snippet in its place."
        return Finding("bad", "other_application", said, todo, script.line, script.shown, snippet(wanted))
    said = f"The client id in the snippet on line {script.line} is not this application's, nor that of another of yours."
    todo = "Was it copied whole, and is it this server's? Put this snippet in its place."
    return Finding("bad", "unknown_client", said, todo, script.line, script.shown, snippet(wanted))


def _mixed(tag: Ours, source: Source, policies: Sequence[Policy], page: str) -> Finding | None:
    parts = urlsplit(tag.url)
    upgraded = any("upgrade-insecure-requests" in one.directives for one in _in_force(tag, source, policies))
    if parts.scheme != "http" or urlsplit(page).scheme != "https" or upgraded or is_this_machine(parts.hostname or ""):
        return None
    said = f"The page is https and the snippet on line {tag.script.line} loads by http: browsers refuse it (mixed content)."
    words = tag.script.shown.replace("http://", "https://", 1)
    return Finding("bad", "mixed_content", said, "Write https in the snippet:", tag.script.line, tag.script.shown, words)


def _without_leave(tag: Ours, page: str) -> Finding | None:
    attributes = tag.script.attributes
    elsewhere = content_policy.source_of(tag.url) != content_policy.source_of(page)
    if not attributes.get("integrity") or "crossorigin" in attributes or not elsewhere:
        return None
    said = f"The snippet on line {tag.script.line} has integrity without crossorigin: browsers refuse it from another host."
    words = tag.script.shown.replace("<script ", "<script crossorigin ", 1)
    return Finding("bad", "no_crossorigin", said, "Add the word crossorigin:", tag.script.line, tag.script.shown, words)


def _in_force(tag: Ours, source: Source, policies: Sequence[Policy]) -> list[Policy]:
    """Those of the answer, and those of the page itself that stood before the tag."""
    return [*policies, *source.policies[: tag.script.policies]]


def _blocked(tag: Ours, source: Source, policies: Sequence[Policy], page: str) -> list[Finding]:
    attributes = tag.script.attributes
    seen = Tag(tag.url, attributes.get("nonce", ""), attributes.get("integrity", ""))
    refusing = [one for one in _in_force(tag, source, policies) if not content_policy.lets_script_in(one, seen, page)]
    return [_refusal(policy, tag) for policy in refusing]


def _refusal(policy: Policy, tag: Ours) -> Finding:
    where = f"the policy in the page (line {policy.line})" if policy.line else "the Content-Security-Policy header"
    if policy.forbids_scripts:
        said = f"No script runs on this page: {where} has sandbox without allow-scripts."
        return Finding("bad", "policy", said, "Add this to sandbox:", words="allow-scripts")
    directive = policy.deciding("script")
    shown = " ".join((directive, *policy.directives[directive]))[:LONGEST_SHOWN]
    if content_policy.has_keyword(policy, "script", "'strict-dynamic'"):
        said = f"Browsers block the script: {where} has 'strict-dynamic' in {directive}, so that hosts do not count."
        todo, words = "Load it from a script of yours that is let in already:", _by_script(tag)
        if content_policy.has_nonce(policy):
            todo = "Give the snippet the nonce of your other scripts, made anew by your server for each page:"
            words = tag.script.shown.replace("<script ", '<script nonce="THE PAGE\'S NONCE" ', 1)
    else:
        said = f"Browsers block the script: {where} does not let it in ({directive})."
        todo, words = content_policy.wanted(policy, "script", content_policy.source_of(tag.url))
    if policy.reports:
        said = said.replace("Browsers block the script: the", "Nothing is blocked yet, only reported: the", 1).replace(
            "Content-Security-Policy header", "Content-Security-Policy-Report-Only header"
        )
        return Finding("plain", "policy_reports", said, todo, policy.line, shown, words)
    return Finding("bad", "policy", said, todo, policy.line, shown, words)


def _by_script(tag: Ours) -> str:
    return f"const script = document.createElement('script');\nscript.src = '{tag.url}';\ndocument.head.append(script);"


def _remarks(tag: Ours, wanted: Wanted) -> list[Finding]:
    """What could be better about a tag that runs."""
    script, findings = tag.script, []
    ours_at, there = urlsplit(wanted.base_url), urlsplit(tag.url)
    if (ours_at.hostname, ours_at.port) != (there.hostname, there.port):
        said = f"The script is loaded from {there.netloc}, while this server is known as {ours_at.netloc}."
        todo = "If that leads here too, all is well; else, put this snippet in its place."
        findings.append(Finding("warning", "other_server", said, todo, script.line, script.shown, snippet(wanted)))
    if not {"async", "defer"} & set(script.attributes) and script.attributes.get("type", "").lower() != "module":
        said = "The snippet has no async: the page waits for the script before it goes on."
        findings.append(Finding("warning", "not_async", said, "Add the word async to the snippet:", words=snippet(wanted)))
    if script.attributes.get("data-consent", "").lower() == "required":
        said = 'The snippet says data-consent="required": nothing is shown before the page calls fomo.consent(true).'
        findings.append(Finding("plain", "consent", said, "Let your consent banner call it."))
    return findings


def _connections(tag: Ours, source: Source, policies: Sequence[Policy], page: str, wanted: Wanted) -> list[Finding]:
    """What policies keep from a script that runs: the counting, and pictures."""
    findings = []
    for policy in _in_force(tag, source, policies):
        if policy.reports:
            continue
        if not content_policy.lets_in(policy, "connect", tag.url, page):
            said = "Notifications show, but nothing is counted: the policy lets the script send nothing to this server."
            todo, words = content_policy.wanted(policy, "connect", content_policy.source_of(tag.url))
            findings.append(Finding("warning", "policy_connect", said, todo, policy.line, words=words))
        refused = [one for one in wanted.pictures if not content_policy.lets_in(policy, "image", one, page)]
        if hosts := list(dict.fromkeys(content_policy.source_of(one) for one in refused))[:5]:
            said = f"The policy keeps pictures of your notifications away, from {', '.join(hosts)}."
            todo, words = content_policy.wanted(policy, "image", " ".join(hosts))
            findings.append(Finding("warning", "policy_pictures", said, todo, policy.line, words=words))
    return findings
