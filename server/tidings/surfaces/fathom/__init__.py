"""The door under /v1: goals and conversions, with Fathom's Events API."""
