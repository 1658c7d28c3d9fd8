"""Refusals with Fomo's face: those of every door under /api, and who asks without a token is told how to send one."""

from tidings.errors import TidingsError, Unauthenticated
from tidings.surfaces.plumbing import Answer
from tidings.surfaces.refusals import refusal

_HOW = ((b"www-authenticate", b'Token realm="tidings"'),)


def refuse(error: TidingsError) -> Answer:
    """The answer to a refusal."""
    return refusal(error, _HOW if isinstance(error, Unauthenticated) else ())
