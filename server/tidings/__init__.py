"""Tidings: social proof that a site owner hosts, made from real events."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("tidings")
except PackageNotFoundError:  # a source tree that was never installed
    __version__ = "0+source"
