"""Lets `python -m tidings` do what the command `tidings` does."""

from tidings.cli import main

if __name__ == "__main__":
    main()
