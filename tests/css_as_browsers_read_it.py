"""A tokenizer of CSS Syntax Level 3, written from its text alone: the second opinion in the tests of custom CSS.

https://www.w3.org/TR/css-syntax-3/#tokenization; names in capital letters are its code points.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

HEX = "0123456789abcdefABCDEF"
WHITE = " \t\n"
LOCAL = re.compile(r"[\x00-\x20]*(data:|#)", re.IGNORECASE)
FETCHING = re.compile(r"(-[a-z]+-)?(image-set|image|cross-fade|src)", re.IGNORECASE)


class Tokenizer:
    """`narrow`: identifiers as the newest drafts have them, where "×" is no letter; else every character from U+0080 on."""

    def __init__(self, css: str, *, narrow: bool) -> None:
        self.text = css.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n").replace("\0", "\ufffd")
        self.place = 0
        self.narrow = narrow

    def at(self, ahead: int = 0) -> str:
        return self.text[self.place + ahead : self.place + ahead + 1]

    def tokens(self) -> Iterator[tuple[str, str]]:
        """(kind, value) until the end: ident, function, at, hash, string, bad-string, url, bad-url, number, space, delim."""
        while self.place < len(self.text):
            yield self.token()

    def token(self) -> tuple[str, str]:
        if self.text.startswith("/*", self.place):
            end = self.text.find("*/", self.place + 2)
            self.place = len(self.text) if end < 0 else end + 2
            return "comment", ""
        char = self.at()
        if char in WHITE:
            while self.at() and self.at() in WHITE:
                self.place += 1
            return "space", " "
        if char in "\"'":
            return self.string()
        if char == "#" and (self.is_name(self.at(1)) or self.is_escape(1)):
            self.place += 1
            return "hash", self.name()
        if char == "@" and self.starts_ident(1):
            self.place += 1
            return "at", self.name()
        if self.starts_number():
            return self.number()
        if self.starts_ident(0):
            return self.ident_like()
        self.place += 1
        return "delim", char

    def string(self) -> tuple[str, str]:
        quote = self.at()
        self.place += 1
        found = ""
        while char := self.at():
            if char == quote:
                self.place += 1
                return "string", found
            if char == "\n":
                return "bad-string", found
            if char == "\\" and self.at(1) in ("", "\n"):
                self.place += 2
            elif char == "\\":
                found += self.escape()
            else:
                found += char
                self.place += 1
        return "string", found

    def ident_like(self) -> tuple[str, str]:
        name = self.name()
        if self.at() != "(":
            return "ident", name
        self.place += 1
        if name.lower() != "url":
            return "function", name
        ahead = 0
        while self.at(ahead) and self.at(ahead) in WHITE:
            ahead += 1
        if self.at(ahead) and self.at(ahead) in "\"'":
            return "function", name
        return self.url()

    def url(self) -> tuple[str, str]:
        found = ""
        while self.at() and self.at() in WHITE:
            self.place += 1
        while char := self.at():
            if char == ")":
                self.place += 1
                return "url", found
            if char in WHITE:
                while self.at() and self.at() in WHITE:
                    self.place += 1
                if self.at() in ("", ")"):
                    self.place += 1
                    return "url", found
                return self.bad_url()
            if char in "\"'(" or ord(char) in (*range(9), 0xB, *range(0xE, 0x20), 0x7F):
                return self.bad_url()
            if char == "\\":
                if not self.is_escape(0):
                    return self.bad_url()
                found += self.escape()
            else:
                found += char
                self.place += 1
        return "url", found

    def bad_url(self) -> tuple[str, str]:
        while char := self.at():
            if char == ")":
                self.place += 1
                break
            if self.is_escape(0):
                self.escape()
            else:
                self.place += 1
        return "bad-url", ""

    def number(self) -> tuple[str, str]:
        found = re.compile(r"[-+]?(\d+(\.\d+)?|\.\d+)([eE][-+]?\d+)?", re.ASCII).match(self.text, self.place)
        assert found
        self.place = found.end()
        if self.starts_ident(0):
            self.name()
        elif self.at() == "%":
            self.place += 1
        return "number", found[0]

    def starts_number(self) -> bool:
        return bool(re.compile(r"[-+]?(\d|\.\d)", re.ASCII).match(self.text, self.place))

    def starts_ident(self, ahead: int) -> bool:
        char = self.at(ahead)
        if char == "-":
            return self.is_start(self.at(ahead + 1)) or self.at(ahead + 1) == "-" or self.is_escape(ahead + 1)
        return self.is_start(char) or self.is_escape(ahead)

    def is_escape(self, ahead: int) -> bool:
        return self.at(ahead) == "\\" and self.at(ahead + 1) != "\n"

    def is_start(self, char: str) -> bool:
        if char.isascii():
            return char.isalpha() or char == "_"
        # The ranges of "non-ASCII ident code point".
        wide = re.compile("[\u00b7\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u037d\u037f-\u1fff\u200c\u200d\u203f\u2040\u2070-\u218f"
                          "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U0010ffff]")  # fmt: skip
        return bool(wide.match(char)) if self.narrow else True

    def is_name(self, char: str) -> bool:
        return bool(char) and (self.is_start(char) or char == "-" or (char.isascii() and char.isdigit()))

    def name(self) -> str:
        found = ""
        while True:
            if self.is_name(self.at()):
                found += self.at()
                self.place += 1
            elif self.is_escape(0):
                found += self.escape()
            else:
                return found

    def escape(self) -> str:
        self.place += 1
        digits = ""
        while self.at() and self.at() in HEX and len(digits) < 6:
            digits += self.at()
            self.place += 1
        if digits:
            if self.at() and self.at() in WHITE:
                self.place += 1
            number = int(digits, 16)
            return chr(number) if 0 < number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"
        char = self.at()
        self.place += 1
        return char or "\ufffd"


def forbidden(css: str, *, narrow: bool) -> list[str]:
    """What of this style sheet would ask a server or run something, in a browser that reads it by the book."""
    tokens = [token for token in Tokenizer(css, narrow=narrow).tokens() if token[0] != "comment"]
    found = []
    for index, (kind, value) in enumerate(tokens):
        small = value.lower()
        rest = [token for token in tokens[index + 1 : index + 4] if token[0] != "space"]
        if kind == "at" and small == "import":
            found.append("@import")
        elif kind == "url" and not LOCAL.match(value):
            found.append(f"url({value})")
        elif kind == "function" and small == "url" and not (rest and rest[0][0] == "string" and LOCAL.match(rest[0][1])):
            found.append(f"url({rest[:1]})")
        elif kind == "function" and (FETCHING.fullmatch(small) or small == "expression"):
            found.append(f"{small}(")
        elif kind == "ident" and small in ("behavior", "-moz-binding") and rest[:1] == [("delim", ":")]:
            found.append(small)
    return found
