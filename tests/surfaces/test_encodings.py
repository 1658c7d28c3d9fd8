"""Which encoding a request gets, and that all of them hold the same bytes."""

import gzip

import brotli
import pytest
import zstandard

from tidings.surfaces.encodings import encoded, negotiated


@pytest.mark.parametrize(
    ("accept", "encoding"),
    [
        (b"", b""),
        (b"identity", b""),
        (b"gzip", b"gzip"),
        (b"gzip, deflate, br, zstd", b"br"),
        (b"gzip, deflate, zstd", b"zstd"),
        (b"GZIP;q=0.5, br;q=0.4", b"gzip"),
        (b"br;q=0", b""),
        (b"br;q=x, gzip;q=-1, *", b"br"),
        (b"*;q=0.1", b"br"),
        (b"*;q=0", b""),
        (b"br;q=1.5", b""),
        (b";;;,,,=", b""),
        (b"gzip;q=nan", b""),
    ],
)
def test_negotiated(accept: bytes, encoding: bytes) -> None:
    assert negotiated(accept) == encoding


@pytest.mark.parametrize("quality", [5, 11])
def test_the_same_bytes_in_every_encoding(quality: int) -> None:
    body = b"fomo.setup([]);" * 50
    variants = encoded(body, quality=quality)
    assert variants[b""] == body
    assert brotli.decompress(variants[b"br"]) == body
    assert gzip.decompress(variants[b"gzip"]) == body
    assert zstandard.ZstdDecompressor().decompress(variants[b"zstd"]) == body
    assert len(variants[b"br"]) < len(body)
