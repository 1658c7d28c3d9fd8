"""Passwords: which do, in which form they are compared, and an account that is not there takes as long as one that is."""

from __future__ import annotations

import time
import unicodedata

import pytest
from argon2 import PasswordHasher

from tidings.domain import passwords
from tidings.errors import Invalid

EMAIL = "ada.lovelace@shop.example"


@pytest.mark.parametrize(
    "password",
    ["eight ch", "correct horse battery staple", "пароль-длинный", "x9" * 64, "ab" * 512, "ábc" * 128, "  two spaces  "],
)
def test_passwords_that_do(password: str) -> None:
    passwords.check_new(password, EMAIL)


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "too_short"),
        ("seven77", "too_short"),
        ("e\u0301" * 4 + "abc", "too_short"),  # seven characters, composed
        ("ab" * 512 + "c", "too_long"),
        ("é" * 513, "too_long"),
        ("a" * 1_000_000, "too_long"),
        ("password", "too_easy"),
        ("PassWord", "too_easy"),
        ("12345678", "too_easy"),
        ("trustno1", "too_easy"),
        ("zzzzzzzzzz", "too_easy"),
        ("ada.lovelace@shop.example", "too_easy"),
        ("Ada.Lovelace@Shop.Example", "too_easy"),
        ("ada.lovelace", "too_easy"),
    ],
)
def test_passwords_that_do_not(password: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        passwords.check_new(password, EMAIL)
    assert refused.value.code == code
    assert refused.value.field == "password"
    assert password == "" or password not in refused.value.message


def test_one_password_in_two_spellings_of_unicode() -> None:
    kept = passwords.hash_of("caf\u00e9 au lait")
    assert "caf" not in kept
    assert passwords.is_right("cafe\u0301 au lait", kept)
    assert passwords.is_right("caf\u00e9\u00a0au\u2003lait", kept), "every space is one"
    assert not passwords.is_right("cafe au lait", kept)
    assert not passwords.is_right("Caf\u00e9 au lait", kept)


def test_what_only_looks_alike_is_another_password() -> None:
    """NFC, not NFKC."""
    assert unicodedata.normalize("NFKC", "metre² wide") == "metre2 wide"
    assert not passwords.is_right("metre2 wide", passwords.hash_of("metre² wide"))


def test_the_end_of_a_long_password_counts() -> None:
    long = "x9" * 100
    assert not passwords.is_right(long + "b", passwords.hash_of(long + "a"))


def test_a_password_of_a_megabyte_is_not_hashed() -> None:
    kept = passwords.hash_of("correct horse")
    started = time.process_time()
    assert not passwords.is_right("a" * 1_000_000, kept)
    assert time.process_time() - started < 0.01


def test_hashes_are_told_apart_by_their_parameters() -> None:
    assert not passwords.is_outdated(passwords.hash_of("correct horse"))
    old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("correct horse")
    assert passwords.is_right("correct horse", old)
    assert passwords.is_outdated(old)


@pytest.mark.parametrize("kept", ["", "nonsense", "$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA"])
def test_a_hash_that_is_none_is_nobodys(kept: str) -> None:
    assert not passwords.is_right("correct horse", kept)


def test_nobody_has_the_hash_of_nobody() -> None:
    assert not passwords.is_right("", None)
    assert not passwords.is_right("correct horse", None)


@pytest.mark.alone
def test_an_account_that_is_not_there_takes_as_long() -> None:
    kept = passwords.hash_of("correct horse")

    def seconds(password_hash: str | None) -> float:
        best = 1e9
        for _ in range(5):
            started = time.perf_counter()
            passwords.is_right("wrong horse", password_hash)
            best = min(best, time.perf_counter() - started)
        return best

    there, not_there = seconds(kept), seconds(None)
    assert 0.5 < there / not_there < 2, (there, not_there)
