"""What a page says after a change was made: `?done=` names one of these sentences, so that no link can put words into it."""

DONE = {
    "saved": "Saved.",
    "created": "It is there now.",
    "made_already": "This was made when the form was sent the first time. What was shown then is not shown again.",
    "deleted": "It is gone.",
    "logged_out": "You are logged out.",
    "session_ended": "That session has ended.",
    "password": "The password is changed, and every other session has ended.",
    "joined": "You are a member now.",
    "member_removed": "The member is removed.",
    "invitation_revoked": "The invitation is taken back; its link opens nothing any more.",
    "switched_on": "Notifications are on. Pages show them within a minute.",
    "switched_off": "Notifications are off. Pages that are loaded from now on show none.",
    "application_deleted": "The application is gone, with all that was its own.",
    "webhook_paused": "Paused. What comes due from now on waits until it is on again.",
    "webhook_resumed": "On. What was waiting goes out now.",
    "webhook_test": "The test is on its way; its result appears below.",
    "sent_again": "It is on its way once more.",
    "token_revoked": "Revoked. It opens nothing any more.",
    "forgotten": "The person is forgotten. What was counted stays, and names nobody.",
    "import_cancelled": "The import is cancelled. What it had added stays, until you take it out.",
    "import_undone": "The events of this import are being taken out again.",
}


def sentence(name: str) -> str:
    """The sentence of a name; "" for any other."""
    return DONE.get(name, "")
