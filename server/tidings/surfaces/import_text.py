"""In which letters a file is written: UTF-8, UTF-16 with its mark, or else Windows-1252; or that it is no text at all."""

import codecs
from typing import BinaryIO

from tidings.errors import Invalid

PIECE = 256 * 1024
# How files begin that people take for CSV.
_BINARY = (
    (b"PK\x03\x04", "This is a ZIP archive or an Excel workbook. In the spreadsheet, save it as CSV and send that."),
    (b"\xd0\xcf\x11\xe0", "This is an Excel workbook. In the spreadsheet, save it as CSV and send that."),
    (b"\x1f\x8b", "This file is compressed (gzip). Unpack it and send what is in it."),
    (b"%PDF", "This is a PDF. Events come as CSV or JSON Lines."),
)
_NOT_UTF8 = "The file is not in UTF-8. It was read as Windows-1252, as older spreadsheets write: look at the accents below."


def encoding_of(file: BinaryIO) -> tuple[str, str]:
    """How to decode a file, and what to say about that; the file stands at its start again.

    Raises Invalid for what is no text.
    """
    file.seek(0)
    start = file.read(4)
    for sign, sentence in _BINARY:
        if start.startswith(sign):
            raise Invalid(sentence, field="file", code="unreadable_file")
    is_utf16 = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if is_utf16 else ("utf-8-sig", "cp1252"):
        if _decodes(file, encoding):
            file.seek(0)
            return encoding, _NOT_UTF8 if encoding == "cp1252" else ""
    raise Invalid(
        "The file is text neither in UTF-8 nor in UTF-16 nor in Windows-1252. Save it as CSV in UTF-8.",
        field="file",
        code="unreadable_file",
    )


def _decodes(file: BinaryIO, encoding: str) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        while piece := file.read(PIECE):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
