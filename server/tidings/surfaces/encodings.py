"""Content encodings: which one a request gets, and the bytes of each, made once."""

import gzip
from functools import lru_cache

import brotli
import zstandard

# In order of preference where the client likes several alike: smallest first.
PREFERENCE = (b"br", b"zstd", b"gzip")


@lru_cache(maxsize=512)
def negotiated(accept: bytes) -> bytes:
    """The encoding for an Accept-Encoding header: br, zstd, gzip or b"" (as it is)."""
    weights: dict[bytes, float] = {}
    for item in accept.lower().split(b","):
        name, _, parameter = item.partition(b";")
        try:
            weight = float(parameter.partition(b"=")[2]) if b"=" in parameter else 1.0
        except ValueError:
            continue  # a weight that is no number: as if the encoding had not been named
        weights[name.strip()] = weight if 0 < weight <= 1 else 0.0
    everything_else = weights.get(b"*", 0.0)
    offered = [(weights.get(name, everything_else), -place, name) for place, name in enumerate(PREFERENCE)]
    best = max(offered)
    return best[2] if best[0] > 0 else b""


def encoded(body: bytes, *, quality: int) -> dict[bytes, bytes]:
    """The body in every encoding. `quality` of brotli: 11 for what is made once a version, 5 for what is made every 40 s."""
    return {
        b"": body,
        b"br": brotli.compress(body, mode=brotli.MODE_TEXT, quality=quality),
        b"zstd": zstandard.ZstdCompressor(level=19 if quality > 9 else 3).compress(body),
        b"gzip": gzip.compress(body, 9 if quality > 9 else 6, mtime=0),
    }
