"""What the API says of styles and of text: where CSS is refused, and messages of both writing directions."""

from tests.live import LiveApp


def test_a_refusal_of_css_names_the_line(live_app: LiveApp) -> None:
    css = ".fomo-notification {\n  color: red;\n  background: url(https://cdn.example/a.png);\n}\n"
    answer = live_app.request("PATCH", "", {"custom_css": css})
    assert answer.status == 400
    assert answer.json()["error"] == {
        "message": "Custom css is not let in: line 3, column 15: "
        "url() would ask another server; it may hold a picture itself (data:) or a #fragment",
        "code": "invalid_css",
        "field": "custom_css",
    }


def test_a_name_of_the_other_direction_is_isolated_in_the_message_alone(live_app: LiveApp) -> None:
    wording = [{"id": live_app.event_type_id, "message": "{{ first_name }}: {{ linked_title }} {{ time_ago }}"}]
    live_app.request("PATCH", "", {"event_types_attributes": wording})
    sent = live_app.post_event(first_name="\u202eأحمد", title="كتاب", url="https://shop.example/p")
    assert sent["message"].startswith("\u2068أحمد\u2069: <a href=")
    assert sent["message"].endswith(">\u2068كتاب\u2069</a> {{ time_ago }}")
    assert (sent["first_name"], sent["title"]) == ("\u202eأحمد", "كتاب")
    live_app.request("PATCH", "", {"language": "ar"})
    assert live_app.request("GET", f"/events/{sent['id']}").json()["message"].startswith("أحمد: <a href=")
