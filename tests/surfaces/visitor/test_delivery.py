"""load.js, the feed and the widget's files over a real socket: bytes, headers, caching."""

import base64
import gzip
import hashlib
import http.client
import json
from typing import Any
from urllib.parse import urlsplit

import brotli
import pytest
from tests.conftest import ClockedServer
from tests.live import LiveApp

PUBLIC = {
    "x-content-type-options": "nosniff",
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
    "timing-allow-origin": "*",
    "vary": "Accept-Encoding",
}


def get(base_url: str, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(urlsplit(base_url).netloc, timeout=10)
    try:
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def paths(app: LiveApp) -> dict[str, str]:
    return {
        "load.js": f"/api/v1/{app.client_id}/load.js",
        "settings.json": f"/api/v1/{app.client_id}/settings.json",
        "feed.js": f"/js-obj/{app.client_id}/30/1474604200.js",
        "feed.json": f"/js-obj/{app.client_id}/30/1474604200.json",
    }


@pytest.mark.parametrize(
    ("name", "kind", "caching"),
    [
        ("load.js", "text/javascript", "public, max-age=60, stale-while-revalidate=86400"),
        ("settings.json", "application/json", "public, max-age=60, stale-while-revalidate=86400"),
        ("feed.js", "text/javascript", "public, max-age=40, stale-while-revalidate=60"),
        ("feed.json", "application/json", "public, max-age=40, stale-while-revalidate=60"),
    ],
)
def test_headers_encodings_and_304(live_app: LiveApp, name: str, kind: str, caching: str) -> None:
    live_app.post_event(title="Ink")
    path = paths(live_app)[name]
    status, headers, plain = get(live_app.base_url, path + "?shop=x.myshop.example")
    assert status == 200
    assert headers.items() >= {**PUBLIC, "content-type": f"{kind}; charset=utf-8", "cache-control": caching}.items()
    assert "set-cookie" not in headers
    assert plain.isascii()
    etags = set()
    for accept, encoding, decode in (("br", "br", brotli.decompress), ("gzip", "gzip", gzip.decompress), ("", None, bytes)):
        status, headers, body = get(live_app.base_url, path, Accept_Encoding=accept)
        assert (status, headers.get("content-encoding")) == (200, encoding)
        assert decode(body) == plain
        etag = headers["etag"]
        etags.add(etag)
        status, headers, body = get(live_app.base_url, path, Accept_Encoding=accept, If_None_Match=f'"x", W/{etag}')
        assert (status, body, headers["etag"], headers["cache-control"]) == (304, b"", etag, caching)
        status, headers, body = get(live_app.base_url, path, "HEAD", Accept_Encoding=accept)
        assert (status, body, headers["etag"]) == (200, b"", etag)
    assert len(etags) == 3
    assert get(live_app.base_url, path, "POST")[0] == 405


def test_settings_are_public_ones_only(live_app: LiveApp) -> None:
    _status, _headers, body = get(live_app.base_url, paths(live_app)["settings.json"])
    settings = json.loads(body)
    assert (settings["clientHash"], settings["fomoUrl"]) == (live_app.client_id, live_app.base_url)
    load = get(live_app.base_url, paths(live_app)["load.js"])[2].decode()
    assert load.endswith(f"({body.decode()});\n")
    assert live_app.auth_token not in load


def test_a_theme_and_the_applications_own_css_come_minified(live_app: LiveApp) -> None:
    css = "/* ours */\nbody .fomo-notification  {\n  color : red ;\n}\n"
    answer = live_app.request("PATCH", "", {"theme": "theme2", "custom_css": css})
    assert (answer.status, answer.json()["custom_css"]) == (200, css)
    sheet = json.loads(get(live_app.base_url, paths(live_app)["settings.json"])[2])["themeCss"]
    assert sheet.startswith(".fomo-notification{--")
    assert sheet.endswith("}:host .fomo-notification{color:red}")


def test_a_theme_without_a_folder_is_not_unstyled(live_app: LiveApp) -> None:
    path = paths(live_app)["settings.json"]
    assert json.loads(get(live_app.base_url, path)[2])["themeCss"] == ""
    assert live_app.request("PATCH", "", {"theme": "theme2"}).status == 200
    settings = json.loads(get(live_app.base_url, path)[2])
    assert (settings["theme"], ".fomo-notification" in settings["themeCss"]) == ("theme2", True)


def test_the_bucket_names_nothing_and_the_limit_is_clamped(live_app: LiveApp) -> None:
    for number in range(3):
        live_app.post_event(title=f"Ink {number}")

    def titles(limit: object, bucket: object = 1) -> list[Any]:
        status, _headers, body = get(live_app.base_url, f"/js-obj/{live_app.client_id}/{limit}/{bucket}.json")
        assert status == 200
        return [event["title"] for event in json.loads(body)]

    assert titles(2) == titles(2, 99_999_999_999) == ["Ink 2", "Ink 1"]
    assert titles(0) == ["Ink 2"]
    assert titles(10**30) == ["Ink 2", "Ink 1", "Ink 0"]


@pytest.mark.parametrize(
    "path", ["/api/v1/AAAAAAAAAAAAAAAAAAAAAA/load.js", "/js-obj/AAAAAAAAAAAAAAAAAAAAAA/30/1.js", "/widget/0/fomo.js"]
)
def test_what_is_not_there_is_a_harmless_script(live_app: LiveApp, path: str) -> None:
    status, headers, body = get(live_app.base_url, path)
    assert status == 404
    assert headers["content-type"].startswith("text/javascript")
    assert "etag" not in headers
    assert get(live_app.base_url, path, If_None_Match="*")[0] == 404
    assert (body[:2], body.rstrip()[-2:]) == (b"/*", b"*/")


def test_the_versioned_files_are_what_their_hashes_say_and_stay_for_ever(live_app: LiveApp) -> None:
    integrity = json.loads(get(live_app.base_url, "/widget/integrity.json")[2])
    ((version, files),) = integrity.items()
    assert "fomo.js" in files
    for name, integrity in files.items():
        status, headers, body = get(live_app.base_url, f"/widget/{version}/{name}")
        assert status == 200
        assert headers["cache-control"] == "public, max-age=31536000, immutable"
        assert integrity == "sha384-" + base64.b64encode(hashlib.sha384(body).digest()).decode()
    assert version.encode() in get(live_app.base_url, f"/widget/{version}/fomo.js")[2]


def test_a_new_event_is_in_the_feed_of_the_next_bucket(clocked: ClockedServer) -> None:
    app = clocked.create_application("Shop")
    app.post_event(title="first")
    path = paths(app)["feed.json"]

    def titles() -> list[str]:
        return [event["title"] for event in json.loads(get(app.base_url, path)[2])]

    assert titles() == ["first"]
    app.post_event(title="second")
    clocked.move_clock(41)
    assert titles() == ["second", "first"]


def test_time_ago_moves_on_with_the_bucket_and_old_events_leave(clocked: ClockedServer) -> None:
    app = clocked.create_application("Shop")
    app.post_event(title="Ink")
    path = paths(app)["feed.json"]

    def feed() -> list[dict[str, Any]]:
        return json.loads(get(app.base_url, path)[2])  # type: ignore[no-any-return]

    assert feed()[0]["time_ago"] == "just now"
    clocked.move_clock(125)
    assert feed()[0]["time_ago"] == "2 minutes ago"
    clocked.move_clock(8 * 86_400)
    assert (feed()[0]["time_ago"], feed()[0]["parts"][-1]) == (
        None,
        ["a", "Ink"] if feed()[0]["link"] else "Someone just bought Ink",
    )
    clocked.move_clock(30 * 86_400)
    assert feed() == []
